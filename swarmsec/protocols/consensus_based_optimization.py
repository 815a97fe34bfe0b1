"""Minimize a function by moving toward the points with the lowest values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

import numpy as np

from swarmsec.aggregation import Rule
from swarmsec.arrays import Floats
from swarmsec.messages import LARGEST, Inbox, Messages, clip_finite, extremes, sum_one, sums
from swarmsec.objectives import Objective, loss
from swarmsec.parameters import Ge, Gt, Help
from swarmsec.protocols._base import NegotiationProtocol, ProtocolView


@dataclass(kw_only=True)
class ConsensusBasedOptimization(NegotiationProtocol):
    """Every daemon is a point x; it drifts to the softmin mean v of its neighborhood under f, and explores at random.

        v = Σ x_j e^(−α f_j) / Σ e^(−α f_j),    x ← x − drift (x − v) + noise |x − v| N(0, I)

    where j includes the daemon itself (Pinnau, Totzeck, Tse, Martin 2017; `drift` contains the time step and λ,
    `noise` its root and σ). The noise vanishes as the points meet, near the lowest point found if α is large, and
    almost surely if (1 − drift)² + noise² < 1. |x − v| is the distance, or the distance in each component, which works
    better in many dimensions (Carrillo, Jin, Li, Zhu 2021).

    A message is (x, f). A liar that claims the lowest f becomes the softmin mean, and all points move to the x that it
    claims. With `evaluations: own` the receivers evaluate f themselves, so that such a lie has no effect; this takes
    one evaluation for each message. The rule of a defense replaces the softmin: it averages over the neighbors whose f
    is no higher. Lost and late messages slow the search; a late one has an old position.

    The first signals are the starting points; later ones are not read.
    """

    decides_for = frozenset({"belief"})
    begins_with_signals = True

    objective: Objective = "rastrigin"
    sharpness: Annotated[float, Gt(0), Help("α; the larger, the closer v is to the point with the lowest f.")] = 30.0
    drift: Annotated[float, Gt(0), Help("The share of the way to the mean that a point moves in an exchange.")] = 0.1
    noise: Annotated[float, Ge(0), Help("Standard deviation of the exploring step, in distances from the mean.")] = 0.4
    exploring: Annotated[
        Literal["by_component", "by_distance"], Help("Whether each component explores by its own distance.")
    ] = "by_component"
    evaluations: Annotated[
        Literal["told", "own"], Help("Whether receivers believe the f of a message, or evaluate it themselves.")
    ] = "told"

    def begin(self, view: ProtocolView) -> None:
        """Discard the exploring steps of an earlier run."""
        super().begin(view)
        self._n, self._rng = view.n, view.rng
        self._drawn: Floats | None = None

    def message_columns(self, width: int) -> tuple[str, ...]:
        """The point and its fitness."""
        return ("point",) * width + ("fitness",)

    def initial_state(self, signals: Floats) -> Floats:
        """The starting points."""
        return np.clip(signals, -LARGEST, LARGEST)

    def begin_exchange(self) -> None:
        """Discard the last exploring steps; new ones are drawn when the number of components is known."""
        self._drawn = None

    def speak(self, state: Floats, signals: Floats) -> Floats:
        """(x, f): (n, d) → (n, d + 1)."""
        return np.hstack([state, loss(self.objective, state)[:, None]])

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """Drift and explore."""
        admitted, d = messages.admission, state.shape[1]
        own, fitness = loss(self.objective, state), self._fitness(messages, d)
        if rule is None:
            received = np.where(admitted > 0, fitness, np.inf)
            best = np.minimum(own, extremes(np.minimum, received, messages.network, empty=np.inf))
            mine = np.exp(-self.sharpness * (own - best))
            theirs = np.zeros(len(received))
            heard = admitted > 0
            theirs[heard] = admitted[heard] * np.exp(-self.sharpness * (received - best[messages.receivers])[heard])
            total = mine + np.bincount(messages.receivers, theirs, minlength=len(state))
            mean = (mine[:, None] * state + sums(messages, theirs, d)) / total[:, None]
        else:
            fit = np.where(fitness <= own[messages.receivers], admitted, 0.0)
            points = messages.mapped(lambda rows: rows[:, :d])
            mean = rule.over_neighborhoods(state, replace(points, weights=fit))
        return self._moved(state, mean, self._steps(d))

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        admitted, points = heard.admission, heard.values[:, :-1]
        mine, fitness = loss(self.objective, own[None])[0], heard.values[:, -1]
        if self.evaluations == "own":
            fitness = loss(self.objective, points)
        if rule is None:
            best = min([mine, *fitness[admitted > 0]])
            weight = np.exp(-self.sharpness * (mine - best))
            theirs = np.zeros(len(fitness))
            arrived = admitted > 0
            theirs[arrived] = admitted[arrived] * np.exp(-self.sharpness * (fitness - best)[arrived])
            total = sum_one(theirs[:, None], np.ones(len(theirs)))[0]
            mean = (weight * own + sum_one(points, theirs)) / (weight + total)
        else:
            mean = rule.over_one(own, heard._replace(values=points, weights=np.where(fitness <= mine, admitted, 0.0)))
        after: Floats = self._moved(own[None], mean[None], self._steps(len(own))[daemon : daemon + 1])[0]
        return after

    def speak_one(self, daemon: int, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        return np.append(own, loss(self.objective, own[None]))

    def _steps(self, width: int) -> Floats:
        """(n, width) this exchange's exploring steps."""
        if self._drawn is None:
            self._drawn = self._rng.standard_normal((self._n, width))
        return self._drawn

    def _fitness(self, messages: Messages, d: int) -> Floats:
        """(m,) the f of the sender on each edge."""
        if self.evaluations == "told":
            return messages.column(d)
        return messages.by_edge(loss(self.objective, messages.rows[:, :d]))

    def _moved(self, points: Floats, mean: Floats, steps: Floats) -> Floats:
        away = points - mean
        far = np.abs(away)
        if self.exploring == "by_distance":
            square = np.zeros(len(points))
            for part in far.T:
                square = square + part * part
            far = np.sqrt(square)[:, None]
        return clip_finite(points - self.drift * away + self.noise * far * steps, points)
