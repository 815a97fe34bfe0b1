"""Make the score that a detector of pyod or scikit-learn gives a row independent of the other rows of its batch."""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Mapping
from contextlib import redirect_stdout
from functools import lru_cache
from typing import Any

import numpy as np

from swarmsec.aggregation import MAD_TO_DEVIATION
from swarmsec.arrays import Floats
from swarmsec.errors import ParameterError, did_you_mean
from swarmsec.immunity.detector_classes import OF_SKLEARN, check_detector, detector_class, not_installed
from swarmsec.immunity.ecod_copod import FrozenTails

LARGEST_SCORE = 1e300
"""An infinite score as a number."""

CONSTANT_TO = 1e-9
"""A column of which no value is farther than this from its median, relative to that, counts as constant."""

_PROBES = 16
_JITTER = 1e-3
_MADE_UP_ROWS = 100, 2_000

_PROVEN = frozenset({"copod", "ecod", "hbos", "iforest", "knn", "lof", "mcd", "pca"})
"""Detectors that need no trial with their default parameters: a test tries them all."""


class BatchInvariantDetector:
    """A detector that is fitted once, and whose score of a row does not depend on the rest of the batch.

    Some detectors (ECOD, COPOD) rank a row against the whole batch, so that many anomalous rows make each other look
    normal. These two are replaced by `FrozenTails`. For any other, rows are scored alone and in a batch after fitting;
    if the scores differ, every row is scored alone from then on, which is slower and correct.

    A column that was constant in the rows it was fitted to is left out of the detector, since most fail on one. A row
    with another value there has an infinite score, unless such values are usual in the `others`, and so has a row with
    a non-finite value. If the detector rejects the rows, as most do when over half of them are equal, it is fitted to
    the same rows with a deviation of 0.001 of their spread.

    Args:
        name: The pyod class or its module (`HBOS`, `hbos`, `IForest`, ...), or the scikit-learn class, also with its
            module (`IsolationForest`, `sklearn.svm.OneClassSVM`, ...).
        parameters: The arguments of its constructor.
        seed: Its random state, if it has one.
    """

    def __init__(self, name: str, parameters: Mapping[str, Any], *, seed: int) -> None:
        detector = detector_class(name)
        accepted = inspect.signature(detector).parameters
        if unknown := sorted(set(parameters) - set(accepted)):
            hint = did_you_mean(unknown[0], accepted)
            raise ParameterError(f"{detector.__name__} has no parameter {unknown[0]!r}; {hint}", where="parameters")
        given = {"random_state": seed, "novelty": True}  # The latter lets LocalOutlierFactor score new rows.
        given = {key: value for key, value in given.items() if key in accepted}
        try:
            with redirect_stdout(sys.stderr):
                self._detector = detector(**{**given, **parameters})
        except ImportError as error:
            raise not_installed(name, error) from error
        except Exception as error:  # Of any type: the class is somebody else's.
            raise ParameterError(f"{detector.__name__} rejects these values: {error}", where="parameters") from error
        self._sign = -1.0 if detector.__module__.startswith(OF_SKLEARN) else 1.0  # There, higher is more normal.
        self._seed = seed
        self._row_by_row = False
        self._frozen: FrozenTails | None = None

    def fit(self, rows: Floats, others: Floats | None = None) -> None:
        """Fit to (r, k) normal rows, once.

        Args:
            rows: The rows to fit to.
            others: More normal rows, (q, k).

        Raises:
            ParameterError: The detector rejects the rows, or has no finite score for one of them alone.
        """
        center = np.median(rows, axis=0)
        apart = np.abs(rows - center)
        negligible = CONSTANT_TO * (1.0 + np.abs(center))
        self._varies = apart.max(axis=0) > negligible
        self._telling = ~self._varies
        if others is not None:
            self._telling &= ~(np.abs(others - center) > negligible).any(axis=0)
        self._constant, self._negligible = center[self._telling], negligible[self._telling]
        if not self._varies.any():
            return
        rows, apart, self._center = rows[:, self._varies], apart[:, self._varies], center[self._varies]
        spread = MAD_TO_DEVIATION * np.median(apart, axis=0)
        self._scale = np.where(spread > negligible[self._varies], spread, rows.std(axis=0))
        try:
            self._fit(rows)
        except Exception:  # Of any type: the class is somebody else's.
            noise = np.random.Generator(np.random.PCG64(self._seed)).standard_normal(rows.shape)
            self._refit(rows + _JITTER * self._scale * noise)

    def _refit(self, rows: Floats) -> None:
        try:
            self._fit(rows)
        except ParameterError:
            raise
        except Exception as error:
            method = type(self._detector).__name__
            raise ParameterError(f"{method} cannot be fitted to these rows: {error}", where="detector") from error

    def _fit(self, rows: Floats) -> None:
        method = type(self._detector).__name__
        if method == "ECOD" or method == "COPOD":
            self._frozen = FrozenTails(self._standard(rows), method)
            return
        with np.errstate(all="ignore"), warnings.catch_warnings(), redirect_stdout(sys.stderr):
            warnings.simplefilter("ignore")  # Features that are almost constant without attacks are expected.
            self._detector.fit(self._standard(rows))
        probe = rows[:_PROBES]
        company = np.concatenate([probe, np.repeat(rows[:1] + 100.0 * self._scale, 8 * _PROBES, axis=0)])
        alone = np.concatenate([self._decide(row[None]) for row in probe])
        self._row_by_row = not np.allclose(alone, self._decide(company)[: len(probe)], rtol=1e-9, atol=1e-12)
        if not np.isfinite(alone).all():
            raise ParameterError(f"{method} gives no score to a single row; use another detector", where="detector")

    def score(self, rows: Floats) -> Floats:
        """(r, k) → (r,); higher is more anomalous. The score of a row does not depend on the others."""
        finite = np.isfinite(rows).all(axis=1)
        new = (np.abs(rows[:, self._telling] - self._constant) > self._negligible).any(axis=1)
        scores: Floats = np.where(finite & ~new, 0.0, np.inf)
        if self._varies.any() and finite.any():
            scores[finite] = self._score(rows[finite][:, self._varies])
            scores[new] = np.inf
        return scores

    def _score(self, rows: Floats) -> Floats:
        if self._frozen is not None:
            return self._frozen.score(self._standard(rows))
        if self._row_by_row:
            return np.concatenate([self._decide(row[None]) for row in rows])
        return self._decide(rows)

    def _standard(self, rows: Floats) -> Floats:
        """The rows after robust standardization and a logarithm, so that no value overflows in a detector."""
        scaled = np.clip((rows - self._center) / self._scale, -LARGEST_SCORE, LARGEST_SCORE)
        standard: Floats = np.sign(scaled) * np.log1p(np.abs(scaled))
        return standard

    def _decide(self, rows: Floats) -> Floats:
        with np.errstate(all="ignore"), redirect_stdout(sys.stderr):  # Some detectors print.
            scores = np.asarray(self._detector.decision_function(self._standard(rows)), dtype=np.float64).ravel()
        return np.nan_to_num(self._sign * scores, nan=np.inf, posinf=np.inf)


def try_detector(name: str, parameters: Mapping[str, Any]) -> None:
    """Check that a detector can be fitted, and scores a row alone, on made-up rows; it may import its package.

    Raises:
        ParameterError: It does not exist, needs a package that is not installed, rejects its parameters, or fails.
    """
    found = check_detector(name)
    if parameters or found not in _PROVEN:
        _try(found, tuple(sorted(parameters.items())))


@lru_cache(maxsize=64)
def _try(name: str, parameters: tuple[tuple[str, Any], ...]) -> None:
    least, most = _MADE_UP_ROWS
    largest = max((value for _, value in parameters if isinstance(value, int)), default=0)
    count = min(most, max(least, 2 * largest))  # Some parameters are a number of rows or of neighbors.
    rng = np.random.Generator(np.random.PCG64(0))
    rows = np.concatenate([rng.standard_normal((count, 3)), rng.exponential(size=(count, 2))], axis=1)
    detector = BatchInvariantDetector(name, dict(parameters), seed=0)
    detector.fit(rows)
    if not np.ptp(detector.score(rows)[:least]) > 0.0:
        raise ParameterError(f"{name} gives all rows the same score; use another detector", where="detector")
