"""What a negotiation protocol promises to the engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from swarmsec.aggregation import Mean, Wmsr
from swarmsec.aggregation import Rule as Aggregation
from swarmsec.arrays import Floats, read_only
from swarmsec.messages import Addressed, Messages, as_messages, collect_messages, within_inbox
from swarmsec.network import Delivery, Network
from swarmsec.protocols import NegotiationProtocol, ProtocolView
from swarmsec.rng import stream
from swarmsec.swarm.trace import Trace
from swarmsec.teams import Attack
from swarmsec.testing._case import Case, Rule, fits, hold, require
from swarmsec.testing._common import (
    HOW_IT_LOOKS,
    require_nothing_written,
    require_own_stream,
    require_parameters_kept,
    require_same_runs,
)
from swarmsec.testing._opponents import Flood, Guard, Lie, PoisonedFeeds, PoisonedWords, Shout, Split
from swarmsec.testing._swarms import START, STOP, SmallSwarm, first_difference, odd_swarms, play, ring, targets

HOOKS = ("initial_state", "proposals", "override_proposals", "merge", "speak", "listen")

_RULES: tuple[Aggregation | None, ...] = (None, Mean(), Wmsr(1))
_BAGS = 3
_NO_RNG = np.random.default_rng(0)  # Inboxes here have no limit, so nothing is drawn.


def check_protocol(plugin_class: type[NegotiationProtocol], **parameters: Any) -> None:
    """Check that a negotiation protocol keeps the contract.

    Args:
        plugin_class: The protocol.
        parameters: What to build it with, where a parameter has no default or another value shows more.

    Raises:
        AssertionError: It breaks a rule: which one, what was found, and the line that shows it again.
    """
    hold(Case(plugin_class, parameters), RULES)


def it_keeps_shapes(case: Case[NegotiationProtocol]) -> None:
    """A state is (n, D), what is said (n, w) or addressed (m, w), what is proposed (n, d): float64, whatever d is."""
    for swarm in (ring(case.n), ring(case.n, width=3)):
        protocol, network = _begun(case, swarm.network), swarm.network
        state = protocol.initial_state(_some(swarm, 1))
        require(
            state.ndim == 2 and len(state) == swarm.n, f"`initial_state` gives the shape {state.shape}; must be (n, D)"
        )
        protocol.begin_exchange()
        spoken = protocol.speak(read_only(state))
        if isinstance(spoken, Addressed):
            right = spoken.payload.shape[:1] == spoken.sent.shape == (network.m,) and spoken.sent.dtype == np.bool_
            require(right, f"`speak` addresses {spoken.payload.shape} and {spoken.sent.shape}; must be (m, w) and (m,)")
        messages = as_messages(network, spoken)
        heard = protocol.listen(messages, None, state=read_only(state), signals=_some(swarm, 1))
        proposed = protocol.proposals(heard)
        width = (swarm.n, swarm.width)
        for hook, given, shape in (
            ("initial_state", state, state.shape),
            ("speak", messages.payload, messages.payload.shape),
            ("listen", heard, state.shape),
            ("proposals", proposed, width),
            ("override_proposals", protocol.override_proposals(heard, proposed), state.shape),
        ):
            right = given.shape == shape and given.dtype == np.float64
            require(right, f"`{hook}` gives {given.shape} {given.dtype}; must be {shape} float64")


def what_is_proposed_can_be_held(case: Case[NegotiationProtocol]) -> None:
    """A daemon that is made to hold what it proposes anyway proposes the same, row by row."""
    for swarm in [ring(case.n, width=2), *_fitting(case)]:
        protocol = _begun(case, swarm.network)
        for state in _states(protocol, swarm, 3):
            proposed = protocol.proposals(state)
            again = protocol.proposals(protocol.override_proposals(state, read_only(proposed)))
            _require_near(again, proposed, f"`proposals` of what `override_proposals` makes of them, in {swarm.name},")
            for i in range(swarm.n):
                row = slice(i, i + 1)
                _require_near(protocol.proposals(state[row]), proposed[row], f"`proposals` of row {i} in {swarm.name}")


def one_by_one_is_all_at_once(case: Case[NegotiationProtocol]) -> None:
    """`speak_one` and `listen_one` agree with `speak` and `listen` to 1e-12, with every rule and any messages."""
    for swarm in [ring(case.n, width=2), *_fitting(case)]:
        signals = _some(swarm, 1)
        for rule in _RULES:
            for bag in range(_BAGS):
                combine_guarantees, apart = _begun(case, swarm.network), _begun(case, swarm.network)
                for state in _states(combine_guarantees, swarm, 3, rule=rule):
                    apart.begin_exchange()
                    spoken = combine_guarantees.speak(state)
                    said = as_messages(swarm.network, spoken)
                    alone = as_messages(
                        swarm.network,
                        collect_messages(swarm.network, [apart.speak_one(i, state[i]) for i in range(swarm.n)]),
                    )
                    _require_near(alone.payload, said.payload, f"`speak_one` in {swarm.name}")
                    messages = _mailbag(said, bag)
                    heard = combine_guarantees.listen(messages, rule, state=state, signals=signals)
                    for i in range(swarm.n):
                        listened = apart.listen_one(i, messages.inbox_of(i), rule, own=state[i], signal=signals[i])
                        _require_near(listened, heard[i], f"`listen_one` of daemon {i}, rule {rule}, in {swarm.name}")


def agreement_stays(case: Case[NegotiationProtocol]) -> None:
    """Once everybody proposes and senses one and the same, nobody moves away from it, if the protocol is about that."""
    if not case.make().keeps_agreement:
        return
    for swarm in [ring(case.n, width=2), *_fitting(case)]:
        for rule in _RULES:
            protocol = _begun(case, swarm.network)
            agreed = read_only(np.full((swarm.n, swarm.width), 0.7))
            state = read_only(protocol.override_proposals(protocol.initial_state(agreed), agreed))
            protocol.begin_exchange()
            messages = as_messages(swarm.network, protocol.speak(state))
            state = protocol.proposals(protocol.listen(messages, rule, state=state, signals=agreed))
            gap = np.abs(state - agreed).max(axis=1)
            worst = int(gap.argmax())
            require(
                bool(gap[worst] <= 1e-12),
                f"all agreed on 0.7, and daemon {worst} moves to {state[worst]} with the rule {rule} ({swarm.name})",
            )


def what_is_not_admitted_is_not_heard(case: Case[NegotiationProtocol]) -> None:
    """A message that a defense gives the weight 0 changes nothing, not even if it says NaN."""
    swarm = ring(case.n)
    weights = np.where(np.arange(swarm.network.m) % 3 == 0, 0.0, 1.0)
    for rule in _RULES:
        heard = []
        for noise in (0.0, 1e6, np.nan):
            protocol = _begun(case, swarm.network)
            for state in _states(protocol, swarm, 2, rule=rule):
                said = within_inbox(as_messages(swarm.network, protocol.speak(state)), None, _NO_RNG)
                told = said.payload.copy()
                told[weights == 0] += noise
                messages = replace(said, per_edge=told).with_weights(weights)
            heard.append(protocol.listen(messages, rule, state=state, signals=_some(swarm, 1)))
        for other in heard[1:]:
            apart = np.flatnonzero(np.abs(heard[0] - other).max(axis=1) > 1e-12) if np.isfinite(other).all() else [0]
            require(not len(apart), f"with the rule {rule} a message of weight 0 still moves daemon {[*apart, 0][0]}")


def a_word_that_is_no_number_harms_nobody(case: Case[NegotiationProtocol]) -> None:
    """Neighbors that say or feeds that read NaN, infinity and 1e300 leave every proposal finite."""
    swarm = ring(case.n)
    for kind in (PoisonedWords, PoisonedFeeds):
        _told_where(case, swarm, kind)


def it_writes_into_nothing_that_it_is_given(case: Case[NegotiationProtocol]) -> None:
    """A hook gives new arrays: it writes neither into what it is given nor into what it returned before."""
    swarm = ring(case.n)
    require_nothing_written(lambda: _play(case.make_witnessed(HOOKS), swarm, [_aimed(Split, swarm)]))


def equal_seeds_give_equal_runs(case: Case[NegotiationProtocol]) -> None:
    """Two runs of one seed are equal, step by step, also when an instance is used again."""
    swarm = ring(case.n)
    require_same_runs(case, case.make, lambda protocol, seed: _play(protocol, swarm, seed=seed))


def it_draws_from_its_own_stream(case: Case[NegotiationProtocol]) -> None:
    """What it draws, it draws from the view's `rng`."""
    swarm = ring(case.n)
    require_own_stream(case.make(), lambda protocol, seed: _play(protocol, swarm, seed=seed))


def a_run_leaves_its_parameters_alone(case: Case[NegotiationProtocol]) -> None:
    """What it remembers between rounds are attributes with an underscore; its parameters stay."""
    swarm = ring(case.n)
    require_parameters_kept(case, case.make(), lambda protocol, seed: _play(protocol, swarm, seed=seed))


def both_engines_agree(case: Case[NegotiationProtocol]) -> None:
    """The engines `arrays` and `agents` agree to 1e-12: with a rule and without, against liars of every kind."""
    for swarm in (ring(case.n), ring(case.n, width=2)):
        for kind in (Lie, Shout, Split, Flood, PoisonedWords):
            for defenses in ([], [Guard()]):
                arrays, agents = (
                    _play(case.make(), swarm, [_aimed(kind, swarm)], defenses=defenses, engine=engine)
                    for engine in ("arrays", "agents")
                )
                found = first_difference(arrays, agents, tolerance=1e-12)
                told = f"against {kind.__name__}, {'W-MSR' if defenses else 'without a rule'}, {swarm.name}"
                require(not found, f"`arrays` and `agents`: {found} ({told})")


def it_bears_bad_links(case: Case[NegotiationProtocol]) -> None:
    """On links that lose, delay, repeat and reorder it runs to the end, with finite figures, alike in both engines."""
    good = ring(case.n)
    network = replace(good.network, delivery=Delivery(0, 3, loss=0.2, duplication=0.2, reordering=0.5))
    swarm = good._replace(network=network, name=f"{good.name}, on bad links")
    for kind in (Lie, Split):
        arrays, agents = (
            _play(case.make(), swarm, [_aimed(kind, swarm)], engine=engine) for engine in ("arrays", "agents")
        )
        found = first_difference(arrays, agents, tolerance=1e-12)
        require(not found, f"`arrays` and `agents`: {found} (against {kind.__name__}, {swarm.name})")


def it_runs_on_every_network(case: Case[NegotiationProtocol]) -> None:
    """It runs to the end, with finite figures, on one daemon, on two, in disconnected swarms, in two components."""
    for swarm in _fitting(case):
        for kind in (Lie, Split):
            _told_where(case, swarm, kind)


RULES: tuple[Rule, ...] = (
    *HOW_IT_LOOKS,
    it_writes_into_nothing_that_it_is_given,
    it_keeps_shapes,
    it_runs_on_every_network,
    equal_seeds_give_equal_runs,
    it_draws_from_its_own_stream,
    a_run_leaves_its_parameters_alone,
    agreement_stays,
    one_by_one_is_all_at_once,
    what_is_not_admitted_is_not_heard,
    a_word_that_is_no_number_harms_nobody,
    both_engines_agree,
    what_is_proposed_can_be_held,
    it_bears_bad_links,
)


def _begun(case: Case[NegotiationProtocol], network: Network) -> NegotiationProtocol:
    protocol = case.make()
    protocol.begin(ProtocolView(network=network, rng=stream(0, "conformance", 0, "protocol")))
    return protocol


def _fitting(case: Case[NegotiationProtocol]) -> list[SmallSwarm]:
    return [swarm for swarm in odd_swarms() if fits(case.make(), swarm.n)]


def _some(swarm: SmallSwarm, seed: int) -> Floats:
    """(n, d) numbers, the same for the same seed."""
    return read_only(stream(0, "conformance", seed, swarm.name).normal(size=(swarm.n, swarm.width)))


def _states(
    protocol: NegotiationProtocol, swarm: SmallSwarm, exchanges: int, *, rule: Aggregation | None = None
) -> Iterator[Floats]:
    """What daemons hold before each of some exchanges, played without anybody's interference."""
    signals = _some(swarm, 1)
    state = read_only(protocol.initial_state(_some(swarm, 0)))
    for _ in range(exchanges):
        protocol.begin_exchange()
        yield state
        messages = within_inbox(as_messages(swarm.network, protocol.speak(state)), None, _NO_RNG)
        state = read_only(protocol.listen(messages, rule, state=state, signals=signals))


def _mailbag(said: Messages, bag: int) -> Messages:
    """What may come in: what was said; words that differ by receiver; some no number, repeated, weighed."""
    said = within_inbox(said, None, _NO_RNG)
    if bag == 0:
        return said
    rng = stream(0, "conformance", bag, "mailbags")
    told = said.payload + rng.normal(size=said.payload.shape)
    if bag == 1:
        return replace(said, per_edge=told)
    told = np.where(np.arange(len(told))[:, None] % 4 == 3, np.nan, told)
    copies = rng.integers(1, 5, len(told)).astype(np.int32)
    weights = rng.integers(0, 3, len(told)) / 2.0
    return replace(said, per_edge=told, copies=copies if said.copies is None else copies * said.copies).with_weights(
        weights
    )


def _require_near(one: Floats, other: Floats, what: str) -> None:
    shapes = one.shape == other.shape
    require(shapes, f"{what} gives the shape {one.shape}; must be {other.shape}")
    near = (one == other) | (np.abs(one - other) <= 1e-12 * np.maximum(1.0, np.abs(other)))
    require(bool((near | (np.isnan(one) & np.isnan(other))).all()), f"{what} gives {one}; all at once it is {other}")


def _aimed(kind: type[Attack], swarm: SmallSwarm) -> Attack:
    return kind(daemons=targets(swarm.n), start=START, stop=STOP)


def _play(protocol: NegotiationProtocol, swarm: SmallSwarm, attacks: list[Attack] | None = None, **how: Any) -> Trace:
    attacks = [_aimed(Lie, swarm), _aimed(Split, swarm)] if attacks is None else attacks
    return play(swarm, attacks=attacks, protocol=protocol, **how)


def _told_where(case: Case[NegotiationProtocol], swarm: SmallSwarm, kind: type[Attack]) -> None:
    try:
        _play(case.make(), swarm, [_aimed(kind, swarm)])
    except Exception as error:
        raise AssertionError(f"in {swarm.name} against {kind.__name__}: {type(error).__name__}: {error}") from error
