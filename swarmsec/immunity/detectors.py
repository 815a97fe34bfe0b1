"""Load a pyod detector by name, and make the score of a row independent of the other rows of its batch."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import pkgutil
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
from swarmsec.immunity.ecod_copod import FrozenTails

LARGEST_SCORE = 1e300
"""An infinite score as a number."""

CONSTANT_TO = 1e-9
"""A column of which no value is farther than this from its median, relative to that, counts as constant."""

_PROBES = 16
_JITTER = 1e-3
_MADE_UP_ROWS = 100, 2_000
_HELPERS = frozenset({"base", "sklearn_base", "gaal_base", "base_dl"})

_PROVEN = frozenset({"copod", "ecod", "hbos", "iforest", "knn", "lof", "mcd", "pca"})
"""Detectors that need no trial with their default parameters: a test tries them all."""


class BatchInvariantDetector:
    """A pyod detector that is fitted once, and whose score of a row does not depend on the rest of the batch.

    Some detectors (ECOD, COPOD) rank a row against the whole batch, so that many anomalous rows make each other look
    normal. These two are replaced by `FrozenTails`. For any other, rows are scored alone and in a batch after fitting;
    if the scores differ, every row is scored alone from then on, which is slower and correct.

    A column that was constant in the rows it was fitted to is left out of the detector, since most fail on one. A row
    with another value there has an infinite score, unless such values are usual in the `others`, and so has a row with
    a non-finite value. If the detector rejects the rows, as most do when over half of them are equal, it is fitted to
    the same rows with a deviation of 0.001 of their spread.

    Args:
        name: The pyod class or its module: `HBOS`, `hbos`, `IForest`, ...
        parameters: The arguments of its constructor.
        seed: Its random state, if it has one.
    """

    def __init__(self, name: str, parameters: Mapping[str, Any], *, seed: int) -> None:
        detector = detector_class(name)
        accepted = inspect.signature(detector).parameters
        if unknown := sorted(set(parameters) - set(accepted)):
            hint = did_you_mean(unknown[0], accepted)
            raise ParameterError(f"{detector.__name__} has no parameter {unknown[0]!r}; {hint}", where="parameters")
        state = {"random_state": seed} if "random_state" in accepted and "random_state" not in parameters else {}
        try:
            with redirect_stdout(sys.stderr):
                self._detector = detector(**{**parameters, **state})
        except ImportError as error:
            raise _not_installed(name, error) from error
        except Exception as error:  # Of any type: the class is somebody else's.
            raise ParameterError(f"{detector.__name__} rejects these values: {error}", where="parameters") from error
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
        return np.nan_to_num(scores, nan=np.inf, posinf=np.inf)


def detector_names() -> list[str]:
    """The names of the modules of `pyod.models`, without importing them."""
    spec = importlib.util.find_spec("pyod")
    if spec is None or not spec.submodule_search_locations:
        raise ParameterError("pyod is not installed", where="detector")
    folders = [f"{folder}/models" for folder in spec.submodule_search_locations]
    names = (module.name for module in pkgutil.iter_modules(folders))
    return sorted(name for name in names if not name.startswith("_") and name not in _HELPERS)


def detector_class(name: str) -> Any:
    """The class of a pyod detector. It imports pyod, which takes seconds.

    Raises:
        ParameterError: It does not exist, or needs a package that is not installed.
    """
    module_name = check_detector(name)
    try:
        with redirect_stdout(sys.stderr):  # Some modules print which package they lack.
            module = importlib.import_module(f"pyod.models.{module_name}")
            base = importlib.import_module("pyod.models.base").BaseDetector
    except (ImportError, NameError) as error:  # Some modules use the name of a package that they could not import.
        raise _not_installed(name, error) from error
    classes = [thing for thing in vars(module).values() if isinstance(thing, type) and issubclass(thing, base)]
    own = [thing for thing in classes if thing.__module__ == module.__name__]
    named = [thing for thing in own if thing.__name__.lower() == module_name.replace("_", "")]
    if not named and len(own) != 1:
        raise ParameterError(f"pyod.models.{module_name} does not define exactly one detector", where="detector")
    return (named or own)[0]


def _not_installed(name: str, error: Exception) -> ParameterError:
    return ParameterError(f"{name} needs a package that is not installed: {error}", where="detector")


def try_detector(name: str, parameters: Mapping[str, Any]) -> None:
    """Check that a detector can be fitted, and scores a row alone, on made-up rows; it may import pyod.

    Raises:
        ParameterError: It does not exist, needs a package that is not installed, rejects its parameters, or fails.
    """
    module = check_detector(name)
    if parameters or module not in _PROVEN:
        _try(module, tuple(sorted(parameters.items())))


@lru_cache(maxsize=64)
def _try(module: str, parameters: tuple[tuple[str, Any], ...]) -> None:
    least, most = _MADE_UP_ROWS
    largest = max((value for _, value in parameters if isinstance(value, int)), default=0)
    count = min(most, max(least, 2 * largest))  # Some parameters are a number of rows or of neighbors.
    rng = np.random.Generator(np.random.PCG64(0))
    rows = np.concatenate([rng.standard_normal((count, 3)), rng.exponential(size=(count, 2))], axis=1)
    detector = BatchInvariantDetector(module, dict(parameters), seed=0)
    detector.fit(rows)
    if not np.ptp(detector.score(rows)[:least]) > 0.0:
        raise ParameterError(f"{module} gives all rows the same score; use another detector", where="detector")


def check_detector(name: str) -> str:
    """The name of a detector's module, without importing pyod.

    Raises:
        ParameterError: There is no such detector.
    """
    known = detector_names()
    wanted = name.lower().removeprefix("pyod.models.").split(".")[-1]
    if wanted not in known:
        raise ParameterError(f"pyod has no detector {name!r}; {did_you_mean(wanted, known)}", where="detector")
    return wanted
