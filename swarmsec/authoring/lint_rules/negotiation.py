"""Whether the swarm, as it is composed, can do what the scenario counts on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.authoring.lint_rules._case import LintCase
from swarmsec.authoring.lint_rules._rule import Fix, Remark, rule
from swarmsec.errors import SwarmsecError
from swarmsec.network import Network
from swarmsec.protocols import NegotiationProtocol
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
    protocol, network = case.setup.protocol, case.setup.network
    steps, memory = case.rounds * protocol.exchanges, protocol.memory_exchanges
    if math.isfinite(memory):
        if steps < memory:
            said = f"{steps:,} exchanges, and a signal stays in the proposals for {memory:,.0f}"
            yield Remark(("rounds",), said, f"run at least {math.ceil(3 * memory / protocol.exchanges):,} rounds")
        return
    if protocol.averaging and network.components == 1:
        left = _left_after(network, protocol.averaging, steps)
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
    if case.setup.protocol.averaging == "metropolis" and not case.setup.network.symmetric:
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
    noise, band = world.signal_deviation, world.acts_beyond
    if not (protocol.begins_with_signals and noise > band / 3):
        return
    said = f"in round 0 every daemon believes its own reading; noise {noise:g} against a dead band of {band:g} sells"
    if "begins_at" in case.document["protocol"]:
        path = ("protocol", "begins_at")
        yield Remark(path, said, "say zero", Fix(path, "zero") if case.written("protocol") else None)
    else:
        yield Remark(("protocol", "kind"), said, "take friedkin_johnsen with begins_at: zero")


@rule("SW022")
def signals_that_nobody_reads(case: LintCase) -> Iterator[Remark]:
    """Feeds are attacked in rounds in which the protocol does not read them.

    `average_consensus` and most other protocols start from the first signals and never read a feed again. A false
    signal from round 1 on has no effect. Attack from round 0 on, or take a protocol that reads every signal, such as
    `friedkin_johnsen` with an anchor.
    """
    if case.setup.protocol.reads_signals_after_start:
        return
    for aimed in case.acting:
        if aimed.plugin.surface == Surface.SIGNAL and aimed.plugin.start > 0:
            yield Remark(
                (*aimed.path, "start"),
                f"{case.document['protocol']['kind']} reads the feeds in round 0 only, and this attack on them starts "
                f"in round {aimed.plugin.start:,}",
                "start it in round 0, or take friedkin_johnsen with an anchor",
            )


@rule("SW029")
def protocol_decides_nothing_here(case: LintCase) -> Iterator[Remark]:
    """The protocol's proposals are not what the world decides from.

    A world needs one kind of proposal: `beliefs` and `trading` a belief, `allocation` an assignment of items,
    `exchange` quantities of goods. An auction in a trading world proposes 0 or 1 for items that do not exist, and the
    world reads these numbers as beliefs: the run ends, and its figures mean nothing. Take a protocol for the world, or
    a world for the protocol. `swarmsec show KIND` prints what a world decides and what a protocol decides for.
    """
    world, protocol = case.setup.world, case.setup.protocol
    if not world.decides or not protocol.decides_for or world.decides in protocol.decides_for:
        return
    kinds = {key: case.document[key]["kind"] for key in ("protocol", "world")}
    made = " or ".join(sorted(protocol.decides_for))
    suitable = _protocols(case, lambda one: world.decides in one.decides_for)
    yield Remark(
        ("protocol", "kind"),
        f"{kinds['protocol']} makes proposals of the kind {made}, and the world {kinds['world']} needs {world.decides}",
        f"take {suitable}" if suitable else "take another protocol, or another world",
    )


@rule("SW030")
def rule_never_used(case: LintCase) -> Iterator[Remark]:
    """A defense brings an aggregation rule, and the protocol never uses one.

    Defenses such as `wmsr` replace the average over a neighborhood by a robust one. A protocol that counts votes,
    compares bids or adds up shares takes no average, so the rule has no effect and the defended arm equals the
    attacked one. Take a protocol that averages, or a defense that works on messages or signals.
    """
    world, protocol = case.setup.world, case.setup.protocol
    if protocol.uses_rule:
        return
    suitable = _protocols(case, lambda one: one.uses_rule and world.decides in one.decides_for)
    for path, cast in case.defenses:
        if cast.plugin.rule is not None:
            yield Remark(
                (*path, "kind"),
                f"{cast.kind} brings an aggregation rule, and {case.document['protocol']['kind']} never uses one",
                f"leave it out, or take {suitable}" if suitable else "leave it out",
            )


def _protocols(case: LintCase, suits: Callable[[type[NegotiationProtocol]], bool]) -> str:
    """The kinds of the registry's protocols for which `suits` holds, as a list in English."""
    registry, found = case.scenario.registry, []
    for kind in registry.kinds("protocols"):
        try:
            if suits(registry.get("protocols", kind)):
                found.append(kind)
        except SwarmsecError:  # A broken plug-in is no suggestion.
            continue
    return f"{', '.join(found[:-1])} or {found[-1]}" if len(found) > 1 else "".join(found)


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
