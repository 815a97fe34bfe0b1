"""The rules for negotiation protocols."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from swarmsec.aggregation import MeanRule, MetropolisMeanRule, Rule, WmsrRule
from swarmsec.arrays import Floats, read_only
from swarmsec.messages import Addressed, Messages, as_messages, collect_messages, within_inbox
from swarmsec.network import Delivery, Network
from swarmsec.protocols import NegotiationProtocol, ProtocolView
from swarmsec.rng import stream
from swarmsec.swarm.trace import Trace
from swarmsec.teams import Attack
from swarmsec.testing._common import (
    COMMON_RULES,
    require_no_write,
    require_own_stream,
    require_same_parameters,
    require_same_runs,
)
from swarmsec.testing._opponents import Flood, Guard, Joiners, Lie, NonFiniteFeeds, NonFiniteMessages, Shout, Split
from swarmsec.testing._plugin_case import ConformanceRule, PluginCase, check_rules, fits, require
from swarmsec.testing._swarms import START, STOP, SmallSwarm, first_difference, odd_swarms, ring, run_swarm, targets

HOOKS = ("initial_state", "proposals", "override_proposals", "merge", "speak", "listen")

_RULES: tuple[Rule | None, ...] = (None, MeanRule(), WmsrRule(1))
_VARIATIONS = 3
_SESSION = 12
"""Exchanges after which a rule or a signal must have had its effect."""
_NO_RNG = np.random.default_rng(0)  # Inboxes here have no limit, so nothing is drawn.


def check_protocol(plugin_class: type[NegotiationProtocol], **parameters: Any) -> None:
    """Check that a negotiation protocol keeps the contract.

    Args:
        plugin_class: The protocol.
        parameters: Parameters for its instances, where they have no default or should differ from it.

    Raises:
        AssertionError: It breaks a rule: the rule, the finding, and a line of Python that repeats the check.
    """
    check_rules(PluginCase(plugin_class, parameters), RULES)


def it_keeps_shapes(case: PluginCase[NegotiationProtocol]) -> None:
    """States are (n, D), messages (n, w) or, addressed, (m, w), proposals (n, d): float64, for every d."""
    for swarm in (ring(case.n), ring(case.n, width=3)):
        protocol, network = _started(case, swarm.network, swarm.width), swarm.network
        state = protocol.initial_state(_signals(swarm, 1))
        require(
            state.ndim == 2 and len(state) == swarm.n, f"`initial_state` gives the shape {state.shape}; must be (n, D)"
        )
        protocol.begin_exchange()
        spoken = protocol.speak(read_only(state), _signals(swarm, 1))
        if isinstance(spoken, Addressed):
            right = spoken.payload.shape[:1] == spoken.sent.shape == (network.m,) and spoken.sent.dtype == np.bool_
            require(
                right,
                f"`payload` and `sent` are {spoken.payload.shape} and {spoken.sent.shape}; must be (m, w) and (m,)",
            )
        messages = as_messages(network, spoken)
        heard = protocol.listen(messages, None, state=read_only(state), signals=_signals(swarm, 1))
        proposed = protocol.proposals(heard)
        width = (swarm.n, protocol.proposal_width(swarm.width))
        for hook, given, shape in (
            ("initial_state", state, state.shape),
            ("speak", messages.payload, messages.payload.shape),
            ("listen", heard, state.shape),
            ("proposals", proposed, width),
            ("override_proposals", protocol.override_proposals(heard, proposed), state.shape),
        ):
            right = given.shape == shape and given.dtype == np.float64
            require(right, f"`{hook}` gives {given.shape} {given.dtype}; must be {shape} float64")


def its_columns_name_its_messages(case: PluginCase[NegotiationProtocol]) -> None:
    """`columns` has a name for each of the w components of a message, for every d."""
    for swarm in (ring(case.n), ring(case.n, width=3)):
        protocol = _started(case, swarm.network, swarm.width)
        state = protocol.initial_state(_signals(swarm, 1))
        protocol.begin_exchange()
        sent = as_messages(swarm.network, protocol.speak(read_only(state), _signals(swarm, 1)))
        w = sent.payload.shape[1]
        columns: Any = protocol.columns
        named = isinstance(columns, tuple) and all(isinstance(name, str) and name for name in columns)
        require(named and len(columns) == w, f"`columns` is {columns!r}; must be names of the {w} components")


def overriding_by_the_same_proposals_changes_none(case: PluginCase[NegotiationProtocol]) -> None:
    """`override_proposals` with a daemon's own proposals leaves its proposals unchanged, row by row."""
    for swarm in [ring(case.n, width=2), *_fitting(case)]:
        protocol = _started(case, swarm.network, swarm.width)
        for state in _states(protocol, swarm, 3):
            proposed = protocol.proposals(state)
            again = protocol.proposals(protocol.override_proposals(state, read_only(proposed)))
            _require_near(
                again, proposed, f"`proposals` after `override_proposals` with the same proposals, in {swarm.name},"
            )
            for i in range(swarm.n):
                row = slice(i, i + 1)
                _require_near(protocol.proposals(state[row]), proposed[row], f"`proposals` of row {i} in {swarm.name}")


def one_daemon_and_all_daemons_agree(case: PluginCase[NegotiationProtocol]) -> None:
    """`speak_one` and `listen_one` agree with `speak` and `listen` to 1e-12, with every rule and varied messages."""
    for swarm in [ring(case.n, width=2), *_fitting(case)]:
        signals = _signals(swarm, 1)
        for rule in _RULES:
            for variation in range(_VARIATIONS):
                together, apart = _started(case, swarm.network, swarm.width), _started(case, swarm.network, swarm.width)
                for state in _states(together, swarm, 3, rule=rule):
                    apart.begin_exchange()
                    spoken = together.speak(state, signals)
                    sent = as_messages(swarm.network, spoken)
                    alone = as_messages(
                        swarm.network,
                        collect_messages(
                            swarm.network, [apart.speak_one(i, state[i], signals[i]) for i in range(swarm.n)]
                        ),
                    )
                    _require_near(alone.payload, sent.payload, f"`speak_one` in {swarm.name}")
                    messages = _varied(sent, variation)
                    heard = together.listen(messages, rule, state=state, signals=signals)
                    for i in range(swarm.n):
                        listened = apart.listen_one(i, messages.inbox_of(i), rule, own=state[i], signal=signals[i])
                        _require_near(listened, heard[i], f"`listen_one` of daemon {i}, rule {rule}, in {swarm.name}")


def agreement_is_kept(case: PluginCase[NegotiationProtocol]) -> None:
    """With `keeps_agreement`, equal proposals and signals of all daemons stay equal and unchanged."""
    if not case.make().keeps_agreement:
        return
    for swarm in [ring(case.n, width=2), *_fitting(case)]:
        for rule in _RULES:
            protocol = _started(case, swarm.network, swarm.width)
            agreed = read_only(np.full((swarm.n, swarm.width), 0.7))
            state = read_only(protocol.override_proposals(protocol.initial_state(agreed), agreed))
            protocol.begin_exchange()
            messages = as_messages(swarm.network, protocol.speak(state, agreed))
            state = protocol.proposals(protocol.listen(messages, rule, state=state, signals=agreed))
            gap = np.abs(state - agreed).max(axis=1)
            worst = int(gap.argmax())
            require(
                bool(gap[worst] <= 1e-12),
                f"all agree on 0.7, but daemon {worst} moves to {state[worst]} with the rule {rule} ({swarm.name})",
            )


def messages_of_weight_0_have_no_effect(case: PluginCase[NegotiationProtocol]) -> None:
    """A message of weight 0 has no effect, even if its payload is NaN."""
    swarm = ring(case.n)
    weights = np.where(np.arange(swarm.network.m) % 3 == 0, 0.0, 1.0)
    for rule in _RULES:
        heard = []
        for noise in (0.0, 1e6, np.nan):
            protocol = _started(case, swarm.network, swarm.width)
            for state in _states(protocol, swarm, 2, rule=rule):
                sent = within_inbox(
                    as_messages(swarm.network, protocol.speak(state, _signals(swarm, 1))), None, _NO_RNG
                )
                per_edge = sent.payload.copy()
                per_edge[weights == 0] += noise
                messages = replace(sent, per_edge=per_edge).with_weights(weights)
            heard.append(protocol.listen(messages, rule, state=state, signals=_signals(swarm, 1)))
        for other in heard[1:]:
            apart = np.flatnonzero(np.abs(heard[0] - other).max(axis=1) > 1e-12) if np.isfinite(other).all() else [0]
            require(not len(apart), f"with the rule {rule} a message of weight 0 moves daemon {[*apart, 0][0]}")


def messages_change_what_daemons_propose(case: PluginCase[NegotiationProtocol]) -> None:
    """The states after a session differ from those after a session in which no message counts."""
    swarms = [swarm for swarm in (ring(case.n), ring(case.n, width=3), *_fitting(case)) if swarm.network.m]
    moved = any(
        not np.array_equal(_last_state(case, swarm), _last_state(case, swarm, deaf=True), equal_nan=True)
        for swarm in swarms
    )
    require(moved, f"after {_SESSION} exchanges the states are those of a swarm in which no message counts")


def non_finite_input_leaves_proposals_finite(case: PluginCase[NegotiationProtocol]) -> None:
    """Messages and signals of NaN, infinity and 1e300 leave every proposal finite."""
    swarm = ring(case.n)
    for kind in (NonFiniteMessages, NonFiniteFeeds):
        _run_with_context(case, swarm, kind)


def its_traits_are_declared(case: PluginCase[NegotiationProtocol]) -> None:
    """`decides_for` names kinds of decision, and the other traits are of their types."""
    protocol = case.make()
    kinds: Any = protocol.decides_for
    named = isinstance(kinds, frozenset) and bool(kinds) and all(isinstance(kind, str) and kind for kind in kinds)
    require(named, f'`decides_for` is {kinds!r}; must be a frozenset such as frozenset({{"belief"}})')
    for name in ("uses_rule", "rule_decides", "keeps_agreement", "begins_with_signals", "reads_signals_after_start"):
        value = getattr(protocol, name)
        require(isinstance(value, bool), f"`{name}` is {value!r}; must be True or False")
    weights = (None, "metropolis", "uniform")
    require(protocol.averaging in weights, f"`averaging` is {protocol.averaging!r}; must be one of {weights}")
    require(protocol.memory_exchanges > 0, f"`memory_exchanges` is {protocol.memory_exchanges!r}; must be positive")


def rules_have_the_declared_effect(case: PluginCase[NegotiationProtocol]) -> None:
    """An aggregation rule changes the states if and only if `uses_rule`; with `rule_decides` it gives the proposals."""
    swarm, protocol = ring(case.n), case.make()
    without = _last_state(case, swarm)
    changed = [
        rule for rule in (MeanRule(), WmsrRule(1)) if not np.array_equal(_last_state(case, swarm, rule=rule), without)
    ]
    if protocol.uses_rule:
        require(bool(changed), f"`uses_rule` is True, and neither Mean nor Wmsr changes a state in {swarm.name}")
    else:
        require(not changed, f"`uses_rule` is False, and {changed[:1]} changes a state in {swarm.name}")
    if protocol.rule_decides:
        for rule in (MeanRule(), WmsrRule(1)):
            _require_rule_decides(case, swarm, rule)


def it_averages_as_declared(case: PluginCase[NegotiationProtocol]) -> None:
    """With `averaging`, the protocol's own average is that of the rule with these weights."""
    weights = case.make().averaging
    if weights is not None:
        swarm = ring(case.n)
        rule = MeanRule() if weights == "uniform" else MetropolisMeanRule()
        found = np.abs(_last_state(case, swarm) - _last_state(case, swarm, rule=rule)).max()
        require(bool(found <= 1e-12), f"`averaging` is {weights!r}, and {type(rule).__name__} gives other states")


def it_reads_signals_as_declared(case: PluginCase[NegotiationProtocol]) -> None:
    """Signals count at the start if and only if `begins_with_signals`, and later if `reads_signals_after_start`."""
    swarm = ring(case.n)
    protocol = _started(case, swarm.network, swarm.width)
    first = _signals(swarm, 0)
    begins = bool(np.allclose(protocol.proposals(protocol.initial_state(first)), first, rtol=0, atol=1e-12))
    declared = protocol.begins_with_signals
    found = "the first proposals are the first signals" if begins else "the first proposals are not the first signals"
    require(begins == declared, f"`begins_with_signals` is {declared}, and {found}")
    reads = not np.array_equal(_last_state(case, swarm), _last_state(case, swarm, later_signals=_signals(swarm, 2)))
    declared = protocol.reads_signals_after_start
    found = f"later signals {'change' if reads else 'do not change'} the states"
    require(reads == declared, f"`reads_signals_after_start` is {declared}, and {found}")


def it_writes_into_no_given_array(case: PluginCase[NegotiationProtocol]) -> None:
    """A hook returns new arrays: it writes neither into given arrays nor into arrays that it returned before."""
    swarm = ring(case.n)
    require_no_write(lambda: _run(case.make_watched(HOOKS), swarm, [_attack_on(Split, swarm)]))


def equal_seeds_give_equal_runs(case: PluginCase[NegotiationProtocol]) -> None:
    """Two runs of one seed are equal, step by step, also when an instance runs a second time."""
    swarm = ring(case.n)
    require_same_runs(case, case.make, lambda protocol, seed: _run(protocol, swarm, seed=seed))


def it_draws_from_its_own_stream(case: PluginCase[NegotiationProtocol]) -> None:
    """It draws random numbers from the view's `rng` only."""
    swarm = ring(case.n)
    require_own_stream(case.make(), lambda protocol, seed: _run(protocol, swarm, seed=seed))


def a_run_leaves_its_parameters_alone(case: PluginCase[NegotiationProtocol]) -> None:
    """It keeps its memory in attributes with an underscore, and changes no parameter."""
    swarm = ring(case.n)
    require_same_parameters(case, case.make(), lambda protocol, seed: _run(protocol, swarm, seed=seed))


def both_engines_agree(case: PluginCase[NegotiationProtocol]) -> None:
    """The engines `arrays` and `agents` agree to 1e-12: with and without a rule, against every kind of attack."""
    for swarm in (ring(case.n), ring(case.n, width=2)):
        for kind in (Lie, Shout, Split, Flood, NonFiniteMessages):
            for defenses in ([], [Guard()]):
                arrays, agents = (
                    _run(case.make(), swarm, [_attack_on(kind, swarm)], defenses=defenses, engine=engine)
                    for engine in ("arrays", "agents")
                )
                found = first_difference(arrays, agents, tolerance=1e-12)
                situation = f"against {kind.__name__}, {'W-MSR' if defenses else 'without a rule'}, {swarm.name}"
                require(not found, f"`arrays` and `agents`: {found} ({situation})")


def it_runs_on_unreliable_links(case: PluginCase[NegotiationProtocol]) -> None:
    """With message loss, delay, duplication and reordering it runs to the end, finite and equal in both engines."""
    good = ring(case.n)
    network = replace(good.network, delivery=Delivery(0, 3, loss=0.2, duplication=0.2, reordering=0.5))
    swarm = good._replace(network=network, name=f"{good.name}, on unreliable links")
    for kind in (Lie, Split):
        arrays, agents = (
            _run(case.make(), swarm, [_attack_on(kind, swarm)], engine=engine) for engine in ("arrays", "agents")
        )
        found = first_difference(arrays, agents, tolerance=1e-12)
        require(not found, f"`arrays` and `agents`: {found} (against {kind.__name__}, {swarm.name})")


def daemons_can_join_if_it_says_so(case: PluginCase[NegotiationProtocol]) -> None:
    """With `admits_newcomers`, identities can join it, on good and bad links, equally in both engines."""
    if not case.plugin_class.admits_newcomers:
        return
    good = ring(case.n)
    for delivery in (Delivery(), Delivery(0, 3, loss=0.2, duplication=0.2, reordering=0.5)):
        network = replace(good.network, delivery=delivery, reserve=2)
        swarm = good._replace(network=network, name=f"{good.name}, with a reserve of 2 identities")
        attacks = [_attack_on(kind, swarm) for kind in (Joiners, Split)]
        arrays, agents = (_run(case.make(), swarm, attacks, engine=engine) for engine in ("arrays", "agents"))
        found = first_difference(arrays, agents, tolerance=1e-12)
        require(not found, f"`arrays` and `agents`: {found} ({swarm.name})")


def it_runs_on_every_network(case: PluginCase[NegotiationProtocol]) -> None:
    """It runs to the end, with finite figures, on one daemon, on two, in disconnected swarms, in two components."""
    for swarm in _fitting(case):
        for kind in (Lie, Split):
            _run_with_context(case, swarm, kind)


RULES: tuple[ConformanceRule, ...] = (
    *COMMON_RULES,
    its_traits_are_declared,
    it_writes_into_no_given_array,
    it_keeps_shapes,
    its_columns_name_its_messages,
    it_runs_on_every_network,
    equal_seeds_give_equal_runs,
    it_draws_from_its_own_stream,
    a_run_leaves_its_parameters_alone,
    rules_have_the_declared_effect,
    it_averages_as_declared,
    it_reads_signals_as_declared,
    agreement_is_kept,
    one_daemon_and_all_daemons_agree,
    messages_of_weight_0_have_no_effect,
    messages_change_what_daemons_propose,
    non_finite_input_leaves_proposals_finite,
    both_engines_agree,
    overriding_by_the_same_proposals_changes_none,
    it_runs_on_unreliable_links,
    daemons_can_join_if_it_says_so,
)


def _started(case: PluginCase[NegotiationProtocol], network: Network, width: int = 1) -> NegotiationProtocol:
    protocol = case.make()
    protocol.begin(ProtocolView(network=network, rng=stream(0, "conformance", 0, "protocol"), width=width))
    return protocol


def _fitting(case: PluginCase[NegotiationProtocol]) -> list[SmallSwarm]:
    return [swarm for swarm in odd_swarms() if fits(case.make(), swarm.n)]


def _signals(swarm: SmallSwarm, seed: int) -> Floats:
    """(n, d) random signals, equal for equal seeds."""
    return read_only(stream(0, "conformance", seed, swarm.name).normal(size=(swarm.n, swarm.width)))


def _states(
    protocol: NegotiationProtocol,
    swarm: SmallSwarm,
    exchanges: int,
    *,
    rule: Rule | None = None,
    later_signals: Floats | None = None,
    deaf: bool = False,
) -> Iterator[Floats]:
    """The states before each of some exchanges, without attack or defense."""
    signals = _signals(swarm, 1) if later_signals is None else later_signals
    state = read_only(protocol.initial_state(_signals(swarm, 0)))
    for _ in range(exchanges):
        protocol.begin_exchange()
        yield state
        messages = within_inbox(as_messages(swarm.network, protocol.speak(state, signals)), None, _NO_RNG)
        messages = messages.with_weights(np.zeros(swarm.network.m)) if deaf else messages
        state = read_only(protocol.listen(messages, rule, state=state, signals=signals))


def _last_state(case: PluginCase[NegotiationProtocol], swarm: SmallSwarm, **how: Any) -> Floats:
    """The states after the exchanges of a session, without attack or defense."""
    *_, state = _states(_started(case, swarm.network, swarm.width), swarm, _SESSION, **how)
    return state


def _require_rule_decides(case: PluginCase[NegotiationProtocol], swarm: SmallSwarm, rule: Rule) -> None:
    """Require that a protocol's next proposals are those of a rule."""
    protocol = _started(case, swarm.network, swarm.width)
    for state in _states(protocol, swarm, 3):
        messages = within_inbox(as_messages(swarm.network, protocol.speak(state, _signals(swarm, 1))), None, _NO_RNG)
        heard = protocol.listen(messages, rule, state=state, signals=_signals(swarm, 1))
        expected = rule.over_neighborhoods(protocol.proposals(state), messages)
        _require_near(protocol.proposals(heard), expected, f"`rule_decides` is True, and with {rule} `listen`")


def _varied(sent: Messages, variation: int) -> Messages:
    """Messages as sent (0), with payloads by receiver (1), or also with NaN, copies and weights (2)."""
    sent = within_inbox(sent, None, _NO_RNG)
    if variation == 0:
        return sent
    rng = stream(0, "conformance", variation, "mailbags")
    per_edge = sent.payload + rng.normal(size=sent.payload.shape)
    if variation == 1:
        return replace(sent, per_edge=per_edge)
    per_edge = np.where(np.arange(len(per_edge))[:, None] % 4 == 3, np.nan, per_edge)
    copies = rng.integers(1, 5, len(per_edge)).astype(np.int32)
    weights = rng.integers(0, 3, len(per_edge)) / 2.0
    return replace(
        sent, per_edge=per_edge, copies=copies if sent.copies is None else copies * sent.copies
    ).with_weights(weights)


def _require_near(one: Floats, other: Floats, what: str) -> None:
    shapes = one.shape == other.shape
    require(shapes, f"{what} gives the shape {one.shape}; must be {other.shape}")
    if np.array_equal(one, other):
        return
    near = (one == other) | (np.abs(one - other) <= 1e-12 * np.maximum(1.0, np.abs(other)))
    if not (near | (np.isnan(one) & np.isnan(other))).all():
        raise AssertionError(f"{what} gives {one}; expected {other}")


def _attack_on(kind: type[Attack], swarm: SmallSwarm) -> Attack:
    return kind(daemons=targets(swarm.n), start=START, stop=STOP)


def _run(protocol: NegotiationProtocol, swarm: SmallSwarm, attacks: list[Attack] | None = None, **how: Any) -> Trace:
    attacks = [_attack_on(Lie, swarm), _attack_on(Split, swarm)] if attacks is None else attacks
    return run_swarm(swarm, attacks=attacks, protocol=protocol, **how)


def _run_with_context(case: PluginCase[NegotiationProtocol], swarm: SmallSwarm, kind: type[Attack]) -> None:
    try:
        _run(case.make(), swarm, [_attack_on(kind, swarm)])
    except Exception as error:
        raise AssertionError(f"in {swarm.name} against {kind.__name__}: {type(error).__name__}: {error}") from error
