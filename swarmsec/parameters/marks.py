"""The marks that a parameter's annotation can have, besides the bounds of `annotated_types`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """The unit of a parameter: `USD`, `rounds`, `robust deviations`, `share`."""

    name: str


@dataclass(frozen=True)
class Help:
    """One line about the effect of a parameter."""

    text: str


@dataclass(frozen=True)
class NotFinite:
    """Allows infinity and NaN, which are refused elsewhere."""


class _Required:
    """The type of `REQUIRED`."""

    def __repr__(self) -> str:
        return "required"


REQUIRED = _Required()
"""Stands for the default of a parameter that has none."""
