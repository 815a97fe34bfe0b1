"""The engine: the Mesa model and its daemons, the two teams' sides, and the round. Start reading at `round.play_round`.

No technique and no world is known here by name. This package imports Mesa, so import it only to run something.
"""

from __future__ import annotations
