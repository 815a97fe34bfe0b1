"""The engine: the Mesa model and its daemons, the two teams' sides, and the round. Start reading at `round.play_round`.

This package knows no technique and no world by name. It imports Mesa, so import it only for a run.
"""

from __future__ import annotations
