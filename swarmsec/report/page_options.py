"""The options of the modules that write a page of the documentation."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path


def page_options(module: str, about: str | None, *, out: Path) -> ArgumentParser:
    """A parser with `--jobs` and `--out`.

    Args:
        module: The name of the module in `swarmsec.report`.
        about: What it does.
        out: The file that it writes unless another is given.
    """
    parser = ArgumentParser(prog=f"python -m swarmsec.report.{module}", description=about)
    parser.add_argument("--jobs", type=int, default=1, help="the number of processes; the page does not depend on it")
    parser.add_argument("--out", type=Path, default=out, help="the file to write")
    return parser
