"""How the kernel is compiled, and where the compiled code is kept.

numba looks only at the file of a function to see whether its cache is still true, not at the files of the functions
it calls, and it finds that file by its path. So all of the kernel shares one folder whose name tells the state and
the place of all its sources, the compiler and the processor: a copy elsewhere has nothing compiled yet.
``_nrt=False`` leaves out counting references, which nothing here needs: no array is made during a search.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numba
from numba.core.registry import cpu_target

HERE = Path(__file__).parent
OPTIONS = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}


def folder_of(sources: Path) -> Path:
    """Where the kernel in the folder ``sources`` keeps its compiled code."""
    told = hashlib.sha256(bytes(sources))
    for path in sorted(sources.glob("*.py")):
        told.update(path.read_bytes())
    processor = cpu_target.target_context.codegen().magic_tuple()
    told.update(f"{version('numba')} {platform.python_version()} {processor}".encode())
    chosen = vars(numba.config)["CACHE_DIR"]
    return (Path(chosen) if chosen else sources / "__pycache__") / f"tours-{told.hexdigest()[:16]}"


FOLDER = folder_of(HERE)


def _compiled(**more: object) -> Callable[[Any], Any]:
    njit: Any = numba.njit

    def decorate(function: Any) -> Any:
        config: Any = numba.config
        before = config.CACHE_DIR
        config.CACHE_DIR = str(FOLDER)
        try:
            return njit(**OPTIONS, **more)(function)
        finally:
            config.CACHE_DIR = before

    return decorate


inner = _compiled(no_cpython_wrapper=True)  # called by the kernel only
entry = _compiled()  # called from Python, without the interpreter lock
