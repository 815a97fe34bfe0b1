"""The rules that daemons listen with: they combine the messages of a neighborhood and the daemon's own value.

Every rule is implemented twice: compiled over all neighborhoods at once, and in plain Python over one inbox. The two
agree to the bit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from swarmsec.aggregation.kernels import reference
from swarmsec.arrays import Floats
from swarmsec.messages import Inbox, Messages


class Rule(Protocol):
    """An aggregation rule."""

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        """Every daemon's next value, from own values (n, d) and messages → (n, d)."""

    def over_one(self, own: Floats, inbox: Inbox) -> Floats:
        """One daemon's next value, from its own value (d,) and its inbox → (d,)."""


@dataclass(frozen=True)
class MeanRule:
    """The mean of a neighborhood and the own value. It counts messages, not senders, so a flood outvotes the others."""

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        """(x_i + Σ c v) / (1 + Σ c), where c is copies times weight."""
        from swarmsec.aggregation.kernels import rows as kernels

        return by_component(kernels.mean, own, messages, messages.counts)

    def over_one(self, own: Floats, inbox: Inbox) -> Floats:
        """The same for one daemon."""
        counts = inbox.copies * inbox.weights
        return np.array([reference.mean_one(x, v, counts) for x, v in zip(own, inbox.values.T, strict=True)])


@dataclass(frozen=True)
class MetropolisMeanRule:
    """Metropolis weights: w_ij = 1 / (1 + max(d_i, d_j)), and the rest for the own value (Xiao & Boyd 2004).

    It preserves the swarm's average. Every neighbor has one weight, regardless of its number of copies.
    """

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        """x_i + Σ a w_ij (v − x_i), where a is the message's weight."""
        from swarmsec.aggregation.kernels import rows as kernels

        return by_component(kernels.metropolis, own, messages, messages.weights)

    def over_one(self, own: Floats, inbox: Inbox) -> Floats:
        """The same for one daemon."""
        return np.array(
            [
                reference.metropolis_one(x, len(inbox.senders), v, inbox.degrees, inbox.weights)
                for x, v in zip(own, inbox.values.T, strict=True)
            ]
        )


@dataclass(frozen=True)
class WmsrRule:
    """Weighted mean subsequence reduction (LeBlanc, Zhang, Koutsoukos, Sundaram 2013).

    Drop the F largest of the neighbors' values strictly above the own value (all if fewer), and the F smallest below;
    average the others and the own value with equal weights. A non-finite message counts among the F. Every neighbor has
    one value, regardless of its number of copies.
    """

    f: int

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        """Apply the compiled rule component by component."""
        from swarmsec.aggregation.kernels import rows as kernels

        def rule(rows: Any, column: Floats, **payload: Any) -> Floats:
            return kernels.wmsr(rows, column, self.f, **payload)

        return by_component(rule, own, messages, messages.weights)

    def over_one(self, own: Floats, inbox: Inbox) -> Floats:
        """The same for one daemon."""
        return np.array(
            [reference.wmsr_one(x, v, inbox.weights, self.f) for x, v in zip(own, inbox.values.T, strict=True)]
        )


@dataclass(frozen=True)
class TrimmedMeanRule:
    """The mean of a neighborhood and the own value without the f largest and the f smallest values (Yin et al. 2018).

    Component by component. The own value may be dropped too. A non-finite message counts as one of the f. With at most
    2f values a daemon keeps its own. Every neighbor has one value, regardless of its number of copies.
    """

    f: int

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        """Apply the compiled rule component by component."""
        from swarmsec.aggregation.kernels import rows as kernels

        def rule(rows: Any, column: Floats, **payload: Any) -> Floats:
            return kernels.trimmed_mean(rows, column, self.f, **payload)

        return by_component(rule, own, messages, messages.weights)

    def over_one(self, own: Floats, inbox: Inbox) -> Floats:
        """The same for one daemon."""
        return np.array(
            [reference.trimmed_mean_one(x, v, inbox.weights, self.f) for x, v in zip(own, inbox.values.T, strict=True)]
        )


@dataclass(frozen=True)
class MedianRule:
    """The median of a neighborhood and the own value, component by component (Yin et al. 2018).

    A message that is not finite or has weight 0 is dropped; any other weight counts as 1. Every neighbor has one value,
    regardless of its number of copies.
    """

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        """Apply the compiled rule component by component."""
        from swarmsec.aggregation.kernels import rows as kernels

        return by_component(kernels.middle, own, messages, messages.weights)

    def over_one(self, own: Floats, inbox: Inbox) -> Floats:
        """The same for one daemon."""
        return np.array([reference.median_one(x, v, inbox.weights) for x, v in zip(own, inbox.values.T, strict=True)])


def by_component(kernel: Callable[..., Floats], own: Floats, messages: Messages, weights: Floats | None) -> Floats:
    """Apply a compiled rule for one component to each of the d components: (n, d) → (n, d)."""
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
