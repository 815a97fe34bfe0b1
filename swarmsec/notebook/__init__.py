"""swarmsec in Python and in notebooks: results that show their report, and the commands as functions.

`import swarmsec` has all of these. Each runs what the command of the same name runs, and returns an object with a short
text, a form for notebooks and plain data.
"""

from __future__ import annotations

from swarmsec.notebook.commands import certify, claims, gauntlet, tournament
from swarmsec.notebook.listing import catalog
from swarmsec.notebook.shown_result import Figure, ShownResult, run

__all__ = ["Figure", "ShownResult", "catalog", "certify", "claims", "gauntlet", "run", "tournament"]
