"""One round of a swarm: sense, negotiate, decide, act."""

from __future__ import annotations

from swarmsec.arrays import read_only
from swarmsec.swarm.interface import Swarm


def play_round(swarm: Swarm) -> None:
    """Run one round; red and blue act at every step that they may change."""
    world, protocol, red, blue, record = swarm.world, swarm.protocol, swarm.red, swarm.blue, swarm.recorder
    swarm.begin_round()

    told = red.apply_signal_attacks(swarm.sense(), swarm.state)
    world.hear(read_only(swarm.of_daemons(told)))
    signals = blue.filter(told)
    if swarm.state is None:
        swarm.state = protocol.initial_state(signals)
        swarm.record_proposals()

    for _ in range(protocol.exchanges):
        protocol.begin_exchange()
        before = swarm.state
        honest = red.restore_honest(before)
        written = red.apply_daemon_attacks(honest, signals, before)
        spoken = swarm.speak(written, signals)
        sent = red.apply_message_attacks(spoken, signals, before)
        carried = swarm.transmit(sent)
        admitted = swarm.limit_inboxes(blue.admit(carried, sent))
        swarm.state = red.hold_lies(swarm.listen(admitted, honest, signals), before)
        swarm.add_traffic(sent)
        swarm.count_honest(spoken, admitted)

    acted = red.apply_decision_attacks(swarm.decide())
    decisions = world.feasible(read_only(swarm.of_daemons(blue.govern(acted))))
    outcome = world.apply(read_only(decisions))
    swarm.observed = swarm.observe()
    blue.respond(sent, carried, swarm.all_proposals, swarm.observed)

    swarm.record_proposals()
    record.decision(decisions)
    swarm.record_round(outcome)
