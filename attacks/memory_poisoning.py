"""Teach a defense that remembers to tolerate an attack, or to react to a harmless pattern."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from swarmsec.teams import Attack, Floats, Ge, Help, RedView, Surface, Unit


@dataclass(kw_only=True)
class MemoryPoisoning(Attack):
    """Add pulses to the signals, one in every `period` rounds, as `lessons` for a defense that adapts or remembers.

    `tolerate`: pulse j of L has the height j/(L + 1) · bias, each hardly larger than what the defense got used to, and
    after the last one the whole bias stays. A defense whose baseline follows the readings accepts it.
    `react`: all pulses have the height of the bias, and after the last one nothing is attacked. A defense that reacts
    faster to a known pattern then reacts to a true event that looks like it.
    A baseline that was learned once and frozen is not taught. Source: Chan-Tin et al., The frog-boiling attack, ACM
    TISSEC 2011; Newsome, Karp, Song, Paragraph, RAID 2006; OWASP T1, MITRE ATLAS AML.T0020.
    """

    surface = Surface.SIGNAL
    threats = ("T1", "AML.T0020", "T0856")

    mode: Annotated[Literal["tolerate", "react"], Help("What the defense learns.")] = "tolerate"
    lessons: Annotated[int, Ge(1), Help("The number of pulses.")] = 5
    period: Annotated[int, Ge(1), Unit("rounds"), Help("Rounds from one pulse to the next.")] = 20
    length: Annotated[int, Ge(1), Unit("rounds"), Help("Rounds of a pulse.")] = 10
    bias: Annotated[float, Unit("signal"), Help("The amount that is added in the end.")] = -1.5

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        """Add the pulse of the round, or the bias after the last one."""
        lesson, within = divmod(red.round - red.start, self.period)
        if lesson >= self.lessons:
            return readings + self.bias if self.mode == "tolerate" else readings
        height = (lesson + 1) / (self.lessons + 1) if self.mode == "tolerate" else 1.0
        return readings + self.bias * height if within < self.length else readings
