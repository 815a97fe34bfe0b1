"""Count code lines by package: `python -m tests.sizes [CHECKOUT]`.

A code line has something other than a comment or a docstring. The engine is `swarmsec` without its shipped protocols
and worlds; those, `attacks` and `defenses` are the plug-ins.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PLUGIN_PACKAGES = {"attacks", "defenses", "protocols", "worlds"}


class Lines(NamedTuple):
    """Lines of a package: all of them, and those with code."""

    all: int
    code: int


def code_lines(source: str) -> set[int]:
    """The numbers of the lines that have something other than a comment or a docstring."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        line
        for node in ast.walk(tree)
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None
        for line in range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)
    }
    numbered = enumerate(source.splitlines(), start=1)
    return {number for number, text in numbered if text.strip() and not text.lstrip().startswith("#")} - docstrings


def lines_by_package(root: Path = ROOT) -> dict[str, Lines]:
    """Lines by package, the largest first; modules at the top of `swarmsec` count as the package `(top)`."""
    every: Counter[str] = Counter()
    code: Counter[str] = Counter()
    for folder in ("swarmsec", "attacks", "defenses"):
        for path in (root / folder).rglob("*.py"):
            parts = path.relative_to(root).parts
            package = folder if folder != "swarmsec" else parts[1] if len(parts) > 2 else "(top)"
            source = path.read_text(encoding="utf-8")
            every[package] += len(source.splitlines())
            code[package] += len(code_lines(source))
    return {package: Lines(every[package], count) for package, count in code.most_common()}


def shares(lines: dict[str, Lines]) -> dict[str, float]:
    """Each package's share of all code lines."""
    total = sum(one.code for one in lines.values())
    return {package: one.code / total for package, one in lines.items()}


def main(root: Path = ROOT) -> None:
    """Print the table and the plug-ins' share of the code."""
    lines = lines_by_package(root)
    share = shares(lines)
    print(f"{'package':<14} {'lines':>7} {'code':>7} {'share':>7}")
    for package, (every, code) in lines.items():
        print(f"{package:<14} {every:>7,} {code:>7,} {share[package]:>7.1%}")
    plugins = sum(one.code for package, one in lines.items() if package in PLUGIN_PACKAGES)
    engine = sum(one.code for one in lines.values()) - plugins
    print(f"{'total':<14} {sum(one.all for one in lines.values()):>7,} {plugins + engine:>7,}")
    print(f"plug-ins to engine: {plugins:,} to {engine:,} code lines, 1 to {engine / plugins:.1f}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
