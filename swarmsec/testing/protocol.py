"""What a negotiation protocol promises to the engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from swarmsec.aggregation import Mean, Messages, Wmsr
from swarmsec.aggregation import Rule as Aggregation
from swarmsec.arrays import Floats, read_only
from swarmsec.network import Network
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
from swarmsec.testing._swarms import START, STOP, Swarm, first_difference, odd_swarms, play, ring, targets

HOOKS = ("first", "speak", "listen")

_RULES: tuple[Aggregation | None, ...] = (None, Mean(), Wmsr(1))


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
    """`first`, `speak` and `listen` give float64 of the shape (n, d) that they are given, whatever d is."""
    for swarm in (ring(case.n), ring(case.n, width=3)):
        protocol, state = _begun(case, swarm.network), _some(swarm, 0)
        first, said = protocol.first(_some(swarm, 1)), protocol.speak(state)
        heard = protocol.listen(Messages(swarm.network, said), None, state=state, signals=_some(swarm, 1))
        for hook, given in (("first", first), ("speak", said), ("listen", heard)):
            right = given.shape == state.shape and given.dtype == np.float64
            require(right, f"`{hook}` was given {state.shape} float64, and gives {given.shape} {given.dtype}")


def one_by_one_is_all_at_once(case: Case[NegotiationProtocol]) -> None:
    """`speak_one` and `listen_one` agree with `speak` and `listen` to 1e-12, with every rule and any messages."""
    for swarm in [ring(case.n, width=2), *_fitting(case)]:
        state, signals = _some(swarm, 0), _some(swarm, 1)
        for rule in _RULES:
            for messages in _mailbags(case, swarm, state):
                together, apart = _begun(case, swarm.network), _begun(case, swarm.network)
                said, heard = together.speak(state), together.listen(messages, rule, state=state, signals=signals)
                for i in range(swarm.n):
                    spoken = apart.speak_one(i, state[i])
                    _require_near(spoken, said[i], f"`speak_one` of daemon {i} in {swarm.name}")
                for i in range(swarm.n):
                    listened = apart.listen_one(i, messages.heard_by(i), rule, own=state[i], signal=signals[i])
                    _require_near(listened, heard[i], f"`listen_one` of daemon {i}, rule {rule}, in {swarm.name}")


def agreement_stays(case: Case[NegotiationProtocol]) -> None:
    """Once everybody proposes and senses one and the same, nobody moves away from it."""
    for swarm in [ring(case.n, width=2), *_fitting(case)]:
        for rule in _RULES:
            protocol = _begun(case, swarm.network)
            agreed = read_only(np.full((swarm.n, swarm.width), 0.7))
            state = protocol.listen(Messages(swarm.network, protocol.speak(agreed)), rule, state=agreed, signals=agreed)
            gap = np.abs(state - agreed).max(axis=1)
            worst = int(gap.argmax())
            require(
                bool(gap[worst] <= 1e-12),
                f"all agreed on 0.7, and daemon {worst} moves to {state[worst]} with the rule {rule} ({swarm.name})",
            )


def what_is_not_admitted_is_not_heard(case: Case[NegotiationProtocol]) -> None:
    """A message that a defense gives the weight 0 changes nothing, not even if it says NaN."""
    swarm = ring(case.n)
    state, signals = _some(swarm, 0), _some(swarm, 1)
    weights = np.where(np.arange(swarm.network.m) % 3 == 0, 0.0, 1.0)
    for rule in _RULES:
        heard = []
        for noise in (0.0, 1e6, np.nan):
            protocol = _begun(case, swarm.network)
            told = protocol.speak(state)[swarm.network.indices]
            told[weights == 0] += noise
            messages = Messages(swarm.network, state, told=told, weights=weights)
            heard.append(protocol.listen(messages, rule, state=state, signals=signals))
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
)


def _begun(case: Case[NegotiationProtocol], network: Network) -> NegotiationProtocol:
    protocol = case.make()
    protocol.begin(ProtocolView(network=network, rng=stream(0, "conformance", 0, "protocol")))
    return protocol


def _fitting(case: Case[NegotiationProtocol]) -> list[Swarm]:
    return [swarm for swarm in odd_swarms() if fits(case.make(), swarm.n)]


def _some(swarm: Swarm, seed: int) -> Floats:
    """(n, d) numbers, the same for the same seed."""
    return read_only(stream(0, "conformance", seed, swarm.name).normal(size=(swarm.n, swarm.width)))


def _mailbags(case: Case[NegotiationProtocol], swarm: Swarm, state: Floats) -> Iterator[Messages]:
    """What may come in: a broadcast; words that differ by receiver; some no number, repeated, weighed."""
    network, said = swarm.network, _begun(case, swarm.network).speak(state)
    yield Messages(network, said)
    rng = stream(0, "conformance", 0, "mailbags")
    told = said[network.indices] + rng.normal(size=(network.m, swarm.width))
    yield Messages(network, said, told=told)
    told = np.where(np.arange(network.m)[:, None] % 4 == 3, np.nan, told)
    copies = rng.integers(1, 5, network.m).astype(np.int32)
    yield Messages(network, said, told=told, copies=copies, weights=rng.integers(0, 3, network.m) / 2.0)


def _require_near(one: Floats, other: Floats, what: str) -> None:
    shapes = one.shape == other.shape
    require(shapes, f"{what} gives the shape {one.shape}; must be {other.shape}")
    near = (one == other) | (np.abs(one - other) <= 1e-12 * np.maximum(1.0, np.abs(other)))
    require(bool((near | (np.isnan(one) & np.isnan(other))).all()), f"{what} gives {one}; all at once it is {other}")


def _aimed(kind: type[Attack], swarm: Swarm) -> Attack:
    return kind(daemons=targets(swarm.n), start=START, stop=STOP)


def _play(protocol: NegotiationProtocol, swarm: Swarm, attacks: list[Attack] | None = None, **how: Any) -> Trace:
    attacks = [_aimed(Lie, swarm), _aimed(Split, swarm)] if attacks is None else attacks
    return play(swarm, attacks=attacks, protocol=protocol, **how)


def _told_where(case: Case[NegotiationProtocol], swarm: Swarm, kind: type[Attack]) -> None:
    try:
        _play(case.make(), swarm, [_aimed(kind, swarm)])
    except Exception as error:
        raise AssertionError(f"in {swarm.name} against {kind.__name__}: {type(error).__name__}: {error}") from error
