"""Listen to some daemons, and write to the team's board what is usual, and who is heard by many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Floats, Ge, Help, Knowledge, RedView, Surface, Unit


@dataclass(kw_only=True)
class Reconnaissance(Attack):
    """Change nothing; for `rounds` rounds note the proposals of the targets, then write to `red.board` what they tell.

    `usual_mean` and `usual_deviation` (d,) are the mean μ and the standard deviation σ over targets and rounds, and
    `listeners` (n,) the number of daemons that listen to each. Later attacks of the team can use them: `takeover` lies
    by σ, and `hijack` with `prefer: listeners` moves to daemons that many hear. What is usual is as wide as what was
    seen: after news, or a crash, more of a lie is usual. The events note when it is done, with the largest μ and σ.
    Source: MITRE ATT&CK T1040, network sniffing.
    """

    surface = Surface.NONE
    knowledge = Knowledge.SIGNALS | Knowledge.TOPOLOGY
    threats = ("T1040", "T0842")

    rounds: Annotated[int, Ge(1), Unit("rounds"), Help("How long it listens before it writes to the board.")] = 20

    def begin(self, red: RedView) -> None:
        """Nothing was heard yet."""
        self._heard: list[Floats] = []

    def on_round(self, red: RedView) -> None:
        """Listen while it is on, and write to the board after the last of its rounds."""
        if red.strength == 0.0 or len(self._heard) == self.rounds:
            return
        self._heard.append(red.state[red.targets])
        if len(self._heard) == self.rounds:
            heard = np.concatenate(self._heard)
            red.board["usual_mean"], red.board["usual_deviation"] = heard.mean(axis=0), heard.std(axis=0)
            red.board["listeners"] = np.bincount(red.network.indices, minlength=red.n)
            red.note("usual_mean", heard.mean())
            red.note("usual_deviation", heard.std(axis=0).max())
