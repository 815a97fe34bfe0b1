"""Queues computed by UXsim on a grid of signalled junctions."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from swarmsec.worlds._city import APPROACHES

if TYPE_CHECKING:
    from swarmsec.arrays import Floats

_ROWS = 6
"""The first approaches lead east, the others south; every row crosses every column at a junction."""

_CYCLE_HOURS = 2.0 / 60.0
_PLATOON = 5
_STEPS_PER_CYCLE = 24
_PLATOONS_PER_CYCLE = 19
"""What passes in a cycle at saturation. UXsim's queue discharges 0.8 platoons a step, and one at the first step of a
green, so that two platoon counts that add up to 19 always fit into the 24 steps of a cycle."""

_DISCHARGE = 0.8
"""Platoons that a queue discharges in a time step, after the first."""

_RED, _SOUTH, _EAST = 0, 1, 2
_NEVER = 1e12  # Seconds until UXsim changes a phase by itself.

_LINK_METERS = 500.0
_FREE_SPEED = 20.0  # Meters per second where a time step is 5 seconds.
_DRIVE_STEPS = 5
"""Time steps from the start of a street to its first junction."""


class SignalGrid:
    """The same approaches as streets of a grid, simulated with Newell's car-following model by UXsim (Seo 2025).

    An approach crosses all streets of the other direction, and each crossing is a junction with a signal of two phases
    and all red. A street's green is what lets its capacity pass in each cycle of about two minutes; parts of a platoon
    are carried over to the next cycle. Vehicles come in platoons, whose size is scaled so that a saturated street has
    19 in a cycle. The queue of an approach is what waits in front of its first junction, in the street as far as that
    is long, and before it.
    """

    def __init__(self, *, capacity: float, hours: float, rounds: int) -> None:
        import uxsim

        self.waiting: Floats = np.zeros(APPROACHES)
        self.arrived: Floats = np.zeros(APPROACHES)
        self.departed: Floats = np.zeros(APPROACHES)
        self._cycles = max(1, round(hours / _CYCLE_HOURS))
        self._hours = hours / self._cycles
        self._platoon = capacity * self._hours / _PLATOONS_PER_CYCLE
        self._coming: Floats = np.zeros(APPROACHES)
        self._owed: Floats = np.zeros(APPROACHES)
        self._driving: Floats = np.zeros(APPROACHES)
        self._step_seconds = self._hours * 3600.0 / _STEPS_PER_CYCLE
        reaction = self._step_seconds / _PLATOON
        self._uxsim: Any = uxsim.World(
            name="",
            deltan=_PLATOON,
            reaction_time=reaction,
            tmax=(rounds * self._cycles + 1) * self._hours * 3600.0,
            duo_update_time=(rounds * self._cycles + 2) * self._hours * 3600.0,
            vehicle_logging_timestep_interval=-1,
            random_seed=0,
            hard_deterministic_mode=True,
            print_mode=0,
            save_mode=0,
            show_mode=0,
        )
        self._build(_FREE_SPEED / reaction)

    def _build(self, speed: float) -> None:
        """Lay out the streets: approach → its junctions → its end."""
        grid, columns = self._uxsim, APPROACHES - _ROWS
        self._junctions = [
            [grid.addNode(f"{r}x{c}", c, r, signal=3 * [_NEVER]) for c in range(columns)] for r in range(_ROWS)
        ]
        self._streets: list[list[Any]] = []
        for approach in range(APPROACHES):
            east = approach < _ROWS
            nodes = [grid.addNode(f"from{approach}", -1, approach)]
            nodes += self._junctions[approach] if east else [line[approach - _ROWS] for line in self._junctions]
            nodes.append(grid.addNode(f"to{approach}", _ROWS, approach))
            group = _EAST if east else _SOUTH
            street = [
                grid.addLink(f"{approach}:{i}", start, end, _LINK_METERS, speed, signal_group=group)
                for i, (start, end) in enumerate(pairwise(nodes))
            ]
            self._streets.append(street)
        grid.finalize_scenario()

    def step(self, flows: Floats, capacities: Floats) -> Floats:
        """Let one round pass; see `Queues.step`."""
        waited: Floats = np.zeros(APPROACHES)
        for _ in range(self._cycles):
            before = self.waiting
            self._send(flows)
            self._pass_cycle(self._greens(capacities))
            left = np.array([street[0].cum_departure[-1] for street in self._streets])
            self.departed = left / _PLATOON * self._platoon
            self.waiting = np.maximum(self.arrived - self.departed, 0.0)
            waited += 0.5 * (before + self.waiting) * self._hours
        return waited

    def _greens(self, capacities: Floats) -> list[int]:
        """(approaches,) the green of each street in this cycle, in time steps."""
        self._owed = self._owed + capacities * self._hours / self._platoon
        platoons = np.floor(self._owed + 1e-9)
        self._owed = self._owed - platoons
        return [max(math.ceil((count - 1.0) / _DISCHARGE - 1e-9), 1) if count else 0 for count in platoons.tolist()]

    def _pass_cycle(self, greens: list[int]) -> None:
        """Simulate a cycle: at each junction all red, then the street to the south, then that to the east."""
        for step in range(_STEPS_PER_CYCLE):
            for r, line in enumerate(self._junctions):
                east = _STEPS_PER_CYCLE - greens[r]
                for c, junction in enumerate(line):
                    south = east - greens[_ROWS + c]
                    junction.signal_phase = _EAST if step >= east else _SOUTH if step >= south else _RED
            self._uxsim.exec_simulation(duration_t2=1.5 * self._step_seconds)

    def _send(self, flows: Floats) -> None:
        """Let the vehicles of one cycle set out, evenly spaced."""
        start = self._uxsim.T * self._step_seconds
        self._coming = self._coming + flows * self._hours / self._platoon
        for approach, street in enumerate(self._streets):
            count = math.floor(self._coming[approach] + 1e-9)
            self._coming[approach] -= count
            steps = [(number + 0.5) / count * _STEPS_PER_CYCLE for number in range(count)]
            for step in steps:
                departure = start + step * self._step_seconds
                self._uxsim.addVehicle(street[0].start_node, street[-1].end_node, departure).enforce_route(street)
            driving = sum(step > _STEPS_PER_CYCLE - _DRIVE_STEPS for step in steps)
            self.arrived[approach] += (self._driving[approach] + count - driving) * self._platoon
            self._driving[approach] = driving
