"""One round of a swarm: sense, negotiate, decide, act."""

from __future__ import annotations

from swarmsec.arrays import read_only
from swarmsec.swarm.interface import Swarm


def play_round(swarm: Swarm) -> None:
    """Run one round; red and blue act at every step that they may change."""
    world, protocol, red, blue, record = swarm.world, swarm.protocol, swarm.red, swarm.blue, swarm.recorder
    swarm.begin_round()

    signals = blue.filter(red.apply_signal_attacks(world.sense(), swarm.state))
    if swarm.state is None:
        swarm.state = protocol.initial_state(signals)
        swarm.record_proposals()

    for _ in range(protocol.exchanges):
        protocol.begin_exchange()
        before = swarm.state
        honest = red.restore_honest(before)
        written = red.apply_daemon_attacks(honest, signals, before)
        sent = red.apply_message_attacks(swarm.speak(written), signals, before)
        arrived = swarm.limit_inboxes(blue.admit(swarm.transmit(sent)))
        swarm.state = red.hold_lies(swarm.listen(arrived, honest, signals), before)
        swarm.add_traffic(sent)

    decisions = blue.govern(red.apply_decision_attacks(world.decide(read_only(swarm.proposals))))
    outcome = world.apply(decisions)
    blue.respond(sent)

    swarm.record_proposals()
    record.decision(decisions)
    swarm.record_round(outcome)
