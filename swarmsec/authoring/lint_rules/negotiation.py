"""Whether the swarm, as it is composed, can do what the scenario counts on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.authoring.lint_rules._case import LintCase
from swarmsec.authoring.lint_rules._rule import Fix, Remark, rule
from swarmsec.network import Network
from swarmsec.teams import Surface

MIXED = 0.05
"""A swarm has mixed when less than this share of its first disagreement is left."""

_WORK_MAX = 2e8
"""Edges times exchanges that the look at mixing may take: about a second."""


@rule("SW018")
def too_short_to_mix(case: LintCase) -> Iterator[Remark]:
    """The run ends before word has gone around the swarm.

    Averaging over neighbors takes its time: on a ring of n daemons the disagreement falls by about 1 − 13/n² an
    exchange, so a ring of 100 needs thousands. A swarm that has not mixed shows what daemons started from, not what
    they agreed on, and a lie has not arrived anywhere. Plain averaging is played here from the slowest pattern, values
    that rise with the daemons' numbers, and more than 5% of them are left; for daemons anchored to their signals it is
    the memory, 1/anchor exchanges, that a run must outlast. Play more rounds, raise `protocol.exchanges`, or take a
    network with shortcuts. Source: Xiao and Boyd, Systems & Control Letters 2004.
    """
    protocol: Any = case.setup.protocol
    steps = case.rounds * protocol.exchanges
    anchor = getattr(protocol, "anchor", None)
    if anchor:
        if steps < 1 / anchor:
            said = f"{steps:,} exchanges, and beliefs remember {1 / anchor:,.0f} (1/anchor)"
            yield Remark(("rounds",), said, f"play at least {-(-3 // (anchor * protocol.exchanges)):,.0f} rounds")
        return
    network = case.setup.network
    if anchor is None and hasattr(protocol, "weights") and network.components == 1:
        left = _left_after(network, protocol.weights, steps)
        if left > MIXED:
            yield Remark(
                ("rounds",),
                f"after {steps:,} exchanges {left:.0%} of a disagreement may be left on this network",
                "play more rounds, or take a network with shortcuts",
            )


@rule("SW019")
def metropolis_one_way(case: LintCase) -> Iterator[Remark]:
    """Metropolis weights stand on a network whose edges go one way.

    Metropolis weights keep the swarm's average because two neighbors weigh each other alike. Where one listens and
    the other does not, nothing is kept: daemons may agree, but on somebody's value and not on the average, with no
    attack at all. Take `weights: uniform`, which promises no average, or a network in which everybody is heard by whom
    it listens to. Source: Xiao and Boyd 2004.
    """
    if getattr(case.setup.protocol, "weights", None) == "metropolis" and not case.setup.network.symmetric:
        yield Remark(
            ("protocol", "weights"),
            "metropolis keeps the average only where neighbors hear each other, and here some do not",
            "say uniform, which promises no average, or take an undirected network",
        )


@rule("SW020")
def disconnected(case: LintCase) -> Iterator[Remark]:
    """The network falls apart, or has two parts that hear nobody outside.

    No word goes from one part to the other, so they cannot agree, attacked or not, and the bill of the clean arm
    already has that in it. On random networks it happens when there are too few edges: an Erdős–Rényi network needs p
    above ln n / n. The network of the first seed is looked at.
    """
    network = case.setup.network
    if network.components > 1:
        said = f"{network.components:,} parts with no link between them (first seed)"
    elif case.robustness is not None and case.robustness.r_at_most == 0:
        said = "two parts hear nobody outside themselves (first seed)"
    else:
        return
    yield Remark(("network",), said, "add edges, or join the parts")


@rule("SW021")
def sells_in_peace(case: LintCase) -> Iterator[Remark]:
    """Trading daemons believe their first signal at once, and sell on noise.

    With `begins_at: signals` every daemon takes its first reading for its belief. An honest reading has a standard
    deviation of `signal_noise`, and whatever is past the `dead_band` sells before anybody has talked; the clean arm
    has that in its bill. Beliefs that begin at zero let the noise average out first. `--fix` says so.
    """
    world, protocol = case.setup.world, case.setup.protocol
    noise, band = getattr(world, "signal_noise", 0.0), getattr(world, "dead_band", np.inf)
    path = ("protocol", "begins_at")
    if getattr(protocol, "begins_at", "") == "signals" and noise > band / 3:
        fix = Fix(path, "zero") if case.written("protocol") else None
        said = f"in round 0 everybody believes its own reading; noise {noise:g} against a dead band of {band:g} sells"
        yield Remark(path, said, "say zero", fix)


@rule("SW022")
def signals_that_nobody_reads(case: LintCase) -> Iterator[Remark]:
    """Feeds are attacked in rounds in which the protocol does not read them.

    `average_consensus`, and `friedkin_johnsen` with `anchor: 0`, start from the first signals and never look at a
    feed again. A false signal from round 1 on goes nowhere, and the attack does not bite. Attack from round 0 on, or
    take `friedkin_johnsen` with an anchor, which keeps listening to the feeds.
    """
    anchored = getattr(case.setup.protocol, "anchor", None)
    if anchored or (anchored is None and case.document["protocol"]["kind"] != "average_consensus"):
        return
    for aimed in case.acting:
        if aimed.plugin.surface == Surface.SIGNAL and aimed.plugin.start > 0:
            yield Remark(
                (*aimed.path, "start"),
                f"{case.document['protocol']['kind']} reads the feeds in round 0 only, and this attack on them starts "
                f"in round {aimed.plugin.start:,}",
                "start it in round 0, or take friedkin_johnsen with an anchor",
            )


def _left_after(network: Network, weights: str, steps: int) -> float:
    """How much of a slow disagreement is left after so many exchanges of plain averaging; 0 where that is too long."""
    if network.n < 2 or network.m * min(steps, 1_000) > _WORK_MAX:
        return 0.0
    from scipy.sparse import csr_array

    degrees = network.degrees.astype(np.float64)
    larger = np.maximum(degrees[network.receivers], degrees[network.indices])
    heard = 1.0 / (1.0 + (degrees[network.receivers] if weights == "uniform" else larger))
    own = 1.0 - np.bincount(network.receivers, weights=heard, minlength=network.n)
    matrix = csr_array((heard, network.indices, network.indptr), shape=(network.n, network.n))
    values: Floats = np.linspace(0.0, 1.0, network.n, dtype=np.float64)
    for step in range(steps):
        values = np.asarray(own * values + matrix @ values, dtype=np.float64)
        if np.ptp(values) <= MIXED:
            return 0.0
        if network.m * step > _WORK_MAX:
            return 0.0
    return float(np.ptp(values))
