"""Minimize a function without gradients: every daemon tries a random step, and all move along the successful ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

import numpy as np

from swarmsec.aggregation import MeanRule, Rule
from swarmsec.arrays import Bools, Floats
from swarmsec.messages import LARGEST, Inbox, Messages, clip_finite
from swarmsec.objectives import Objective, loss
from swarmsec.parameters import Gt, Help
from swarmsec.protocols._base import NegotiationProtocol, ProtocolView


@dataclass(kw_only=True)
class EvolutionStrategy(NegotiationProtocol):
    """Every daemon evaluates f at x ± σ ε, with ε from N(0, I), and sends (x, ε, f(x + σ ε), f(x − σ ε)).

    It then moves to the mean, over its neighbors and itself, of one goal point for each trial:

        x_j − rate · (u(f⁺) − u(f⁻)) / 2σ · ε_j

    With u(f) = f that is a step down the gradient of f, smoothed over σ, from mirrored samples (Salimans, Ho, Chen,
    Sidor, Sutskever 2017), and averaging makes the x_j equal. With `raw` values one liar can move all daemons by any
    distance along its ε. With `ranks`, u is the rank among all trials of the neighborhood, from −½ to ½: a lie then
    counts no more than an honest success, and the step does not depend on the slope of f, so it does not shrink near
    the minimum. The rule of a defense averages the goal points, which helps against lies about x.

    Lost messages are missing samples; a late one is a sample from an old position. The first signals are the
    starting points; later ones are not read.
    """

    decides_for = frozenset({"belief"})
    begins_with_signals = True
    keeps_agreement = False

    objective: Objective = "sphere"
    spread: Annotated[float, Gt(0), Help("σ, the size of a trial step.")] = 0.1
    rate: Annotated[float, Gt(0), Help("The size of a step; for raw values in units of x² per unit of f.")] = 0.05
    shaping: Annotated[Literal["raw", "ranks"], Help("u: the value of f, or its rank.")] = "raw"

    def begin(self, view: ProtocolView) -> None:
        """Discard the trials of an earlier run."""
        super().begin(view)
        self._n, self._rng = view.n, view.rng
        self._drawn: Floats | None = None

    def message_columns(self, width: int) -> tuple[str, ...]:
        """The point, the trial, and the fitness on both sides of the point."""
        return ("point",) * width + ("trial",) * width + ("fitness_plus", "fitness_minus")

    def initial_state(self, signals: Floats) -> Floats:
        """The starting points."""
        return np.clip(signals, -LARGEST, LARGEST)

    def begin_exchange(self) -> None:
        """Discard the trials of the last exchange; new ones are drawn when the number of components is known."""
        self._drawn = None

    def speak(self, state: Floats, signals: Floats) -> Floats:
        """(x, ε, f⁺, f⁻): (n, d) → (n, 2d + 2)."""
        return self._message(state, self._trials(state.shape[1]))

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """Move to the mean of the goal points of all trials."""
        own, admitted = self._message(state, self._trials(state.shape[1])), messages.admission
        if self.shaping == "raw":
            mine, goals = self._goal_of_raw(own), messages.mapped(self._goal_of_raw)
        else:
            gained, gains = _ranked(own, messages, admitted > 0)
            goals = replace(messages, broadcast=state, per_edge=self._goal(messages.payload, gains))
            mine = self._goal(own, gained)
        where = replace(goals, weights=admitted)
        return clip_finite((rule or MeanRule()).over_neighborhoods(clip_finite(mine, state), where), state)

    def speak_one(self, daemon: int, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        payload: Floats = self._message(own[None], self._trials(len(own))[daemon : daemon + 1])[0]
        return payload

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        every = np.vstack([self.speak_one(daemon, own, signal), heard.values])
        admitted = heard.admission
        gains = every[:, -2] - every[:, -1]
        if self.shaping == "ranks":
            arrived = np.append(True, admitted > 0)
            gains = np.zeros(len(every))
            trials = np.append(every[arrived, -2], every[arrived, -1])
            places = np.empty(len(trials))
            places[np.argsort(trials, kind="stable")] = np.arange(len(trials))
            places = places / (len(trials) - 1) - 0.5
            gains[arrived] = places[: len(trials) // 2] - places[len(trials) // 2 :]
        goals = self._goal(every, gains)
        where = heard._replace(values=goals[1:], weights=admitted)
        return clip_finite((rule or MeanRule()).over_one(clip_finite(goals[0], own), where), own)

    def _trials(self, width: int) -> Floats:
        """(n, width) this exchange's trials."""
        if self._drawn is None:
            self._drawn = self._rng.standard_normal((self._n, width))
        return self._drawn

    def _message(self, points: Floats, trials: Floats) -> Floats:
        there, opposite = points + self.spread * trials, points - self.spread * trials
        fitness = [loss(self.objective, place)[:, None] for place in (there, opposite)]
        return np.hstack([points, trials, *fitness])

    def _goal_of_raw(self, payload: Floats) -> Floats:
        """`_goal` with the raw fitness, (k, 2d + 2) → (k, d)."""
        return self._goal(payload, payload[:, -2] - payload[:, -1])

    def _goal(self, payload: Floats, gains: Floats) -> Floats:
        """(k, d) the goal point of each trial: one evolution step from the sender's point.

        Args:
            payload: (k, 2d + 2) messages.
            gains: (k,) the fitness of each trial minus that of the opposite trial.
        """
        d = payload.shape[1] // 2 - 1
        return payload[:, :d] - (self.rate * gains / (2.0 * self.spread))[:, None] * payload[:, d : 2 * d]


def _ranked(own: Floats, messages: Messages, arrived: Bools) -> tuple[Floats, Floats]:
    """The difference in rank between each trial and its opposite: for own trials, (n,), and received ones, (m,).

    The 2k trials of a neighborhood have the ranks −½ to ½. A message that did not arrive has none, and gains 0.
    """
    n, listeners = len(own), messages.receivers[arrived]
    rows = np.concatenate([np.arange(n), listeners, np.arange(n), listeners])
    trials = np.concatenate([part for side in (-2, -1) for part in (own[:, side], messages.column(side)[arrived])])
    order = np.lexsort((trials, rows))
    counts = np.bincount(rows, minlength=n)
    first = np.cumsum(counts) - counts
    places = np.empty(len(rows))
    places[order] = np.arange(len(rows)) - first[rows[order]]
    places = places / (counts[rows] - 1) - 0.5
    half = len(rows) // 2
    gains = np.zeros(messages.network.m)
    gains[arrived] = places[n:half] - places[half + n :]
    return places[:n] - places[half : half + n], gains
