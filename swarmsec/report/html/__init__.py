"""One self-contained page per run or tournament: the verdict, then the evidence, then the command that repeats it.

Pages are made from stored files, and nothing is run. Charts are drawn here rather than by matplotlib: its
import and four figures take more time than a short run, and its colors could not follow the light or dark mode of the
reader. Reading, drawing and templates belong here; numbers are computed in `swarmsec.scoring`.
"""

from __future__ import annotations

from swarmsec.report.html.page_of_run import run_page
from swarmsec.report.html.page_of_tournament import tournament_page

__all__ = ["run_page", "tournament_page"]
