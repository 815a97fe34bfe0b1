"""The command line, one Typer app. A command reads its options, calls other packages, and prints their results.

Commands import what they need when they run, so that `--help`, `list` and `validate` start fast. To add a
command, add its file here and its entry in `commands.COMMANDS`.
"""

from __future__ import annotations

from swarmsec.cli.commands import app, main

__all__ = ["app", "main"]
