"""The command line, one Typer app. It is thin: a command reads its options, calls one room, and shows what came.

Commands import what they need when they run, so that `--help`, `list` and `validate` stay quick.
"""

from __future__ import annotations

from swarmsec.cli.app import app, main

__all__ = ["app", "main"]
