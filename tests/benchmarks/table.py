"""Print the targets of PERFORMANCE.md beside the results on this machine: `python tests/benchmarks/table.py`.

Every benchmark module in this folder that has a function `rows()` adds its rows: the work, the result, the target, and
whether it was met. Both sides of a ratio run in turn, in one process.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    sys.path.insert(0, str(HERE))
    print(f"{'what':<62} {'measured':>16} {'reach':>7}  met")
    for path in sorted(HERE.glob("test_*.py")):
        module = importlib.import_module(path.stem)
        for what, measured, reach, met in getattr(module, "rows", tuple)():
            print(f"{what:<62} {measured:>16} {reach:>7}  {'yes' if met else 'no'}", flush=True)


if __name__ == "__main__":
    main()
