"""Micro-operations on edge nodes in four jurisdictions; sensitive ones must not cross a border: sovereign fog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations
from typing import Annotated, Any, ClassVar

import numpy as np

from swarmsec.arrays import Floats, Ints
from swarmsec.errors import ParameterError
from swarmsec.parameters import Ge, Gt, Help, Interval, Unit
from swarmsec.teams.observed import Observed
from swarmsec.worlds._base import Outcome, World, WorldView, divide
from swarmsec.worlds._declarations import Bill, Chart, Column, Flow, FlowMap, Metric, Picture, PublishedClaim
from swarmsec.worlds._fog_ledger import Ledger, Prices
from swarmsec.worlds._fog_placement import Counts, Placed, Servers, place

JURISDICTIONS = ("north", "east", "south", "west")
_PAIRS = tuple(permutations(range(len(JURISDICTIONS)), 2))
_FLOWS = tuple(Flow(a, b, f"{a}_to_{b}_gb") for a, b in permutations(JURISDICTIONS, 2))
_PEAK_HOUR = 14.0
_HUB_MESSAGES = 2  # An operation is sent to the hub, and its result is sent back.


@dataclass(kw_only=True)
class Fog(World):
    """Every daemon is an edge node with `servers` servers, in one of four jurisdictions: north, east, south, west.

    Operations arrive at node i as a Poisson process and take an exponential service time; a share is `sensitive`. In
    units of the mean service time, with the node's weight w_i (lognormal with deviation `skew`, mean 1 in each
    jurisdiction) and peaks of demand `zone_hours` apart,

        rate_i(t) = load · servers · w_i · (1 + swing · cos 2π (t − peak_j) / 24 h) · surge_j(t).

    An operation is placed once: at its own node, else at the contractor that the node found at home, else, unless it
    is sensitive, at the one that it found abroad; else it is turned away. A jurisdiction that finds each of its N free
    servers is an M/M/N/N system, and its overflow at a erlangs is B(N, a) = a^N/N! / Σ_k a^k/k! (Erlang 1917). A round
    is `step` service times, at most 0.01, and a busy server is free after it with this probability.

    The world knows where a contractor stands; daemons know what its tag says. `moves` nodes really move to another
    jurisdiction (mobile or re-hosted), and their tags change honestly. The bill, over the operations of billed nodes:

        cost = 100 USD · GB sensitive abroad + 0.09 USD · GB handed over + 0.50 USD · turned away + 0.0001 USD · s.

    `central` is a hub with the same servers in one pool. It serves the operations that it hears of, sensitive or not,
    a share `hub_home` of them in their own jurisdiction. The price of exported data is an assumption, 0.09 USD/GB a
    list price of cloud egress. Nothing is calibrated.
    """

    bills: ClassVar[tuple[Bill, ...]] = (
        Bill(name="cost_usd", unit="USD", help="Sensitive data abroad, transfer, operations turned away, latency."),
        Bill(name="sensitive_abroad_gb", unit="GB", help="Sensitive data that left its jurisdiction."),
        Bill(name="cross_border_gb", unit="GB", help="All data that left its jurisdiction."),
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="arrived", unit="operations", help="Operations so far."),
        Metric(name="served_own", unit="operations", help="Those placed at their own node."),
        Metric(name="served_home", unit="operations", help="Those placed at another node of their jurisdiction."),
        Metric(name="served_abroad", unit="operations", help="Those placed in another jurisdiction."),
        Metric(name="turned_away", unit="operations", help="Those that were not placed."),
        Metric(name="completed", unit="operations", help="Operations that ended so far, on all nodes."),
        Metric(name="in_service", unit="operations", help="Busy servers, of all nodes.", axis="operations now"),
        Metric(name="busy_share", help="Share of all servers that are busy.", axis="share", aggregation="mean"),
        Metric(
            name="overflow_share",
            help="Share of operations not served at home, over the last service time.",
            axis="share",
            aggregation="mean",
        ),
        Metric(
            name="refused_share",
            help="Share of operations turned away, over the last service time.",
            axis="share",
            aggregation="mean",
        ),
        Metric(name="handed_over_gb", unit="GB", help="Data that another node got, at home or abroad."),
        Metric(name="latency_s", unit="s", help="Network latency of all operations handed over."),
        Metric(name="hub_messages", unit="messages", help="Messages of a hub for the same operations: two for each."),
        *(Metric(name=flow.figure, unit="GB", help=f"From {flow.source} to {flow.target}.") for flow in _FLOWS),
    )
    pictures: ClassVar[tuple[Picture, ...]] = (
        FlowMap(
            title="Data across borders",
            places=JURISDICTIONS,
            flows=_FLOWS,
            help="Data of operations that were served in another jurisdiction.",
        ),
        Chart(
            title="Overflow",
            figures=("sensitive_abroad_gb", "overflow_share", "refused_share", "busy_share"),
            help="What the home jurisdiction could not serve, and what of it crossed a border.",
        ),
    )
    claims: ClassVar[tuple[PublishedClaim, ...]] = (
        PublishedClaim(
            name="transfer",
            text="Sovereign fog transfers 70–90% less data across borders than a central hub.",
            low=0.7,
            high=0.9,
            unit="share",
            scenario="fog_peace",
            figure="cross_border_gb",
            measure="change",
            baseline="a hub that does 30% of the work in the jurisdiction of origin",
            baseline_arm="central",
            scale=-1.0,
            why="The overflow of a jurisdiction, an Erlang loss, leaves it; of the hub's work 70% does, an input.",
        ),
        PublishedClaim(
            name="overhead",
            text="Peer negotiation has 5–10 times the operational overhead of a hub.",
            low=5.0,
            high=10.0,
            unit="times",
            scenario="fog_peace",
            figure="messages",
            measure="ratio",
            baseline="a hub that exchanges two messages for an operation",
            baseline_figure="hub_messages",
            why="A full node sends and gets 2 + 2k messages for an operation; one with a free server sends none.",
        ),
    )
    senses: ClassVar[str] = "capacity"
    decides: ClassVar[str] = "placement"

    servers: Annotated[int, Interval(ge=1, le=1_000), Help("The servers of a node.")] = 2
    load: Annotated[float, Interval(ge=0, le=10), Unit("erlangs per server"), Help("Mean demand.")] = 0.9
    swing: Annotated[float, Interval(ge=0, le=1), Help("The swing of demand in a day, as a share of it.")] = 0.0
    zone_hours: Annotated[float, Ge(0), Unit("hours"), Help("Between the peaks of two jurisdictions.")] = 6.0
    skew: Annotated[float, Interval(ge=0, le=3), Help("Deviation of the log demand of nodes.")] = 0.0
    surges: Annotated[int, Ge(0), Help("How many times demand rises in one jurisdiction.")] = 0
    surge_hours: Annotated[float, Gt(0), Unit("hours"), Help("The length of a surge.")] = 1.0
    surge_factor: Annotated[float, Interval(ge=1, le=10), Help("What it multiplies demand by.")] = 1.5
    moves: Annotated[int, Ge(0), Unit("nodes"), Help("How many nodes really move to another jurisdiction.")] = 0
    sensitive: Annotated[float, Interval(ge=0, le=1), Help("Share of operations with sensitive data.")] = 0.3
    operation_gb: Annotated[float, Ge(0), Unit("GB"), Help("The data of an operation.")] = 0.5
    service_minutes: Annotated[float, Gt(0), Unit("minutes"), Help("The mean service time.")] = 60.0
    step: Annotated[float, Interval(gt=0, le=0.01), Unit("service times"), Help("The length of a round.")] = 0.01
    warm_up: Annotated[int, Ge(0), Unit("rounds"), Help("The first rounds, which are not billed.")] = 0
    export_usd: Annotated[float, Ge(0), Unit("USD per GB"), Help("The price of sensitive data abroad.")] = 100.0
    transfer_usd: Annotated[float, Ge(0), Unit("USD per GB"), Help("The price of handing data over.")] = 0.09
    refused_usd: Annotated[float, Ge(0), Unit("USD"), Help("The price of an operation turned away.")] = 0.5
    latency_usd: Annotated[float, Ge(0), Unit("USD per s"), Help("The price of a second of latency.")] = 0.0001
    home_ms: Annotated[float, Ge(0), Unit("ms"), Help("Latency of an operation at another node at home.")] = 10.0
    abroad_ms: Annotated[float, Ge(0), Unit("ms"), Help("Latency of an operation abroad.")] = 80.0
    hub_home: Annotated[float, Interval(ge=0, le=1), Help("Share of the hub's work done at home.")] = 0.3

    def check(self, n: int) -> None:
        """Check that no more nodes move than there are."""
        if self.moves > n:
            raise ParameterError(f"{self.moves:,} of {n:,} nodes cannot move", where="moves")

    @property
    def seconds_per_round(self) -> float:
        """A step of service."""
        return self.service_minutes * 60.0 * self.step

    @property
    def facts(self) -> Mapping[str, Any]:
        """The servers of a node, and the names of the jurisdictions, whose numbers are the tags."""
        return {"servers": self.servers, "jurisdictions": JURISDICTIONS}

    @property
    def signal_columns(self) -> tuple[Column, ...]:
        """The own capacity, the own operations, the own place."""
        return (
            Column(name="free", unit="servers", low=0.0, help="Servers that are free."),
            Column(name="waiting", unit="operations", low=0.0, help="Operations that arrived now."),
            Column(name="sensitive", unit="operations", low=0.0, help="Those of them with sensitive data."),
            Column(name="jurisdiction", low=0.0, high=3.0, help="The number of the own jurisdiction."),
        )

    @property
    def decision_columns(self) -> tuple[Column, ...]:
        """The two contractors."""
        return (
            Column(name="home", low=-1.0, help="Index of the contractor for all operations; −1 for none."),
            Column(name="abroad", low=-1.0, help="Index of the contractor for plain operations; −1 for none."),
        )

    def roles(self, n: int) -> Mapping[str, Ints]:
        """The nodes of each jurisdiction before any moves."""
        return divide(n, dict.fromkeys(JURISDICTIONS, 1.0))

    def begin(self, view: WorldView) -> None:
        self._rng, self._n, self._round = view.rng, view.n, 0
        self._where: Counts = np.zeros(view.n, dtype=np.int64)
        for number, nodes in enumerate(self.roles(view.n).values()):
            self._where[nodes] = number
        weights = np.exp(self.skew * view.rng.standard_normal(view.n))
        totals = np.bincount(self._where, weights=weights, minlength=4) / np.bincount(self._where, minlength=4).clip(1)
        self._rates: Floats = self.load * self.servers * self.step * weights / totals[self._where]
        self._origin = self._where.copy()
        self._profile = self._drawn_profile(view.rounds)
        moving = view.rng.permutation(view.n)[: self.moves]
        self._moves = (moving, view.rng.integers(view.rounds, size=self.moves), view.rng.integers(1, 4, self.moves))
        busy = view.rng.random((view.n, self.servers)) < min(self.load, 0.95)
        self._servers, self._hub = Servers(busy), Servers(busy.copy())
        self._waiting: Counts = np.zeros((view.n, 2), dtype=np.int64)
        self._heard: Counts = self._waiting
        prices = Prices(self.export_usd, self.transfer_usd, self.refused_usd, self.latency_usd)
        self._ledger, self._hub_ledger = (
            Ledger(
                billed=view.billed,
                gb=self.operation_gb,
                prices=prices,
                step=self.step,
                home_s=self.home_ms / 1e3,
                abroad_s=self.abroad_ms / 1e3,
            )
            for _ in range(2)
        )
        self._completed = 0
        self._placed: Placed | None = None

    def sense(self) -> Floats:
        """(n, 4) free servers, waiting operations, sensitive ones of them, jurisdiction."""
        moving, when, by = self._moves
        now = moving[when == self._round]
        self._where[now] = (self._where[now] + by[when == self._round]) % 4
        rates = self._rates * self._profile[self._round, self._origin]
        arrived = self._rng.poisson(rates)
        sensitive = self._rng.binomial(arrived, self.sensitive)
        self._waiting = np.stack([sensitive, arrived - sensitive], axis=1)
        return np.stack([self._servers.free, arrived, sensitive, self._where], axis=1).astype(np.float64)

    def decide(self, state: Floats) -> Floats:
        """(n, 2) the contractors that are proposed, the first two of four columns; −1 for NaN."""
        return self.feasible(state[:, :2])

    def feasible(self, decisions: Floats) -> Floats:
        """A contractor is a node, or none."""
        known = np.where(np.isnan(decisions), -1.0, decisions)
        chosen: Floats = np.rint(np.clip(known, -1.0, self._n - 1.0))
        return chosen

    def neutral(self, decisions: Floats) -> Floats:
        """Serve what the own node can, and hand nothing over."""
        return np.full_like(decisions, -1.0)

    def observed(self) -> Observed:
        """The share of operations turned away; each node's free servers, and what it could not place."""
        lost = np.zeros(self._n) if self._placed is None else self._placed.lost.sum(axis=1).astype(np.float64)
        return Observed(
            public={"refused_share": self._ledger.refused_share},
            own={"free": self._servers.free.astype(np.float64), "turned_away": lost},
        )

    def apply(self, decisions: Floats) -> Outcome:
        """Place the operations, bill them, and let the round's share of all operations end."""
        home, abroad = decisions[:, 0].astype(np.int64), decisions[:, 1].astype(np.int64)
        placed = self._placed = place(self._servers, self._waiting, home, abroad)
        billed = self._round >= self.warm_up
        if billed:
            self._ledger.add(self._waiting, placed, self._where)
        self._work_at_hub(billed)
        draws = self._rng.random(self._servers.busy.shape)
        ended = self._servers.finish(draws, self.step)
        self._hub.finish(draws, self.step)
        self._completed += ended
        self._round += 1
        busy = int(self._servers.busy.sum())
        ledger = self._ledger
        flows = {flow.figure: float(ledger.flows_gb[pair]) for flow, pair in zip(_FLOWS, _PAIRS, strict=True)}
        return Outcome(
            bills=ledger.bills,
            metrics={
                **ledger.metrics,
                **flows,
                "completed": float(self._completed),
                "in_service": float(busy),
                "busy_share": busy / self._servers.busy.size,
                "hub_messages": _HUB_MESSAGES * ledger.arrived,
            },
        )

    def hear(self, signals: Floats) -> None:
        """The hub hears of operations: at most those that there are, as it cannot serve others."""
        told = np.rint(np.clip(np.nan_to_num(signals[:, 1:3]), 0.0, 1e6)).astype(np.int64)
        sensitive = np.minimum(told[:, 1], self._waiting[:, 0])
        plain = np.minimum(told[:, 0] - np.minimum(told[:, 1], told[:, 0]), self._waiting[:, 1])
        self._heard = np.stack([np.minimum(sensitive, told[:, 0]), plain], axis=1)

    def central(self) -> Mapping[str, float]:
        """The bills of the hub."""
        return self._hub_ledger.bills

    def _work_at_hub(self, billed: bool) -> None:
        """The hub serves what it heard of, as far as it has free servers, each node's operations in equal shares."""
        asked, free = int(self._heard.sum()), self._hub.busy.size - int(self._hub.busy.sum())
        served = min(asked, free)
        flat = Servers(self._hub.busy.reshape(1, -1))
        flat.take(np.array([served]))
        self._hub.busy = flat.busy.reshape(self._hub.busy.shape)
        if billed:
            done = self._heard.astype(np.float64) * (served / asked if asked else 0.0)
            self._hub_ledger.add_hub(self._waiting, done, self.hub_home)

    def _drawn_profile(self, rounds: int) -> Floats:
        """(rounds, 4) the demand of each jurisdiction, as a multiple of its mean."""
        hours = np.arange(rounds)[:, None] * self.seconds_per_round / 3600.0
        peaks = _PEAK_HOUR + self.zone_hours * np.arange(4)
        profile: Floats = np.asarray(1.0 + self.swing * np.cos(2.0 * np.pi * (hours - peaks) / 24.0), np.float64)
        length = max(round(self.surge_hours * 3600.0 / self.seconds_per_round), 1)
        for jurisdiction, start in zip(
            self._rng.integers(4, size=self.surges).tolist(),
            self._rng.integers(rounds, size=self.surges).tolist(),
            strict=True,
        ):
            profile[start : start + length, jurisdiction] *= self.surge_factor
        return profile
