"""The rules that daemons listen with: how a neighborhood's messages and one's own value become one.

Every rule says itself twice: over all neighborhoods at once, compiled, and over one daemon's inbox in plain Python.
The two agree to the bit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from swarmsec.aggregation.kernels import reference as ordered
from swarmsec.arrays import Floats
from swarmsec.messages import Inbox, Messages


class Rule(Protocol):
    """An aggregation rule."""

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        """Every daemon's next value: own values (n, d) and the messages to each → (n, d)."""

    def over_one(self, own: Floats, heard: Inbox) -> Floats:
        """One daemon's next value: its own (d,) and what it heard → (d,)."""


@dataclass(frozen=True)
class Mean:
    """The plain mean of a neighborhood and oneself. It counts messages, not senders: a flood outvotes everybody."""

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        """(x_i + Σ c v) / (1 + Σ c), c being copies times admission."""
        from swarmsec.aggregation.kernels import rows as kernels

        return by_component(kernels.mean, own, messages, messages.counts)

    def over_one(self, own: Floats, heard: Inbox) -> Floats:
        """The same for one daemon."""
        counts = heard.copies * heard.weights
        return np.array([ordered.mean_one(x, v, counts) for x, v in zip(own, heard.values.T, strict=True)])


@dataclass(frozen=True)
class MetropolisMean:
    """Metropolis weights: w_ij = 1 / (1 + max(d_i, d_j)), and the rest on one's own value (Xiao & Boyd 2004).

    It keeps the swarm's average. A neighbor has one weight however often it sends.
    """

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        """x_i + Σ a w_ij (v − x_i), a being the admission."""
        from swarmsec.aggregation.kernels import rows as kernels

        return by_component(kernels.metropolis, own, messages, messages.weights)

    def over_one(self, own: Floats, heard: Inbox) -> Floats:
        """The same for one daemon."""
        return np.array(
            [
                ordered.metropolis_one(x, len(heard.senders), v, heard.degrees, heard.weights)
                for x, v in zip(own, heard.values.T, strict=True)
            ]
        )


@dataclass(frozen=True)
class Wmsr:
    """Weighted mean subsequence reduction (LeBlanc, Zhang, Koutsoukos, Sundaram 2013).

    Of the neighbors' values strictly above one's own drop the F largest (all if fewer), likewise below; average what
    is left with one's own, all alike. A neighbor has one value however often it sends it.
    """

    f: int

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        """Component by component."""
        from swarmsec.aggregation.kernels import rows as kernels

        def rule(rows: Any, column: Floats, **payload: Any) -> Floats:
            return kernels.wmsr(rows, column, self.f, **payload)

        return by_component(rule, own, messages, messages.weights)

    def over_one(self, own: Floats, heard: Inbox) -> Floats:
        """The same for one daemon."""
        return np.array(
            [ordered.wmsr_one(x, v, heard.weights, self.f) for x, v in zip(own, heard.values.T, strict=True)]
        )


@dataclass(frozen=True)
class TrimmedMean:
    """The mean of a neighborhood and oneself without the f largest and the f smallest values (Yin et al. 2018).

    Component by component. One's own value may be cut too. A message that is not finite is one of the f. Where there
    are no more than 2f values, a daemon keeps its own. A neighbor has one value however often it sends it.
    """

    f: int

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        """Component by component."""
        from swarmsec.aggregation.kernels import rows as kernels

        def rule(rows: Any, column: Floats, **payload: Any) -> Floats:
            return kernels.trimmed_mean(rows, column, self.f, **payload)

        return by_component(rule, own, messages, messages.weights)

    def over_one(self, own: Floats, heard: Inbox) -> Floats:
        """The same for one daemon."""
        return np.array(
            [ordered.trimmed_mean_one(x, v, heard.weights, self.f) for x, v in zip(own, heard.values.T, strict=True)]
        )


@dataclass(frozen=True)
class Median:
    """The median of a neighborhood and oneself, component by component (Yin et al. 2018).

    A message that is not finite is dropped, and so is one of weight 0; any other weight counts as 1. A neighbor has one
    value however often it sends it.
    """

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        """Component by component."""
        from swarmsec.aggregation.kernels import rows as kernels

        return by_component(kernels.middle, own, messages, messages.weights)

    def over_one(self, own: Floats, heard: Inbox) -> Floats:
        """The same for one daemon."""
        return np.array([ordered.median_one(x, v, heard.weights) for x, v in zip(own, heard.values.T, strict=True)])


def by_component(kernel: Callable[..., Floats], own: Floats, messages: Messages, weights: Floats | None) -> Floats:
    """A compiled rule for one component, over each of the d components: (n, d) → (n, d)."""
    from swarmsec.aggregation.kernels import rows as kernels

    rows = kernels.rows_of(messages.network)
    combined = np.empty((own.shape[1], len(own)))
    for component in range(own.shape[1]):
        kernel(
            rows,
            own[:, component],
            broadcast=messages.broadcast[:, component] if messages.per_edge is None else None,
            per_edge=None if messages.per_edge is None else messages.per_edge[:, component],
            weights=weights,
            out=combined[component],
        )
    return combined.T
