"""The guarantees of defenses: before a run for the targeted daemons, after it for the attacked ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import or_

import numpy as np

from swarmsec.arrays import Ints
from swarmsec.network import Network, Robustness
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.setup import PluginSpec, Setup
from swarmsec.swarm.trace import Trace
from swarmsec.teams import Attack, Defense, Guarantee, Surface, ThreatCase


def held(setup: Setup, trace: Trace) -> tuple[tuple[str, Guarantee], ...]:
    """Check each defense's guarantee against the attacks of the defended arm; empty for other arms."""
    if trace.arm != Arm.DEFENDED or not trace.attacked.any():
        return ()
    hit = np.flatnonzero(trace.attacked | trace.compromised).astype(np.int32)
    isolated = bool(trace.quarantine_log)
    return tuple(
        (cast.kind, cast.plugin.guarantee(_case(setup, cast, hit, trace.watch.first_attack or 0, isolated=isolated)))
        for cast in setup.defenses
    )


def promised(
    setup: Setup, *, how_robust: Callable[[Network], Robustness] | None = None
) -> tuple[tuple[str, Guarantee], ...]:
    """Return each defense's guarantee against the attacks' targets, without a run.

    Args:
        setup: The composition of one seed.
        how_robust: Computes the robustness of a network; fast bounds unless given.
    """
    aimed = [targets for cast, targets in zip(setup.attacks, setup.targets, strict=True) if acts(cast, setup.rounds)]
    hit = np.unique(np.concatenate([np.empty(0, dtype=np.int32), *aimed])).astype(np.int32)
    start = min((cast.plugin.start for cast in setup.attacks if acts(cast, setup.rounds)), default=0)
    found = []
    for cast in setup.defenses:
        case = _case(setup, cast, hit, start, isolated=_may_isolate(setup, cast))
        case = case if how_robust is None else case._replace(robustness=how_robust)
        found.append((cast.kind, _if_it_spreads(setup, len(hit), cast.plugin.guarantee(case))))
    return tuple(found)


def acts(cast: PluginSpec[Attack], rounds: int) -> bool:
    """Whether an attack acts in a run of `rounds` rounds."""
    attack = cast.plugin
    return attack.strength > 0 and attack.start < (rounds if attack.stop is None else min(rounds, attack.stop))


def _case(setup: Setup, asked: PluginSpec[Defense], hit: Ints, start: int, *, isolated: bool) -> ThreatCase:
    acting = [cast.plugin.surface for cast in setup.attacks if acts(cast, setup.rounds)]
    return ThreatCase(
        setup.network,
        hit,
        reduce(or_, acting, Surface.NONE),
        start,
        protocol=type(setup.protocol).__name__,
        rule_decides=setup.protocol.rule_decides,
        lossy=_lossy(setup, asked, isolated=isolated),
        altered=_altered(setup, asked),
    )


def _altered(setup: Setup, asked: PluginSpec[Defense]) -> str:
    """The other defense, if any, that may change the signals or decisions of honest daemons; as a clause."""
    for cast in setup.defenses:
        if cast is not asked and cast.plugin.overrides("filter_signals"):
            return f"{cast.kind} may change their signals"
        if cast is not asked and cast.plugin.overrides("govern"):
            return f"{cast.kind} may change their decisions"
    return ""


def _lossy(setup: Setup, asked: PluginSpec[Defense], *, isolated: bool) -> str:
    """The reason, other than links cut by red, why a daemon may miss messages of its neighbors; else empty."""
    if not setup.network.delivery.keeps_every_message:
        return "messages may be late, lost or out of order"
    inbox, most = setup.protocol.inbox, int(setup.network.degrees.max(initial=0))
    most *= 2 if setup.network.delivery.duplication else 1
    floods = any(Surface.MESSAGE in cast.plugin.surface for cast in setup.attacks if acts(cast, setup.rounds))
    if inbox is not None and (floods or most > inbox):
        return f"a daemon processes {inbox:,} messages, which {'a flood fills' if most <= inbox else 'do not suffice'}"
    for cast in setup.defenses:
        if cast is not asked and cast.plugin.overrides("weigh"):
            return f"{cast.kind} may drop some"
    return "daemons may be isolated" if isolated else ""


def _may_isolate(setup: Setup, asked: PluginSpec[Defense]) -> bool:
    """Whether another defense responds to detections, and the rules let it isolate a daemon."""
    others = [cast for cast in setup.defenses if cast is not asked]
    answers = any(cast.plugin.overrides("respond") for cast in others)
    return answers and setup.rules.quarantine_limit(setup.network.n) > 0


def _if_it_spreads(setup: Setup, hit: int, guarantee: Guarantee) -> Guarantee:
    """Change a guarantee that holds to unknown if an attack may hijack more daemons than its targets."""
    limit = setup.rules.hijack_limit(setup.network.n)
    spreads = any(cast.plugin.spreads for cast in setup.attacks if acts(cast, setup.rounds))
    if not (guarantee.holds and spreads and limit > hit):
        return guarantee
    why = f"{guarantee.why}; but red may take over {limit - hit:,} more, and only a run says whom"
    return guarantee._replace(holds=None, why=why)
