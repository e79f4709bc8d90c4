"""The one door to all benchmarks: ``run.py bench NAME ... [--json FILE]``."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

NAMES = ("tours", "city_day", "streets", "matching", "street_day", "bookings", "register")
COMMON = ("bench", "instance", "engine", "seed", "cores", "cpu_s", "wall_s", "valid")


def main(arguments: Sequence[str]) -> int:
    """Run one benchmark, print its rows as a table, keep them as JSON when asked."""
    if not arguments or arguments[0] not in NAMES:
        print("Which one? " + ", ".join(NAMES))
        return 2
    name, rest, keep_in = _split(arguments)
    rows = importlib.import_module(f"benchmarks.{name}").rows(rest)
    print(table(rows))
    if keep_in is not None:
        keep_in.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if all(row.get("valid", True) for row in rows) else 1


def _split(arguments: Sequence[str]) -> tuple[str, list[str], Path | None]:
    rest = list(arguments[1:])
    if "--json" not in rest:
        return arguments[0], rest, None
    at = rest.index("--json")
    if at + 1 == len(rest):
        raise SystemExit("--json needs the name of a file")
    keep_in = Path(rest[at + 1])
    return arguments[0], rest, keep_in


def table(rows: list[dict[str, Any]]) -> str:
    """Rows with aligned columns, the common ones first."""
    if not rows:
        return "no rows"
    keys = [key for key in COMMON if any(key in row for row in rows)]
    keys += [key for key in dict.fromkeys(key for row in rows for key in row) if key not in keys]
    cells = [keys, *[[_cell(row.get(key)) for key in keys] for row in rows]]
    widths = [max(len(line[column]) for line in cells) for column in range(len(keys))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in cells)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
