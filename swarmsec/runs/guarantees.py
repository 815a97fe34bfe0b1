"""The guarantees of defenses: before a run for the targeted daemons, after it for the attacked ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from operator import or_

import numpy as np

from swarmsec.arrays import Ints
from swarmsec.network import Network, Robustness, join, with_rows
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.setup import PluginSpec, Setup
from swarmsec.swarm.trace import Trace
from swarmsec.teams import Attack, Defense, Guarantee, Surface, ThreatCase

_ROUNDING = 1e-12
"""Rounding error of a proposal, relative to the largest honest one in the first round."""


def guarantees_after(setup: Setup, trace: Trace) -> tuple[tuple[str, Guarantee], ...]:
    """Check each defense's guarantee against the attacks of the defended arm; empty for other arms."""
    if trace.arm != Arm.DEFENDED or not trace.attacked.any():
        return ()
    attacked = np.flatnonzero(trace.attacked | trace.compromised).astype(np.int32)
    joined = int(trace.spent["red"].get("identities", 0))
    dropped = "daemons were isolated, restored or ignored" if _dropped(trace) else ""
    start = trace.watch.first_attack or 0
    found = []
    for spec in setup.defenses:
        guarantee = spec.plugin.guarantee(_case(setup, spec, attacked, start, dropped=dropped, identities=joined))
        if guarantee.holds and spec.plugin.keeps_range:
            bound = _ROUNDING * trace.range_size
            guarantee = guarantee._replace(measured=trace.range_violation, bound=bound)
        found.append((spec.kind, guarantee))
    return tuple(found)


def guarantees_before(
    setup: Setup, *, robustness_of: Callable[[Network], Robustness] | None = None
) -> tuple[tuple[str, Guarantee], ...]:
    """Return each defense's guarantee against the attacks' targets, without a run.

    Args:
        setup: The composition of one seed.
        robustness_of: Computes the robustness of a network; by default fast bounds.
    """
    aimed = zip(setup.attacks, setup.targets, strict=True)
    acting = [(spec.plugin, targets) for spec, targets in aimed if acts(spec, setup.rounds)]
    attacked = np.unique(np.concatenate([np.empty(0, dtype=np.int32), *(targets for _, targets in acting)]))
    start = min((attack.first_start for attack, _ in acting), default=0)
    links = any(Surface.NETWORK in attack.surface for attack, _ in acting)
    identities = setup.rules.identity_limit(setup.network.reserve) if links else 0
    found = []
    for spec in setup.defenses:
        case = _case(setup, spec, attacked, start, dropped=_may_drop(setup, spec), identities=identities)
        case = case if robustness_of is None else case._replace(robustness=robustness_of)
        found.append((spec.kind, _unknown_if_spreading(setup, len(attacked), spec.plugin.guarantee(case))))
    return tuple(found)


def acts(spec: PluginSpec[Attack], rounds: int) -> bool:
    """Whether an attack acts in a run of `rounds` rounds; one without a surface only listens."""
    attack = spec.plugin
    return (
        bool(attack.surface)
        and attack.strength > 0
        and attack.first_start < (rounds if attack.stop is None else min(rounds, attack.stop))
    )


def _case(
    setup: Setup, defense: PluginSpec[Defense], attacked: Ints, start: int, *, dropped: str, identities: int
) -> ThreatCase:
    network, n = setup.network, setup.network.n
    if identities:
        everyone, fresh = np.arange(n, dtype=np.int32), np.arange(n, n + identities, dtype=np.int32)
        rows = with_rows(replace(network, reserve=identities))
        network = join(rows, [(int(identity), everyone) for identity in fresh]).network
        attacked = np.concatenate([attacked, fresh])
    acting = [spec.plugin.surface for spec in setup.attacks if acts(spec, setup.rounds)]
    return ThreatCase(
        network,
        attacked,
        reduce(or_, acting, Surface.NONE),
        start,
        protocol=type(setup.protocol).__name__,
        rule_decides=setup.protocol.rule_decides,
        lossy=_lossy(setup, defense) or dropped,
        altered=_altered(setup, defense),
        identities=identities,
    )


def _altered(setup: Setup, defense: PluginSpec[Defense]) -> str:
    """The other defense, if any, that may change the signals or decisions of honest daemons; as a clause."""
    for spec in setup.defenses:
        for hook, changed in (("filter_signals", "signals"), ("govern", "decisions")):
            if spec is not defense and spec.plugin.overrides(hook):
                return f"{spec.kind} may change their {changed}"
    return ""


def _lossy(setup: Setup, defense: PluginSpec[Defense]) -> str:
    """The reason, other than cut links and dropped senders, why a daemon may miss messages; else empty."""
    if not setup.network.delivery.keeps_every_message:
        return "messages may be late, lost or out of order"
    inbox, most = setup.protocol.inbox, int(setup.network.degrees.max(initial=0))
    most *= 2 if setup.network.delivery.duplication else 1
    floods = any(Surface.MESSAGE in spec.plugin.surface for spec in setup.attacks if acts(spec, setup.rounds))
    if inbox is not None and (floods or most > inbox):
        return f"a daemon processes {inbox:,} messages, which {'a flood fills' if most <= inbox else 'do not suffice'}"
    for spec in setup.defenses:
        if spec is not defense and spec.plugin.overrides("weigh"):
            return f"{spec.kind} may drop some"
    return ""


def _may_drop(setup: Setup, defense: PluginSpec[Defense]) -> str:
    """How another defense may drop messages of a daemon that it suspects, within the rules; else empty."""
    n = setup.network.n
    silences = max(setup.rules.quarantine_limit(n), setup.rules.restore_limit(n)) > 0
    for spec in setup.defenses:
        if spec is defense or not (spec.plugin.overrides("begin") or spec.plugin.overrides("respond")):
            continue
        if spec.plugin.ignores:
            return f"{spec.kind} may ignore some"
        if silences and spec.plugin.vantage.acts_on_swarm:
            return "daemons may be isolated or restored"
    return ""


def _dropped(trace: Trace) -> bool:
    """Whether a defense dropped messages of a daemon that it suspected."""
    blue = trace.spent.get("blue", {})
    return bool(trace.quarantine_log or blue.get("ignored") or blue.get("restore"))


def _unknown_if_spreading(setup: Setup, targeted: int, guarantee: Guarantee) -> Guarantee:
    """Change a guarantee that holds to unknown if an attack may hijack more daemons than its targets."""
    limit = setup.rules.hijack_limit(setup.network.n)
    spreads = any(spec.plugin.spreads for spec in setup.attacks if acts(spec, setup.rounds))
    if not (guarantee.holds and spreads and limit > targeted):
        return guarantee
    why = f"{guarantee.why}; but red may take over {limit - targeted:,} more daemons, which are known only after a run"
    return guarantee._replace(holds=None, why=why)
