"""The guarantee of a defense, and the case to which it is applied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.network import Network, Robustness, robustness
from swarmsec.teams.traits import Surface


def quick_robustness(network: Network) -> Robustness:
    """The robustness of a network without integer programs, so that it is the same on every machine."""
    return robustness(network, time_limit=0.0)


class ThreatCase(NamedTuple):
    """The case to which a guarantee is applied: the network, the attacked daemons and the surface.

    Attributes:
        network: The network; identities that may join are its last rows, linked to every daemon.
        targets: (k,) the daemons that an attack is aimed at, those that it hijacked later, and its identities.
        surface: The surfaces of the attacks; `Surface.NONE` without attacks.
        start: The first round with an attack on.
        protocol: The protocol's kind.
        rule_decides: Whether the aggregation rule alone computes the next proposal, as theorems about rules assume.
        lossy: Why a neighbor's message may be missing in some exchange; empty if all arrive.
        identities: How many identities red may join, or in a run did join; they count among the targets.
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
    identities: int = 0
    robustness: Callable[[Network], Robustness] = quick_robustness


class Guarantee(NamedTuple):
    """Whether the guarantee of a defense covers a case, and its assumptions.

    Attributes:
        holds: True inside the guarantee, False outside, None if the defense has none or it is not known.
        why: The reason, with its numbers.
        promise: The guaranteed property; empty if there is none.
        assumption: The condition: the threat, the number of faulty daemons, and where they are.
        source: The paper and the theorem.
        measured: In a run inside the guarantee, the measured number that the promise bounds; None if not measured.
        bound: The bound that the promise sets for `measured`.
    """

    holds: bool | None
    why: str
    promise: str = ""
    assumption: str = ""
    source: str = ""
    measured: float | None = None
    bound: float | None = None

    @property
    def label(self) -> str:
        """`inside`, `outside`, `not known`, or `none` if there is no guarantee."""
        if self.holds is None:
            return "not known" if self.promise else "none"
        return "inside" if self.holds else "outside"

    @property
    def measurement(self) -> dict[str, float] | None:
        """The measured number and its bound, as plain data; None if it was not measured."""
        if self.measured is None or self.bound is None:
            return None
        return {"measured": self.measured, "bound": self.bound}


def worst_over_seeds(of_seeds: Sequence[Guarantee]) -> Guarantee:
    """The guarantee over several seeds: outside if one is outside, else unknown if one is unknown.

    Inside in all seeds, it is that of the seed with the largest measured number.

    Args:
        of_seeds: The guarantees of one defense, at least one.
    """
    worst = next(one for held in (False, None, True) for one in of_seeds if one.holds is held)
    return max(of_seeds, key=lambda one: one.measured or 0.0) if worst.holds else worst


def combine_guarantees(of_defenses: Sequence[tuple[str, Guarantee]]) -> Guarantee:
    """The guarantee of several defenses: inside if one is inside, outside if all that exist are outside.

    Args:
        of_defenses: The kind of each, and its guarantee.
    """
    answers = [one for _, one in of_defenses if one.label != "none"]
    best = next((one for held in (True, None, False) for one in answers if one.holds is held), None)
    why = "; ".join(f"{kind}: {one.why}" for kind, one in of_defenses)
    return best._replace(why=why) if best else Guarantee(None, why)


def rule_excludes(case: ThreatCase, rule: str, *, needs_every_message: bool = True) -> str:
    """The reason why no theorem about an aggregation rule covers a case; empty if one may.

    The reason does not depend on which daemons are faulty.

    Args:
        case: The case.
        rule: The rule, as the subject of a sentence.
        needs_every_message: Whether the theorem assumes that no message is lost or late.
    """
    if case.surface & (Surface.SIGNAL | Surface.NETWORK | Surface.TIMING):
        joining = f"; {case.identities:,} identities of red count as liars" if case.identities else ""
        return f"{rule} has no guarantee against attacks on signals or links{joining}"
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
    """(n,) whether each daemon is not a target."""
    honest: Bools = np.ones(case.network.n, dtype=bool)
    honest[case.targets] = False
    return honest


def honest_majority(case: ThreatCase) -> tuple[bool, str]:
    """Whether every honest daemon has an honest majority among itself and its neighbors.

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
    return True, "every honest daemon and its neighbors have an honest majority"


def faulty_neighbors(network: Network, targets: Ints) -> Floats:
    """(n,) the number of `targets` among the neighbors of each daemon."""
    mask: Bools = np.zeros(network.n, dtype=bool)
    mask[targets] = True
    return np.bincount(network.receivers[mask[network.indices]], minlength=network.n).astype(np.float64)
