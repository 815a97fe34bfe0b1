"""One self-contained page a run or tournament: verdict first, then the evidence, then the line that repeats it.

Pages are made from what was kept, and nothing is played again. Figures are drawn here rather than by matplotlib: its
import and four figures take more time than a short run, and its colors could not follow the reader's light or dark.
What belongs here is reading, drawing and templates; what a figure means is decided in `scoring` and `exercise`.
"""

from __future__ import annotations

from swarmsec.report.html.run_page import run_page
from swarmsec.report.html.tournament_page import tournament_page

__all__ = ["run_page", "tournament_page"]
