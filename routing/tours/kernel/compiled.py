"""How the kernel is compiled: the loop is called from Python without the interpreter lock, the rest only from it.

``_nrt=False`` leaves out counting references, which nothing here needs: no array is made during a search.
"""

from __future__ import annotations

from typing import Any

from numba import njit

compiled: Any = njit

inner = compiled(cache=True, nogil=True, error_model="numpy", _nrt=False, no_cpython_wrapper=True)
entry = compiled(cache=True, nogil=True, error_model="numpy", _nrt=False)
