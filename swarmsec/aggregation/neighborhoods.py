"""The rules as functions over every neighborhood of a network at once.

Every function takes the network, the values that daemons send, and optionally their different own values. `values`
(n, d) is a broadcast; `per_edge` (m, d) replaces it edge by edge if a daemon equivocates; `weights` (m,) in [0, 1]
are the weights of messages, where 0 drops one. An (n,) array has one component, and gives (n,). A defense uses the
classes of the same rules (`WmsrRule`, `TrimmedMeanRule`, `KrumRule`...).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from swarmsec.aggregation.matrix.validation import matrix, positive, whole
from swarmsec.aggregation.rules import MedianRule, Rule, TrimmedMeanRule, WmsrRule
from swarmsec.aggregation.vector_rules import CenteredClippingRule, GeometricMedianRule, InvertedToleranceRule, KrumRule
from swarmsec.arrays import Floats
from swarmsec.errors import ParameterError
from swarmsec.messages import Messages
from swarmsec.network import Network

Given = npt.ArrayLike | None


def wmsr(
    network: Network, values: npt.ArrayLike, *, f: int, own: Given = None, per_edge: Given = None, weights: Given = None
) -> Floats:
    """W-MSR (LeBlanc et al. 2013): drop the f largest above the own value and the f smallest below, average the rest.

    Args:
        network: The network, n daemons on m edges.
        values: (n, d) the broadcast of each daemon.
        f: The number of liars that a neighborhood may contain.
        own: (n, d) the own value of each daemon; `values` unless given.
        per_edge: (m, d) the payload on each edge, in place of `values`.
        weights: (m,) the weight of each message; 1 unless given.

    Returns:
        (n, d)

    Raises:
        ParameterError: A shape does not fit the network, or `f` is not an integer from 0.
    """
    return _apply(WmsrRule(whole(f, "f", least=0)), network, values, own, per_edge, weights)


def trimmed_mean(
    network: Network, values: npt.ArrayLike, *, f: int, own: Given = None, per_edge: Given = None, weights: Given = None
) -> Floats:
    """The mean of a neighborhood with the own value without the f largest and smallest (`TrimmedMeanRule`).

    Arguments, result and errors are those of `wmsr`.
    """
    return _apply(TrimmedMeanRule(whole(f, "f", least=0)), network, values, own, per_edge, weights)


def median(
    network: Network, values: npt.ArrayLike, *, own: Given = None, per_edge: Given = None, weights: Given = None
) -> Floats:
    """The median of a neighborhood with the own value, component by component (`MedianRule`).

    Arguments, result and errors are those of `wmsr`.
    """
    return _apply(MedianRule(), network, values, own, per_edge, weights)


def krum(
    network: Network, values: npt.ArrayLike, *, f: int, own: Given = None, per_edge: Given = None, weights: Given = None
) -> Floats:
    """Krum over a neighborhood with the own value; own value where n < 2f + 3 (`KrumRule`).

    Arguments, result and errors are those of `wmsr`.
    """
    return _apply(KrumRule(whole(f, "f", least=0)), network, values, own, per_edge, weights)


def geometric_median(
    network: Network,
    values: npt.ArrayLike,
    *,
    own: Given = None,
    per_edge: Given = None,
    weights: Given = None,
    tolerance: float = 1e-9,
) -> Floats:
    """The geometric median of a neighborhood with the own value (`GeometricMedianRule`).

    Arguments, result and errors are those of `wmsr`; `tolerance` is above 0.
    """
    return _apply(GeometricMedianRule(positive(tolerance, "tolerance")), network, values, own, per_edge, weights)


def centered_clipping(
    network: Network,
    values: npt.ArrayLike,
    *,
    own: Given = None,
    per_edge: Given = None,
    weights: Given = None,
    tau: float | None = None,
    iterations: int = 1,
) -> Floats:
    """Centered clipping from the own value (`CenteredClippingRule`).

    Arguments, result and errors are those of `wmsr`; `tau` is above 0, by default the median distance;
    `iterations` is at least 1.
    """
    rule = CenteredClippingRule(None if tau is None else positive(tau, "tau"), whole(iterations, "iterations", least=1))
    return _apply(rule, network, values, own, per_edge, weights)


def inverted_tolerance(
    network: Network,
    values: npt.ArrayLike,
    *,
    own: Given = None,
    per_edge: Given = None,
    weights: Given = None,
    rate: float = 0.5,
    cap: float = 3.0,
) -> Floats:
    """ODDI-C's step: move towards neighbors that are no further out than the daemon itself (`InvertedToleranceRule`).

    Arguments, result and errors are those of `wmsr`; `rate` and `cap` are above 0.
    """
    rule = InvertedToleranceRule(positive(rate, "rate"), positive(cap, "cap"))
    return _apply(rule, network, values, own, per_edge, weights)


def _apply(rule: Rule, network: Network, values: npt.ArrayLike, own: Given, per_edge: Given, weights: Given) -> Floats:
    broadcast = matrix(values)
    shape = (network.n, broadcast.shape[1])
    _require_shape("values", broadcast, shape)
    mine = broadcast if own is None else matrix(own)
    _require_shape("own", mine, shape)
    carried = None if per_edge is None else matrix(per_edge)
    if carried is not None:
        _require_shape("per_edge", carried, (network.m, broadcast.shape[1]))
    admitted = None if weights is None else np.asarray(weights, dtype=np.float64)
    if admitted is not None:
        _require_shape("weights", admitted, (network.m,))
    found = rule.over_neighborhoods(mine, Messages(network, broadcast, per_edge=carried, weights=admitted))
    return found[:, 0] if np.ndim(values) == 1 else found


def _require_shape(where: str, array: Floats, shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise ParameterError(f"an array of shape {array.shape} given; the network needs {shape}", where=where)
