"""The cross-regulation model: effector and regulatory cells decide which behaviors of a group are abnormal."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from swarmsec.arrays import Bools, Floats

AnyInts: TypeAlias = "npt.NDArray[np.integer[Any]]"

BITS = 6
"""The number of binary features; a behavior is a number from 0 to 63."""

CROSS_AFFINITY = 0.55
BINDING = 0.1 / 0.1
"""kon / koff."""

GROWTH_EFFECTOR, GROWTH_REGULATOR, DEATH = 1e-3, 0.7e-3, 1e-6
"""kpe, kpr, and kde = kdr."""

CELLS = 10.0
"""E0 = R0, the cells of each kind at first."""

SITES = 3.0
"""Binding sites of a presenting cell."""

PRESENTED, GROUP = 1e-3, 10.0
"""Presenting cells for one robot with a behavior; in a group of more than 10, as many as for 10 in all."""

_DURATION, _STEPS, _CHANGE, _GONE = 5e7, 1_000, 0.3, 1e-9
_CACHED_MOST = 20_000


class CrossRegulation:
    """Whether a group attacks or tolerates each of the behaviors that its members show.

    For each behavior i that is present there are effector cells E_i and regulatory cells R_i, and presenting cells A_i
    in proportion to the number of robots that show it. Cells of type i bind to sites of type j with the affinity
    φ_ij = exp(−h_ij / (6 · 0.55)), h the number of bits in which they differ. Bound effectors grow with rate
    kpe (1 − r)², bound regulators with kpr (2 − e) e, where e and r are the shares of sites that are bound by effectors
    and regulators, and all die with kd. The response to i is an attack if Σ φ_ij E_j > Σ φ_ij R_j after a long time
    (Tarapore, Christensen & Timmis, PLoS ONE 2017; Carneiro et al. 2007). What many show is tolerated whatever it is;
    what few show is attacked, unless more than two show what differs in one bit. Binding is stationary, and cells in
    excess of sites. Each group is integrated from E0 and R0, so that equal groups have equal responses, which are
    computed once.
    """

    def __init__(self) -> None:
        numbers = np.arange(1 << BITS)
        apart = np.bitwise_xor(numbers[:, None], numbers)
        differ = sum((apart >> bit) & 1 for bit in range(BITS))
        self._affinity = np.exp(-differ / (BITS * CROSS_AFFINITY))
        self._known: dict[bytes, Bools] = {}

    def attacked(self, counts: AnyInts) -> Bools:
        """Which behaviors are attacked in each group.

        Args:
            counts: (g, 64) how many members of each group show each behavior.

        Returns:
            (g, 64) False where a behavior is not present.
        """
        groups, place = np.unique(np.asarray(counts, dtype=np.int32), axis=0, return_inverse=True)
        keys = [group.tobytes() for group in groups]
        new = [number for number, key in enumerate(keys) if key not in self._known]
        if len(self._known) + len(new) > _CACHED_MOST:
            self._known, new = {}, list(range(len(keys)))
        widths = 2 ** np.ceil(np.log2(np.maximum((groups[new] > 0).sum(axis=1), 2))).astype(int)
        for width in np.unique(widths):
            some = np.array(new)[widths == width]
            for number, response in zip(some, self._integrate(groups[some], int(width)), strict=True):
                self._known[keys[number]] = response
        return np.stack([self._known[key] for key in keys])[place.ravel()]

    def _integrate(self, groups: AnyInts, width: int) -> Bools:
        """The responses of groups that show at most `width` behaviors; each is computed on its own."""
        shown = np.argsort(-groups, axis=1, kind="stable")[:, :width]
        members = np.take_along_axis(groups, shown, axis=1).astype(np.float64)
        size = np.maximum(members.sum(axis=1, keepdims=True), 1.0)
        presented = PRESENTED * members * np.minimum(1.0, GROUP / size)
        affinity = self._affinity[shown[:, :, None], shown[:, None, :]]
        effectors, regulators = self._settled(affinity, presented)
        attacked = (affinity * effectors[:, None]).sum(axis=2) > (affinity * regulators[:, None]).sum(axis=2)
        response: Bools = np.zeros(groups.shape, dtype=bool)
        np.put_along_axis(response, shown, attacked & (members > 0), axis=1)
        return response

    def _settled(self, affinity: Floats, presented: Floats) -> tuple[Floats, Floats]:
        """(g, w) effectors and regulators after the duration of a response."""
        effectors, regulators = np.where(presented > 0, CELLS, _GONE) * np.ones((2, 1, 1))
        left = np.full(len(presented), _DURATION)
        for _ in range(_STEPS):
            grow_e, grow_r = _growth(affinity, presented, effectors, regulators)
            fastest = np.maximum(np.abs(grow_e), np.abs(grow_r)).max(axis=1)
            step = np.minimum(_CHANGE / np.maximum(fastest, _CHANGE / _DURATION), left)[:, None]
            effectors = np.maximum(effectors * np.exp(step * grow_e), _GONE)
            regulators = np.maximum(regulators * np.exp(step * grow_r), _GONE)
            left = left - step[:, 0]
            if not left.any():
                break
        return effectors, regulators


def _growth(affinity: Floats, presented: Floats, effectors: Floats, regulators: Floats) -> tuple[Floats, Floats]:
    """(g, w) each: the rates at which the effectors and the regulators of each type grow."""
    near_e = (affinity * effectors[:, None]).sum(axis=2)
    near_r = (affinity * regulators[:, None]).sum(axis=2)
    near = near_e + near_r
    bound = BINDING * near / (1.0 + BINDING * near)
    e, r = bound * near_e / near, bound * near_r / near
    each = SITES * presented * bound / near
    grow_e = GROWTH_EFFECTOR * (affinity * (each * (1.0 - r) ** 2)[:, None]).sum(axis=2) - DEATH
    grow_r = GROWTH_REGULATOR * (affinity * (each * (2.0 - e) * e)[:, None]).sum(axis=2) - DEATH
    return grow_e, grow_r
