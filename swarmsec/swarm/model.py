"""The swarm as a Mesa model: the arrays, who works on them, and one step a round."""

from __future__ import annotations

import gc
import math
from collections.abc import Mapping

import mesa
import numpy as np

from swarmsec.arrays import Bools, Floats, read_only
from swarmsec.errors import ScenarioError
from swarmsec.messages import Addressed, Messages, Transport, as_messages, collect_messages, within_inbox
from swarmsec.protocols import ProtocolView
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.blue import BlueTeam
from swarmsec.swarm.daemon import Daemon
from swarmsec.swarm.red import RedTeam
from swarmsec.swarm.round import play_round
from swarmsec.swarm.setup import DAEMONS_AT_ONCE_MAX, Setup
from swarmsec.swarm.trace import Recorder, Trace
from swarmsec.worlds import Outcome, WorldView

SIM_SEMANTICS = 1
"""Raised by every change after which the same scenario and seed may give other results."""

COLLECT_FROM = 200_000
"""Daemons from which cycles are collected after a run, in a tenth of a second.

The teams and their views know each other, and large arrays do not hurry Python's collector: without this the networks
and beliefs of several seeds would lie about at once.
"""


class SwarmModel(mesa.Model):  # type: ignore[misc]  # Mesa has no types.
    """All daemons, their network, and the protocol that they negotiate with, in one arm of one seed.

    `step()` is one round. The arrays are the state, and daemons are views on their rows.

    Attributes:
        state: (n, D) what every daemon holds; None before the first round.
        round: How many rounds have been played.
        datacollector: One row a round: the bill, and how many daemons are compromised and quarantined.
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
        self.network, self.world, self.protocol = setup.network, setup.world, setup.protocol
        self.round = 0
        self.state: Floats | None = None
        self.recorder = Recorder(setup.rounds, keep_states=record_states)
        self.red = RedTeam(setup, self.recorder, plays=arm.has_red, defended=arm.has_blue)
        self.compromised: Bools = self.red.hijacked
        self._attacked_ever: Bools = np.zeros(self.network.n, dtype=bool)
        self._attacked: Bools = np.zeros(self.network.n, dtype=bool)
        self.blue = BlueTeam(setup, self.recorder, plays=arm.has_blue, truth=lambda: read_only(self._attacked))
        self._bill = bill
        self._sent = self._bytes = 0
        self._inbox_rng = setup.streams.of("inbox")
        self._transport = Transport(self.network, self.protocol.merge, setup.streams.of("links"))
        self._daemon_class = daemon_class
        self._daemons: dict[int, Daemon] = {}
        if self.network.n <= DAEMONS_AT_ONCE_MAX:
            for row in range(self.network.n):
                self.daemon(row)
        self.datacollector = mesa.DataCollector(
            model_reporters={"bill": "bill", "compromised": "compromised_count", "quarantined": "quarantined_count"}
        )
        self._begin()

    def _begin(self) -> None:
        streams = self.setup.streams
        self.world.begin(
            WorldView(
                network=self.network,
                rounds=self.setup.rounds,
                rng=streams.of("world"),
                compromised=read_only(self.compromised),
            )
        )
        self.protocol.begin(ProtocolView(network=self.network, rng=streams.of("protocol")))
        self.red.begin()
        self.blue.begin()

    def step(self) -> None:
        """Play one round. After the last one `running` is false, and a further step does nothing."""
        if self.round >= self.setup.rounds:
            self.running = False
            return
        self.recorder.round = self.round
        with np.errstate(all="ignore"):  # What is no finite number is looked for, and said, where it matters.
            play_round(self)
        self.round += 1
        self.running = self.round < self.setup.rounds
        self.datacollector.collect(self)

    def daemon(self, row: int) -> Daemon:
        """The daemon of that row; created when first asked for in a swarm of more than 20,000."""
        if row not in self._daemons:
            self._daemons[row] = self._daemon_class(self, row)
        return self._daemons[row]

    @property
    def bill(self) -> float:
        """The scored bill as it stands."""
        return float(self.recorder.metrics[self._bill][self.round - 1]) if self.round else 0.0

    @property
    def compromised_count(self) -> int:
        """How many daemons have been hijacked by now: the truth."""
        return self.red.hijacked_count

    @property
    def quarantined_count(self) -> int:
        """How many daemons are isolated now."""
        return self.blue.quarantined_count

    def begin_round(self) -> None:
        """Tell both teams that a new round begins, and note whom it finds under attack."""
        self.red.begin_round(self.round)
        self._attacked = self.red.attacked()
        self._attacked_ever |= self._attacked
        self.blue.begin_round(self.round)

    @property
    def proposals(self) -> Floats:
        """(n, d) what every daemon proposes, by what it holds. Not before the first round."""
        assert self.state is not None, "nobody has proposed anything before the first round"
        return self.protocol.proposals(self.state)

    def speak(self, state: Floats) -> Messages:
        """What every daemon says, before red and blue: (n, D) states → one message a daemon, or one a channel."""
        if self.setup.engine == "arrays":
            return as_messages(self.network, self.protocol.speak(read_only(state)))
        spoken: list[Floats | Addressed] = [np.empty(0)] * self.network.n
        self.agents.do(lambda daemon: spoken.__setitem__(daemon.row, daemon.speak(read_only(state[daemon.row]))))
        return as_messages(self.network, collect_messages(self.network, spoken))

    def transmit(self, messages: Messages) -> Messages:
        """What arrives of what is sent, and of what was sent before."""
        return self._transport.transmit(messages)

    def deliver(self, messages: Messages) -> Messages:
        """What daemons process of the messages that came."""
        return within_inbox(messages, self.protocol.inbox, self._inbox_rng)

    def listen(self, messages: Messages, state: Floats, signals: Floats) -> Floats:
        """What every daemon holds next: (n, D)."""
        state, signals = read_only(state), read_only(signals)
        if self.setup.engine == "arrays":
            return self.protocol.listen(messages, self.blue.rule, state=state, signals=signals)
        heard = np.empty_like(state)
        self.agents.do(
            lambda daemon: heard.__setitem__(
                daemon.row, daemon.listen(messages.inbox_of(daemon.row), state[daemon.row], signals[daemon.row])
            )
        )
        return heard

    def add_traffic(self, messages: Messages) -> None:
        """Add to the messages and bytes spent."""
        self._sent += messages.sent
        self._bytes += messages.bytes

    def record_round(self, outcome: Outcome) -> None:
        """Record the round: its figures, and how right the alarms were."""
        if not all(math.isfinite(bill) for bill in outcome.bills.values()):
            raise ScenarioError("the bill is no longer a finite number: some value of this scenario is too large")
        self._watch()
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
        """Let go of all that a run held, so that memory does not grow with seeds.

        Mesa before 3.4.2 keeps its counter of agents for ever.
        """
        ids = getattr(mesa.Agent, "_ids", None)
        if isinstance(ids, dict):
            ids.pop(self, None)
        n = self.network.n
        # Mesa ties a model to itself, each version in another way; teams and daemons know it too.
        self.__dict__.clear()
        if n >= COLLECT_FROM:
            gc.collect()

    def trace(self) -> Trace:
        """What was recorded so far."""
        recorder = self.recorder
        assert self.state is not None, "nothing to trace before the first round"
        played: Mapping[str, Floats] = {name: values[: self.round] for name, values in recorder.metrics.items()}
        return Trace(
            arm=str(self.arm),
            seed=self.setup.streams.seed,
            unit=self.world.unit,
            bill=played[self._bill],
            metrics=played,
            states=np.stack(recorder.states) if recorder.states else None,
            decisions=np.stack(recorder.decisions) if recorder.decisions else None,
            events=tuple(recorder.events),
            compromised=self.compromised.copy(),
            final=self.proposals.copy(),
            watch=recorder.watch,
            attacked=self._attacked_ever.copy(),
            central=self.world.central(),
            quarantine_log=tuple(self.blue.log),
        )

    def _watch(self) -> None:
        """Hold alarms and isolation against the truth."""
        watch, blue = self.recorder.watch, self.blue
        alarmed = blue.alarmed | blue.quarantined if blue.quarantined_count else blue.alarmed
        if self.red.is_on:
            attacked = self._attacked
            hits = int((alarmed & attacked).sum())
            watch.attacked += int(attacked.sum())
            watch.hits += hits
            if watch.first_attack is None:
                watch.first_attack = self.round
            if hits and watch.first_hit is None:
                watch.first_hit = self.round
        watch.alarmed += int(alarmed.sum()) if blue.quarantined_count else blue.alarms
        if blue.quarantined_count:
            innocent = ~(self.compromised | self._attacked)
            watch.false_quarantine += int((blue.quarantined & innocent).sum())
