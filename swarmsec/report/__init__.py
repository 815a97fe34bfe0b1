"""Reports: a result for people. Nothing is computed here that `result.json` does not have."""

from __future__ import annotations

from swarmsec.report.terminal import Context, plain_lines, render, verdict_line

__all__ = ["Context", "plain_lines", "render", "verdict_line"]
