"""Parameters of a test of which a few run by default, and all in the slow tests."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def sampled(values: Iterable[Any], quick: Collection[Any]) -> list[Any]:
    """The values; those that are not in `quick` are marked slow.

    Raises:
        AssertionError: One of `quick` is no value.
    """
    found = list(values)
    assert set(quick) <= set(found), set(quick) - set(found)
    return [value if value in quick else pytest.param(value, marks=pytest.mark.slow) for value in found]
