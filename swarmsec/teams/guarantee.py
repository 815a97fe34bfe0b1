"""What a defense can promise, and the case that it is asked about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.network import Network, Robustness, robustness
from swarmsec.teams.traits import Surface


def at_once(network: Network) -> Robustness:
    """How robust a network is, as far as that can be told without a program, and alike on every machine."""
    return robustness(network, time_limit=0.0)


class ThreatCase(NamedTuple):
    """The case that a guarantee is asked about: who was attacked, where, from when on, and how daemons listen.

    Attributes:
        network: Who listens to whom.
        targets: (k,) every daemon that an attack was aimed at, or took over on the way.
        surface: Where the attacks touch; none in peace.
        start: The first round that an attack was on.
        protocol: The protocol's kind.
        rule_decides: Whether the aggregation rule alone makes a daemon's next proposal, which is what theorems about
            rules are about.
        lossy: Why a daemon may not hear each of its neighbors in each exchange; empty if it does.
        robustness: Tells how robust a network is; whoever has the time gives one that looks longer.
    """

    network: Network
    targets: Ints
    surface: Surface
    start: int = 0
    protocol: str = "average_consensus"
    rule_decides: bool = True
    lossy: str = ""
    robustness: Callable[[Network], Robustness] = at_once


class Guarantee(NamedTuple):
    """Whether what a defense promises covers a case, and what that rests on.

    Attributes:
        holds: True inside the guarantee, False outside, None where the defense has none or it is not known.
        why: The reason, with the numbers.
        promise: What is promised where it holds; empty if nothing.
        assumption: What must be so: the threat, how many, where.
        source: Who proved it: the paper, and the theorem.
    """

    holds: bool | None
    why: str
    promise: str = ""
    assumption: str = ""
    source: str = ""

    @property
    def told(self) -> str:
        """In a word: inside, outside, not known, or none where nothing is promised."""
        if self.holds is None:
            return "not known" if self.promise else "none"
        return "inside" if self.holds else "outside"


def worst_over_seeds(of_seeds: Sequence[Guarantee]) -> Guarantee:
    """What is left of a promise over several seeds: outside in one is outside, unknown in one is unknown.

    Args:
        of_seeds: The answers of one defense, at least one.
    """
    return next(one for held in (False, None, True) for one in of_seeds if one.holds is held)


def combine_guarantees(of_defenses: Sequence[tuple[str, Guarantee]]) -> Guarantee:
    """What several defenses promise as one: inside if one of them holds, outside if none of those that promise can.

    Args:
        of_defenses: The kind of each, and its answer.
    """
    answers = [one for _, one in of_defenses if one.told != "none"]
    best = next((one for held in (True, None, False) for one in answers if one.holds is held), None)
    why = "; ".join(f"{kind}: {one.why}" for kind, one in of_defenses)
    return best._replace(why=why) if best else Guarantee(None, why)


def rule_excludes(case: ThreatCase, rule: str) -> str:
    """Why what is known of an aggregation rule says nothing of a case, whoever lies in it; empty where it may.

    Args:
        case: The case.
        rule: The rule, as the subject of a sentence.
    """
    if case.surface & (Surface.SIGNAL | Surface.NETWORK | Surface.TIMING):
        return f"{rule} promises nothing about lies in the signals, nor about links that are cut"
    if not case.rule_decides:
        return f"that is about listening by the rule alone, and {case.protocol} does more"
    return f"that needs every neighbor heard in every exchange, and {case.lossy}" if case.lossy else ""


def honest_majority(case: ThreatCase) -> tuple[bool, str]:
    """Whether more than half of every honest daemon's neighborhood and itself is honest, and how many lack it."""
    lying = 2 * threatened_in(case.network, case.targets) >= case.network.degrees + 1
    lying[case.targets] = False
    count = int(np.count_nonzero(lying))
    if count:
        return False, f"{count:,} of {case.network.n:,} neighborhoods are not honest in their majority"
    return True, "more than half of every neighborhood and oneself is honest"


def threatened_in(network: Network, targets: Ints) -> Floats:
    """(n,) how many of the daemons that each daemon listens to are among `targets`."""
    mask: Bools = np.zeros(network.n, dtype=bool)
    mask[targets] = True
    return np.bincount(network.receivers[mask[network.indices]], minlength=network.n).astype(np.float64)
