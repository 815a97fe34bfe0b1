"""The guarantee of a defense, and the case that it is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.network import Network, Robustness, robustness
from swarmsec.teams.traits import Surface


def quick_robustness(network: Network) -> Robustness:
    """The robustness of a network, as far as it follows without solving a program; the same on every machine."""
    return robustness(network, time_limit=0.0)


class ThreatCase(NamedTuple):
    """The case that a guarantee is about: the attacked daemons, the surface, and how daemons listen.

    Attributes:
        network: The network.
        targets: (k,) the daemons that an attack is aimed at, and those that it hijacked later.
        surface: The surfaces of the attacks; none without attacks.
        start: The first round with an attack on.
        protocol: The protocol's kind.
        rule_decides: Whether the aggregation rule alone makes a daemon's next proposal, as theorems about rules assume.
        lossy: Why a daemon may miss a message of a neighbor in some exchange; empty if it receives all.
        altered: Why honest daemons may start from, or decide, other values than by the protocol; empty if none does.
        robustness: Computes the robustness of a network; the default spends no time on it.
    """

    network: Network
    targets: Ints
    surface: Surface
    start: int = 0
    protocol: str = "average_consensus"
    rule_decides: bool = True
    lossy: str = ""
    altered: str = ""
    robustness: Callable[[Network], Robustness] = quick_robustness


class Guarantee(NamedTuple):
    """Whether the guarantee of a defense covers a case, and its assumptions.

    Attributes:
        holds: True inside the guarantee, False outside, None if the defense has none or it is not known.
        why: The reason, with the numbers.
        promise: What is promised inside; empty if nothing.
        assumption: What must hold: the threat, how many daemons, where.
        source: The paper and the theorem.
    """

    holds: bool | None
    why: str
    promise: str = ""
    assumption: str = ""
    source: str = ""

    @property
    def label(self) -> str:
        """`inside`, `outside`, `not known`, or `none` if nothing is promised."""
        if self.holds is None:
            return "not known" if self.promise else "none"
        return "inside" if self.holds else "outside"


def worst_over_seeds(of_seeds: Sequence[Guarantee]) -> Guarantee:
    """The guarantee over several seeds: outside if it is outside in one, else unknown if it is unknown in one.

    Args:
        of_seeds: The guarantees of one defense, at least one.
    """
    return next(one for held in (False, None, True) for one in of_seeds if one.holds is held)


def combine_guarantees(of_defenses: Sequence[tuple[str, Guarantee]]) -> Guarantee:
    """The guarantee of several defenses: inside if one is inside, outside if all that promise anything are outside.

    Args:
        of_defenses: The kind of each, and its guarantee.
    """
    answers = [one for _, one in of_defenses if one.label != "none"]
    best = next((one for held in (True, None, False) for one in answers if one.holds is held), None)
    why = "; ".join(f"{kind}: {one.why}" for kind, one in of_defenses)
    return best._replace(why=why) if best else Guarantee(None, why)


def rule_excludes(case: ThreatCase, rule: str, *, needs_every_message: bool = True) -> str:
    """Why no theorem about an aggregation rule covers a case, whichever daemons are faulty; empty if one may.

    Args:
        case: The case.
        rule: The rule, as the subject of a sentence.
        needs_every_message: Whether the theorem assumes that no message is lost or late.
    """
    if case.surface & (Surface.SIGNAL | Surface.NETWORK | Surface.TIMING):
        return f"{rule} promises nothing about lies in the signals, nor about links that are cut"
    if not case.rule_decides:
        return f"the theorem is about updates by the rule alone, and {case.protocol} does more"
    if case.altered:
        return f"the theorem is about the values that honest daemons start from and agree on, and {case.altered}"
    if case.lossy and needs_every_message:
        return f"the theorem needs a message from every neighbor in every exchange, and {case.lossy}"
    return ""


def most_faulty_neighbors(case: ThreatCase) -> int:
    """The largest number of targets in the neighborhood of an honest daemon."""
    return int(faulty_neighbors(case.network, case.targets)[honest_daemons(case)].max(initial=0))


def honest_daemons(case: ThreatCase) -> Bools:
    """(n,) the daemons that are no targets."""
    honest: Bools = np.ones(case.network.n, dtype=bool)
    honest[case.targets] = False
    return honest


def honest_majority(case: ThreatCase) -> tuple[bool, str]:
    """Whether every honest daemon and its neighbors together have an honest majority.

    Args:
        case: The case.

    Returns:
        The answer, and the reason for it.
    """
    lying = 2 * faulty_neighbors(case.network, case.targets) >= case.network.degrees + 1
    lying[case.targets] = False
    count = int(np.count_nonzero(lying))
    if count:
        return False, f"{count:,} of {case.network.n:,} neighborhoods have a lying majority"
    return True, "more than half of every neighborhood and oneself is honest"


def faulty_neighbors(network: Network, targets: Ints) -> Floats:
    """(n,) the number of `targets` among the neighbors of each daemon."""
    mask: Bools = np.zeros(network.n, dtype=bool)
    mask[targets] = True
    return np.bincount(network.receivers[mask[network.indices]], minlength=network.n).astype(np.float64)
