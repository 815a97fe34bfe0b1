"""Rules about the negotiation: whether network, protocol and world fit the purpose of the scenario."""

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
"""A swarm has mixed when less than this share of its initial disagreement is left."""

_WORK_MAX = 2e8
"""At most this product of edges and exchanges is computed to check mixing, which takes about a second."""


@rule("SW018")
def too_short_to_mix(case: LintCase) -> Iterator[Remark]:
    """The run is too short for the swarm to mix.

    Averaging over neighbors is slow on sparse networks: on a ring of n daemons each exchange multiplies the
    disagreement by about 1 − 13/n², so a ring of 100 needs thousands of exchanges. In a swarm that has not mixed, the
    daemons are still near their initial values, and a lie has not spread. The rule simulates plain averaging from
    values that rise with the daemons' numbers, and warns if more than 5% of the disagreement is left. With daemons
    anchored to their signals, the run must be longer than the memory, 1/anchor exchanges. Use more rounds, raise
    `protocol.exchanges`, or use a network with shortcuts. Source: Xiao and Boyd, Systems & Control Letters 2004.
    """
    protocol, network = case.setup.protocol, case.setup.network
    steps, memory = case.rounds * protocol.exchanges, protocol.memory_exchanges
    if math.isfinite(memory):
        if steps < memory:
            message = f"{steps:,} exchanges, but proposals depend on the signals of the last {memory:,.0f}"
            yield Remark(("rounds",), message, f"use at least {math.ceil(3 * memory / protocol.exchanges):,} rounds")
        return
    if protocol.averaging and network.components == 1:
        left = _left_after(network, protocol.averaging, steps)
        if left > MIXED:
            yield Remark(
                ("rounds",),
                f"after {steps:,} exchanges {left:.0%} of a disagreement may be left on this network",
                "use more rounds, or a network with shortcuts",
            )


@rule("SW019")
def metropolis_one_way(case: LintCase) -> Iterator[Remark]:
    """Metropolis weights are used on a directed network.

    Metropolis weights preserve the swarm's average because two neighbors give each other the same weight. On a
    one-way edge they do not: even without an attack, the daemons may agree on a value other than the average. Use
    `weights: uniform`, which does not preserve the average anyway, or an undirected network. Source: Xiao and Boyd
    2004.
    """
    if case.setup.protocol.averaging == "metropolis" and not case.setup.network.symmetric:
        yield Remark(
            ("protocol", "weights"),
            "metropolis preserves the average only on undirected networks, but this one has one-way edges",
            "use uniform, or an undirected network",
        )


@rule("SW020")
def disconnected(case: LintCase) -> Iterator[Remark]:
    """The network is disconnected, or has two parts that listen to no daemon outside.

    No message goes from one part to the other, so they cannot agree, with or without an attack, and the bill of the
    clean arm includes this cost. Random networks with too few edges are often disconnected: an Erdős–Rényi network
    needs p above ln n / n. The rule checks the network of the first seed.
    """
    network = case.setup.network
    if network.components > 1:
        message = f"{network.components:,} parts without an edge between them (first seed)"
    elif case.robustness is not None and case.robustness.r_at_most == 0:
        message = "two parts listen to no daemon outside themselves (first seed)"
    else:
        return
    yield Remark(("network",), message, "add edges between the parts")


@rule("SW021")
def sells_without_attack(case: LintCase) -> Iterator[Remark]:
    """Trading daemons adopt their first signal as belief and sell because of noise.

    With `begins_at: signals` the initial belief of every daemon is its first reading. An honest reading has a standard
    deviation of `signal_noise`; a daemon whose belief exceeds the `dead_band` sells before the first exchange, and the
    bill of the clean arm includes this cost. With beliefs that begin at zero the noise averages out first. `--fix` sets
    `begins_at: zero`.
    """
    world, protocol = case.setup.world, case.setup.protocol
    noise, band = world.signal_deviation, world.acts_beyond
    if not (protocol.begins_with_signals and noise > band / 3):
        return
    message = f"in round 0 every belief is one reading: noise {noise:g} makes daemons sell, the dead band is {band:g}"
    if "begins_at" in case.document["protocol"]:
        path = ("protocol", "begins_at")
        yield Remark(path, message, "use zero", Fix(path, "zero") if case.written("protocol") else None)
    else:
        yield Remark(("protocol", "kind"), message, "use friedkin_johnsen with begins_at: zero")


@rule("SW022")
def unread_signals(case: LintCase) -> Iterator[Remark]:
    """Feeds are attacked in rounds in which the protocol does not read them.

    `average_consensus` and most other protocols start from the first signals and never read a feed again. A false
    signal from round 1 on has no effect. Attack from round 0 on, or use a protocol that reads every signal, such as
    `friedkin_johnsen` with an anchor.
    """
    if case.setup.protocol.reads_signals_after_start:
        return
    for aimed in case.acting:
        if aimed.plugin.surface == Surface.SIGNAL and aimed.plugin.first_start > 0:
            yield Remark(
                (*aimed.path, "start"),
                f"{case.document['protocol']['kind']} reads the feeds in round 0 only, but this attack on them starts "
                f"in round {aimed.plugin.first_start:,}",
                "start it in round 0, or use friedkin_johnsen with an anchor",
            )


@rule("SW029")
def protocol_does_not_fit_world(case: LintCase) -> Iterator[Remark]:
    """The protocol makes proposals of another kind than the world needs.

    A world needs one kind of proposal: `beliefs` and `trading` a belief, `allocation` an assignment of items,
    `exchange` quantities of goods. An auction in a trading world proposes 0 or 1 for items that do not exist, and the
    world interprets these numbers as beliefs, so the results are meaningless. Use a protocol that suits the world, or
    another world. `swarmsec show KIND` prints what a world decides and what a protocol decides for.
    """
    world, protocol = case.setup.world, case.setup.protocol
    if not world.decides or not protocol.decides_for or world.decides in protocol.decides_for:
        return
    kinds = {key: case.document[key]["kind"] for key in ("protocol", "world")}
    made = " or ".join(sorted(protocol.decides_for))
    suitable = _protocols(case, lambda one: world.decides in one.decides_for)
    yield Remark(
        ("protocol", "kind"),
        f"{kinds['protocol']} makes proposals of the kind {made}, but the world {kinds['world']} needs {world.decides}",
        f"use {suitable}" if suitable else "use another protocol, or another world",
    )


@rule("SW030")
def rule_never_used(case: LintCase) -> Iterator[Remark]:
    """A defense has an aggregation rule, but the protocol does not use one.

    Defenses such as `wmsr` replace the average over a neighborhood by a robust rule. A protocol that counts votes,
    compares bids or adds up shares computes no average, so the rule has no effect and the defended arm equals the
    attacked arm. Use a protocol that averages, or a defense that acts on messages or signals.
    """
    world, protocol = case.setup.world, case.setup.protocol
    if protocol.uses_rule:
        return
    suitable = _protocols(case, lambda one: one.uses_rule and world.decides in one.decides_for)
    for path, spec in case.defenses:
        if spec.plugin.rule is not None:
            yield Remark(
                (*path, "kind"),
                f"{spec.kind} has an aggregation rule, but {case.document['protocol']['kind']} does not use one",
                f"remove it, or use {suitable}" if suitable else "remove it",
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
    """The share of a slow disagreement left after `steps` exchanges of plain averaging; 0 if that takes too long."""
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
