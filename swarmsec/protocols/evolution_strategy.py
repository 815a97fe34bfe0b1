"""Learn without gradients: everybody tries a random change, and all go the way of those that helped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

import numpy as np

from swarmsec.aggregation import Mean, Rule
from swarmsec.arrays import Bools, Floats
from swarmsec.messages import LARGEST, Inbox, Messages, clip_finite
from swarmsec.parameters import Gt, Help
from swarmsec.protocols._base import NegotiationProtocol, ProtocolView
from swarmsec.protocols._objectives import Objective, loss


@dataclass(kw_only=True)
class EvolutionStrategy(NegotiationProtocol):
    """Every daemon tries x ± σ ε, ε drawn from N(0, I), and says (x, ε, f(x + σ ε), f(x − σ ε)).

    Everybody then goes to the mean over its neighborhood, itself included, of where each would go by its own trial:

        x_j − rate · (u(f⁺) − u(f⁻)) / 2σ · ε_j

    With u(f) = f that is a step down the gradient of f, smoothed over σ, from mirrored samples (Salimans, Ho, Chen,
    Sidor, Sutskever 2017), and averaging makes the x_j one. `raw` fitness lets one liar send everybody any distance
    along its ε. With `ranks`, u is the place among all trials of the neighborhood, from −½ to ½: a lie then counts no
    more than an honest success, and the step no longer depends on how steep f is, so it does not shrink near the
    lowest point. A lie about x is not a lie about fitness: against that the rule of a defense averages where to go.

    Lost messages are missing samples; a late one is a sample from where its sender was. The first signals are the
    starting points; later ones are not read.
    """

    decides_for = frozenset({"belief"})
    begins_with_signals = True
    keeps_agreement = False

    objective: Objective = "sphere"
    spread: Annotated[float, Gt(0), Help("σ, how far a trial goes.")] = 0.1
    rate: Annotated[float, Gt(0), Help("How far a step goes; for raw fitness in units of x² per fitness.")] = 0.05
    shaping: Annotated[Literal["raw", "ranks"], Help("What of a fitness counts: its number, or its place.")] = "raw"

    def begin(self, view: ProtocolView) -> None:
        """No trial drawn yet."""
        self._n, self._rng = view.n, view.rng
        self._drawn: Floats | None = None

    def initial_state(self, signals: Floats) -> Floats:
        """The starting points."""
        return np.clip(signals, -LARGEST, LARGEST)

    def begin_exchange(self) -> None:
        """Forget the trials of the last exchange; new ones are drawn when the width of the points is known."""
        self._drawn = None

    def speak(self, state: Floats) -> Floats:
        """(x, ε, f⁺, f⁻): (n, d) → (n, 2d + 2)."""
        return self._said(state, self._trials(state.shape[1]))

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """The mean of where each would go."""
        own, admitted = self._said(state, self._trials(state.shape[1])), messages.admission
        if self.shaping == "raw":
            mine, goals = self._goal_of_raw(own), messages.mapped(self._goal_of_raw)
        else:
            gained, gains = _ranked(own, messages, admitted > 0)
            goals = replace(messages, broadcast=state, per_edge=self._goal(messages.payload, gains))
            mine = self._goal(own, gained)
        where = replace(goals, weights=admitted)
        return clip_finite((rule or Mean()).over_neighborhoods(clip_finite(mine, state), where), state)

    def speak_one(self, daemon: int, own: Floats) -> Floats:
        """The same for one daemon."""
        broadcast: Floats = self._said(own[None], self._trials(len(own))[daemon : daemon + 1])[0]
        return broadcast

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        every = np.vstack([self.speak_one(daemon, own), heard.values])
        admitted = heard.admission
        gains = every[:, -2] - every[:, -1]
        if self.shaping == "ranks":
            came = np.append(True, admitted > 0)
            gains = np.zeros(len(every))
            trials = np.append(every[came, -2], every[came, -1])
            places = np.empty(len(trials))
            places[np.argsort(trials, kind="stable")] = np.arange(len(trials))
            places = places / (len(trials) - 1) - 0.5
            gains[came] = places[: len(trials) // 2] - places[len(trials) // 2 :]
        goals = self._goal(every, gains)
        where = heard._replace(values=goals[1:], weights=admitted)
        return clip_finite((rule or Mean()).over_one(clip_finite(goals[0], own), where), own)

    def _trials(self, width: int) -> Floats:
        """(n, width) this exchange's trials."""
        if self._drawn is None:
            self._drawn = self._rng.standard_normal((self._n, width))
        return self._drawn

    def _said(self, points: Floats, trials: Floats) -> Floats:
        there, opposite = points + self.spread * trials, points - self.spread * trials
        fitness = [loss(self.objective, place)[:, None] for place in (there, opposite)]
        return np.hstack([points, trials, *fitness])

    def _goal_of_raw(self, words: Floats) -> Floats:
        """`_goal` with the raw fitness, (k, 2d + 2) → (k, d)."""
        return self._goal(words, words[:, -2] - words[:, -1])

    def _goal(self, words: Floats, gains: Floats) -> Floats:
        """Where each would go: (k, 2d + 2) and the gain of its trial over the opposite, (k,) → (k, d)."""
        d = words.shape[1] // 2 - 1
        return words[:, :d] - (self.rate * gains / (2.0 * self.spread))[:, None] * words[:, d : 2 * d]


def _ranked(own: Floats, messages: Messages, came: Bools) -> tuple[Floats, Floats]:
    """What each trial gains in place over its opposite: of one's own, (n,), and of those that are heard, (m,).

    In every neighborhood the 2k trials have the places −½ to ½; who was not heard has none, and gains 0.
    """
    n, listeners = len(own), messages.receivers[came]
    rows = np.concatenate([np.arange(n), listeners, np.arange(n), listeners])
    trials = np.concatenate([part for side in (-2, -1) for part in (own[:, side], messages.column(side)[came])])
    order = np.lexsort((trials, rows))
    counts = np.bincount(rows, minlength=n)
    first = np.cumsum(counts) - counts
    places = np.empty(len(rows))
    places[order] = np.arange(len(rows)) - first[rows[order]]
    places = places / (counts[rows] - 1) - 0.5
    half = len(rows) // 2
    gains = np.zeros(messages.network.m)
    gains[came] = places[n:half] - places[half + n :]
    return places[:n] - places[half : half + n], gains
