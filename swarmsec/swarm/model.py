"""The swarm as a Mesa model: the arrays, the teams that change them, and one step per round."""

from __future__ import annotations

import gc
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import mesa
import numpy as np
import numpy.typing as npt

from swarmsec.arrays import Bools, Floats, Ints, read_only
from swarmsec.errors import ScenarioError, UsageError
from swarmsec.messages import Addressed, Messages, Transport, as_messages, collect_messages, within_inbox
from swarmsec.network import Join, join
from swarmsec.protocols import ProtocolView
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.blue import BlueTeam
from swarmsec.swarm.daemon import Daemon
from swarmsec.swarm.honest_traffic import HonestTraffic
from swarmsec.swarm.newcomers import Newcomers
from swarmsec.swarm.range_check import RangeCheck
from swarmsec.swarm.red import RedTeam
from swarmsec.swarm.rehearsal import rehearse
from swarmsec.swarm.round import play_round
from swarmsec.swarm.setup import DAEMONS_AT_ONCE_MAX, Setup
from swarmsec.swarm.trace import Recorder, Trace
from swarmsec.worlds import Observed, Outcome, WorldView

_Scalar = TypeVar("_Scalar", bound="np.generic")

SIM_SEMANTICS = 2
"""The version of the engine's results: incremented by every change that can alter the result of a scenario and seed."""

COLLECT_FROM = 200_000
"""From this many daemons on, the garbage collector runs at the end of a run, which takes 0.1 s.

Teams and views refer to each other, and Python does not collect such cycles sooner because their arrays are large:
without this the arrays of several seeds would be in memory at once.
"""


class SwarmModel(mesa.Model):  # type: ignore[misc]  # Mesa has no types.
    """All daemons, their network and their negotiation protocol, in one arm of one seed.

    `step()` is one round. The arrays are the state, and daemons are views on their rows.

    Attributes:
        state: (n, D) the state of every daemon; None before the first round.
        observed: What could be seen of the world after the last round.
        round: The number of rounds that were run.
        datacollector: One row per round: the bill, and the numbers of compromised and of quarantined daemons.
    """

    def __init__(
        self,
        setup: Setup,
        *,
        arm: Arm,
        bill: str,
        record_states: bool = False,
        daemon_class: type[Daemon] = Daemon,
    ) -> None:
        super().__init__(rng=int(setup.streams.of("mesa").integers(2**31)))
        self.setup, self.arm = setup, arm
        self.network, self.world, self.protocol = setup.network_with_rows, setup.world, setup.protocol
        self.round = 0
        self.state: Floats | None = None
        self.observed = Observed()
        self.recorder = Recorder(setup.rounds, self.network.n, keep_states=record_states)
        self.red = RedTeam(
            setup,
            self.recorder,
            active=arm.has_red,
            defended=arm.has_blue,
            rehearse=lambda signals: rehearse(self.blue, signals, setup, self.red),
        )
        self._attacked_ever: Bools = np.zeros(self.network.n, dtype=bool)
        self._attacked: Bools = np.zeros(self.network.n, dtype=bool)
        self.blue = BlueTeam(
            setup,
            self.recorder,
            active=arm.has_blue,
            truth=lambda: self._attacked,
            held=self.red.held,
            lose=self.red.lose,
            forge=self.red.forge_claims,
        )
        promises_range = arm is Arm.DEFENDED and any(spec.plugin.keeps_range for spec in setup.defenses)
        self.range_check = RangeCheck() if promises_range else None
        self._newcomers = Newcomers(setup.network)
        self._bill = bill
        self._sent = self._bytes = 0
        self._honest_traffic = HonestTraffic()
        self._inbox_rng = setup.streams.of("inbox")
        self._transport = Transport(
            self.network, self.protocol.merge, setup.streams.of("links"), setup.streams.of("links/newcomers")
        )
        self._daemon_class = daemon_class
        self._daemons: dict[int, Daemon] = {}
        if self.network.n <= DAEMONS_AT_ONCE_MAX:
            for row in range(self.network.n):
                self.daemon(row)
        self.datacollector = mesa.DataCollector(
            model_reporters={"bill": "bill", "compromised": "compromised_count", "quarantined": "quarantined_count"}
        )
        self.begin()

    def begin(self) -> None:
        """Call `begin` of all plug-ins, before round 0."""
        streams = self.setup.streams
        self.world.begin(
            WorldView(
                network=self.setup.network,
                rounds=self.setup.rounds,
                rng=streams.of("world"),
                billed=self.setup.billed,
                roles=self.setup.roles,
            )
        )
        self.protocol.begin(
            ProtocolView(
                network=self.network,
                rng=streams.of("protocol"),
                width=len(self.world.signal_columns),
                roles=self.setup.roles,
                facts=self.world.facts,
            )
        )
        self.red.begin()
        self.blue.begin()

    def step(self) -> None:
        """Run one round. After the last one `running` is false, and a further step does nothing."""
        if self.round >= self.setup.rounds:
            self.running = False
            return
        self.recorder.round = self.round
        with np.errstate(all="ignore"):  # Non-finite values are checked where they matter.
            play_round(self)
        self.round += 1
        self.running = self.round < self.setup.rounds
        self.datacollector.collect(self)

    def daemon(self, row: int) -> Daemon:
        """The daemon of a row; in a swarm of more than 20,000 it is created on first access."""
        if row not in self._daemons:
            self._daemons[row] = self._daemon_class(self, row)
        return self._daemons[row]

    def register_agent(self, agent: mesa.Agent) -> None:
        """Add a daemon, of which each row of the network has one.

        Raises:
            UsageError: All daemons exist.
        """
        if len(self.agents) >= self.network.n:
            raise UsageError(f"this swarm has its {self.network.n:,} daemons, one for each node of its network")
        super().register_agent(agent)

    def deregister_agent(self, agent: mesa.Agent) -> None:
        """Refuse to remove a daemon; Mesa calls this when an agent is removed.

        Raises:
            UsageError: Always.
        """
        raise UsageError("a daemon cannot be removed from its swarm; a defense can isolate or suspend it")

    @property
    def bill(self) -> float:
        """The scored bill after the last round."""
        return float(self.recorder.metrics[self._bill][self.round - 1]) if self.round else 0.0

    @property
    def compromised_count(self) -> int:
        """The number of daemons that were hijacked so far: ground truth."""
        return self.red.hijacked_count

    @property
    def quarantined_count(self) -> int:
        """The number of isolated daemons."""
        return self.blue.quarantined_count

    def begin_round(self) -> None:
        """Begin a round for both teams, and note the daemons under attack."""
        if joining := self.red.take_joining():
            self._admit(joining)
        self.red.begin_round(self.round)
        self._attacked = self.red.attacked()
        self._attacked_ever |= self._attacked
        self.blue.begin_round(self.round)

    @property
    def proposals(self) -> Floats:
        """(n, d) the proposal of every daemon, a function of its state. Not before the first round."""
        return self.of_daemons(self.all_proposals)

    @property
    def all_proposals(self) -> Floats:
        """(n + reserve, d) the same, with those of identities."""
        assert self.state is not None, "there are no proposals before the first round"
        return self.protocol.proposals(self.state)

    @property
    def compromised(self) -> Bools:
        """(n,) the daemons that were hijacked so far."""
        return self.of_daemons(self.red.hijacked)

    def of_daemons(self, values: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
        """(n, ...) the rows of the daemons that the world knows."""
        return values[: self.setup.network.n] if self.setup.network.reserve else values

    def sense(self) -> Floats:
        """(n + reserve, d) the signals of this round; identities have no feed, so that theirs do not change."""
        return self._newcomers.with_feeds(self.world.sense())

    def decide(self) -> Floats:
        """(n + reserve, k) the decisions; identities decide nothing."""
        return self._newcomers.with_zeros(self.world.decide(read_only(self.proposals)))

    def observe(self) -> Observed:
        """What the world shows after a round, with zeros about identities."""
        observed = self.world.observed()
        if not self.setup.network.reserve:
            return observed
        return replace(observed, own={name: self._newcomers.with_zeros(own) for name, own in observed.own.items()})

    def speak(self, state: Floats, signals: Floats) -> Messages:
        """The messages of all daemons before red and blue change them, from their states (n, D) and signals (n, d)."""
        state, signals = read_only(state), read_only(signals)
        if self.setup.engine == "arrays":
            return as_messages(self.network, self.protocol.speak(state, signals))
        payloads: list[Floats | Addressed] = [np.empty(0)] * self.network.n
        self.agents.do(
            lambda daemon: payloads.__setitem__(daemon.row, daemon.speak(state[daemon.row], signals[daemon.row]))
        )
        return as_messages(self.network, collect_messages(self.network, payloads))

    def transmit(self, messages: Messages) -> Messages:
        """The messages that arrive in this exchange, of those sent now and of those in transit."""
        return self._transport.transmit(messages)

    def limit_inboxes(self, messages: Messages) -> Messages:
        """The messages that daemons process, within the limit of their inboxes."""
        return within_inbox(messages, self.protocol.inbox, self._inbox_rng)

    def listen(self, messages: Messages, state: Floats, signals: Floats) -> Floats:
        """(n, D) the next state of every daemon."""
        state, signals = read_only(state), read_only(signals)
        if self.setup.engine == "arrays":
            return self.protocol.listen(messages, self.blue.rule, state=state, signals=signals)
        after = np.empty_like(state)
        self.agents.do(
            lambda daemon: after.__setitem__(
                daemon.row, daemon.listen(messages.inbox_of(daemon.row), state[daemon.row], signals[daemon.row])
            )
        )
        return after

    def record_proposals(self) -> None:
        """Record the proposals, and check them against the promises of the defenses."""
        proposals = self.proposals
        self.recorder.proposals(proposals)
        if self.range_check is not None:
            self.range_check.observe(proposals, self.compromised)

    def _admit(self, joining: Sequence[Join]) -> None:
        """Open the links of identities, each of which begins with what its peers propose."""
        assert self.state is not None, "identities join after a round"
        feeds = self._newcomers.admit(joining, self.all_proposals)
        identities = np.array([identity for identity, _ in joining], dtype=np.int32)
        self.state = self.state.copy()
        self.state[identities] = self.protocol.initial_state(feeds)
        joined = join(self.network, joining)
        self.network = joined.network
        self._transport.relink(joined)
        self.red.relink(joined, identities)
        self.blue.relink(joined)

    def add_traffic(self, messages: Messages) -> None:
        """Count the messages and bytes that were sent."""
        self._sent += messages.sent
        self._bytes += messages.bytes

    def count_honest(self, spoken: Messages, admitted: Messages) -> None:
        """Count the messages between honest daemons: those that were spoken, and those that are processed."""
        self._honest_traffic.add(spoken, admitted, self.red.hijacked, self.red.hijacked_count)

    def record_round(self, outcome: Outcome) -> None:
        """Record the figures of the round, and compare the alarms with ground truth."""
        _require_finite([*(("the bill", bill) for bill in outcome.bills.values()), *outcome.metrics.items()])
        self._count_detection()
        self.recorder.figures(
            {
                **outcome.bills,
                **outcome.metrics,
                "compromised": self.compromised_count,
                "quarantined": self.quarantined_count,
                "alarms": self.blue.alarms,
                "messages": self._sent + self.blue.messages,
                "bytes": self._bytes + self.blue.bytes,
            }
        )

    def close(self) -> None:
        """Release the memory of the run. Mesa before 3.4.2 would keep the model alive in a counter of agents."""
        ids = getattr(mesa.Agent, "_ids", None)
        if isinstance(ids, dict):
            ids.pop(self, None)
        n = self.network.n
        # Mesa, the teams and the daemons keep references to the model, and Mesa's differ between versions.
        self.__dict__.clear()
        if n >= COLLECT_FROM:
            gc.collect()

    def trace(self) -> Trace:
        """The record of the rounds so far."""
        recorder = self.recorder
        assert self.state is not None, "there is no trace before the first round"
        central = self.world.central()
        _require_finite((f"{name} of the central controller", bill) for name, bill in central.items())
        metrics: Mapping[str, Floats] = {name: values[: self.round] for name, values in recorder.metrics.items()}
        return Trace(
            arm=str(self.arm),
            seed=self.setup.streams.seed,
            unit=self.world.unit_of(self._bill),
            bill=metrics[self._bill],
            metrics=metrics,
            states=np.stack(recorder.states) if recorder.states else None,
            decisions=np.stack(recorder.decisions) if recorder.decisions else None,
            events=tuple(recorder.events),
            compromised=self.compromised.copy(),
            final=self.proposals.copy(),
            watch=recorder.watch,
            attacked=self.of_daemons(self._attacked_ever).copy(),
            central=central,
            spent={"red": dict(self.red.spent), "blue": dict(self.blue.spent)},
            alarms=recorder.alarms.toggles,
            changed=recorder.changed.toggles,
            quarantine_log=self._quarantine_log(),
            scores=recorder.scores.scores,
            honest_messages=self._honest_traffic.total,
            range_violation=self.range_check.violation if self.range_check else None,
            range_size=self.range_check.size if self.range_check else 0.0,
        )

    def _quarantine_log(self) -> tuple[tuple[int, bool, Ints], ...]:
        """The log of blue without identities."""
        if not self.setup.network.reserve:
            return tuple(self.blue.log)
        known = [(round, begins, who[who < self.setup.network.n]) for round, begins, who in self.blue.log]
        return tuple(change for change in known if len(change[2]))

    def _count_detection(self) -> None:
        """Compare alarms and isolation of this round with ground truth."""
        watch, blue, attacked = self.recorder.watch, self.blue, self.red.changed
        alarmed = blue.accused
        if self.arm.has_blue:
            self.recorder.alarms.note(self.round, alarmed)
        if self.arm.has_red:
            self.recorder.changed.note(self.round, attacked)
        if struck := np.count_nonzero(attacked):
            watch.attacked += int(struck)
            watch.hits += int(np.count_nonzero(alarmed & attacked))
            if watch.first_attack is None:
                watch.first_attack = self.round
        watch.alarmed += blue.alarms if alarmed is blue.alarmed else int(alarmed.sum())
        if blue.quarantined_count:
            innocent = ~(self.red.hijacked | self._attacked)
            watch.false_quarantine += int(np.count_nonzero(blue.quarantined & innocent))


def _require_finite(figures: Iterable[tuple[str, float]]) -> None:
    """Check the figures of a world.

    Raises:
        ScenarioError: One is not finite.
    """
    for name, value in figures:
        if not math.isfinite(value):
            raise ScenarioError(f"{name} is no longer a finite number: some value of this scenario is too large")
