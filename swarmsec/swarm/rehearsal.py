"""What the defenses would do if the feeds told something else, asked of copies of them."""

from __future__ import annotations

from copy import deepcopy

from swarmsec.arrays import Bools, Floats
from swarmsec.swarm.blue import BlueTeam
from swarmsec.swarm.setup import Setup
from swarmsec.swarm.trace import Recorder


def rehearse(blue: BlueTeam, signals: Floats, setup: Setup, red: object) -> Bools:
    """(n,) the daemons whose readings copies of the defenses change, or raise an alarm about.

    Args:
        blue: The defenses as they are now.
        signals: (n, d) what the feeds would tell.
        setup: The parts of the run; the copies share its network.
        red: The attacks, which are not copied.
    """
    kept = [setup.network, setup.network_with_rows, setup.world, setup.protocol, red]
    memo = {id(part): part for part in kept}
    copy = deepcopy(
        blue, {**memo, id(blue.recorder): Recorder(setup.rounds, setup.network_with_rows.n, keep_states=False)}
    )
    copy.alarmed[:] = False
    copy.restores_nothing()
    filtered = copy.filter(signals)
    touched: Bools = copy.alarmed | (filtered != signals).any(axis=1)
    return touched
