"""Find the classes of pyod and scikit-learn that detect outliers, by name."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from contextlib import redirect_stdout
from typing import Any

from swarmsec.errors import ParameterError, did_you_mean

OF_SKLEARN = "sklearn."
"""How the names of scikit-learn's classes begin."""

SKLEARN_CLASSES = {
    "EllipticEnvelope": "sklearn.covariance",
    "IsolationForest": "sklearn.ensemble",
    "LocalOutlierFactor": "sklearn.neighbors",
    "OneClassSVM": "sklearn.svm",
    "SGDOneClassSVM": "sklearn.linear_model",
}
"""The classes that need no module before their name."""

_HELPERS = frozenset({"base", "sklearn_base", "gaal_base", "base_dl"})


def check_detector(name: str) -> str:
    """The name of a pyod detector's module, or of a scikit-learn class with its module, without importing them.

    Raises:
        ParameterError: There is no such detector.
    """
    if name.startswith(OF_SKLEARN):
        return name
    for class_name, module in SKLEARN_CLASSES.items():
        if name.lower() == class_name.lower():
            return f"{module}.{class_name}"
    known = detector_names()
    wanted = name.lower().removeprefix("pyod.models.").split(".")[-1]
    if wanted not in known:
        hint = did_you_mean(name, [*known, *SKLEARN_CLASSES])
        raise ParameterError(f"neither pyod nor scikit-learn has a detector {name!r}; {hint}", where="detector")
    return wanted


def detector_names() -> list[str]:
    """The names of the modules of `pyod.models`, without importing them."""
    spec = importlib.util.find_spec("pyod")
    if spec is None or not spec.submodule_search_locations:
        raise ParameterError("pyod is not installed", where="detector")
    folders = [f"{folder}/models" for folder in spec.submodule_search_locations]
    names = (module.name for module in pkgutil.iter_modules(folders))
    return sorted(name for name in names if not name.startswith("_") and name not in _HELPERS)


def detector_class(name: str) -> Any:
    """The class of a detector. It imports pyod, which takes seconds, or scikit-learn.

    Raises:
        ParameterError: It does not exist, or needs a package that is not installed.
    """
    module_name = check_detector(name)
    if module_name.startswith(OF_SKLEARN):
        return _sklearn_class(module_name)
    try:
        with redirect_stdout(sys.stderr):  # Some modules print which package they lack.
            module = importlib.import_module(f"pyod.models.{module_name}")
            base = importlib.import_module("pyod.models.base").BaseDetector
    except (ImportError, NameError) as error:  # Some modules use the name of a package that they could not import.
        raise not_installed(name, error) from error
    classes = [thing for thing in vars(module).values() if isinstance(thing, type) and issubclass(thing, base)]
    own = [thing for thing in classes if thing.__module__ == module.__name__]
    named = [thing for thing in own if thing.__name__.lower() == module_name.replace("_", "")]
    if not named and len(own) != 1:
        raise ParameterError(f"pyod.models.{module_name} does not define exactly one detector", where="detector")
    return (named or own)[0]


def _sklearn_class(name: str) -> Any:
    module_name, _, class_name = name.rpartition(".")
    try:
        found = getattr(importlib.import_module(module_name), class_name)
        mixin = importlib.import_module("sklearn.base").OutlierMixin
    except (ImportError, AttributeError) as error:
        raise ParameterError(f"scikit-learn has no class {name}: {error}", where="detector") from error
    if not (isinstance(found, type) and issubclass(found, mixin)):
        raise ParameterError(f"{name} is not a class that detects outliers", where="detector")
    return found


def not_installed(name: str, error: Exception) -> ParameterError:
    """The error that a detector needs a package that is not there."""
    return ParameterError(f"{name} needs a package that is not installed: {error}", where="detector")
