"""Step through recordings by one-line commands, from a terminal or a pipe."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeVar

import numpy as np

from swarmsec.arrays import Ints
from swarmsec.errors import UsageError, did_you_mean
from swarmsec.replay.recording import Recording
from swarmsec.runs.simulation import arm_of
from swarmsec.swarm.arms import Arm

HELP = (
    ("n [K]", "the next round, or K rounds on"),
    ("p [K]", "the round before, or K rounds back"),
    ("g ROUND", "go to a round; `g end` is the last one"),
    ("e, E", "the next, and the previous, round with an event"),
    ("a ARM", "the same round of another arm: clean, attacked, defended, guarded"),
    ("s SEED", "the same round of another seed"),
    ("d 3,9", "what daemons 3 and 9 propose in this round"),
    ("l", "list all events"),
    ("h", "this help"),
    ("q", "quit"),
    ("", "an empty line does the last one again"),
)

_DAEMONS_MOST = 50

T = TypeVar("T")


class Shown(NamedTuple):
    """The result of a command.

    Attributes:
        what: What to show: the round, its daemons, all events or the help; or `quit`.
        daemons: (k,) the daemons to show.
    """

    what: Literal["round", "daemons", "events", "help", "quit"]
    daemons: Ints = np.empty(0, dtype=np.int32)


@dataclass
class Session:
    """The position in a run that is stepped through.

    Attributes:
        play: Returns the recording of a seed and an arm.
        seeds: The available seeds.
        arms: The available arms.
        seed: The current seed.
        arm: The current arm.
        round: The current round.
    """

    play: Callable[[int, Arm], Recording]
    seeds: tuple[int, ...]
    arms: tuple[Arm, ...]
    seed: int
    arm: Arm
    round: int = 0
    _last: str = field(default="n", repr=False)

    @property
    def recording(self) -> Recording:
        """The recording at the position."""
        return self.play(self.seed, self.arm)

    def execute(self, line: str) -> Shown:
        """Execute one command line.

        Raises:
            UsageError: The command is unknown or cannot be executed; the position does not change.
        """
        line = line.strip() or self._last
        word, _, rest = line.partition(" ")
        if not rest and (glued := re.fullmatch(r"([npg])(\d+)", word)):
            word, rest = glued.groups()
        shown = self._dispatch(word, rest.strip())
        self._last = line
        return shown

    def _dispatch(self, word: str, rest: str) -> Shown:
        if word in {"n", "p"}:
            by = _count(rest) if rest else 1
            return self._go_to(self.round + (by if word == "n" else -by))
        if word == "g":
            return self._go_to(self.recording.rounds - 1 if rest == "end" else _count(rest))
        if word == "d":
            daemons = _daemons(rest)
            self.recording.proposals(self.round, daemons)
            return Shown("daemons", daemons)
        if word == "a":
            self.arm = self._one_of(arm_of(rest), self.arms, "arm")
            return Shown("round")
        if word == "s":
            self.seed = self._one_of(_count(rest), self.seeds, "seed")
            return Shown("round")
        if rest:
            raise UsageError(f"{word!r} takes nothing more; `h` lists the commands")
        if word in {"e", "E"}:
            return self._to_event(forward=word == "e")
        plain: dict[str, Shown] = {"l": Shown("events"), "h": Shown("help"), "q": Shown("quit")}
        if word not in plain:
            raise UsageError(f"no command {word!r}; `h` lists them")
        return plain[word]

    def _go_to(self, round: int) -> Shown:
        """Go to a round; clip it to the first or last round, or raise an error if already there."""
        last = self.recording.rounds - 1
        there = min(max(round, 0), last)
        if there == self.round and round != there:
            raise UsageError(f"this is the {'last' if there else 'first'} round" if last else "this is the only round")
        self.round = there
        return Shown("round")

    def _to_event(self, *, forward: bool) -> Shown:
        rounds = self.recording.event_rounds
        found = [at for at in rounds if (at > self.round if forward else at < self.round)]
        if not found:
            raise UsageError(f"no event {'after' if forward else 'before'} round {self.round:,} in this arm")
        self.round = found[0] if forward else found[-1]
        return Shown("round")

    @staticmethod
    def _one_of(wanted: T, there: tuple[T, ...], what: str) -> T:
        if wanted not in there:
            raise UsageError(f"no {what} {wanted} in this run; {did_you_mean(str(wanted), map(str, there))}")
        return wanted


def _count(text: str) -> int:
    if not re.fullmatch(r"\d{1,18}", text):
        raise UsageError(f"{text!r} given; must be a whole number from 0 on")
    return int(text)


def _daemons(text: str) -> Ints:
    words = [word.strip() for word in text.split(",")]
    if not text or len(words) > _DAEMONS_MOST:
        raise UsageError(f"name up to {_DAEMONS_MOST} daemons, such as `d 3,9`")
    numbers = [_count(word) for word in words]
    if max(numbers) > np.iinfo(np.int32).max:
        raise UsageError(f"no daemon {max(numbers)}")
    return np.array(numbers, dtype=np.int32)
