"""The cells of a tournament, and a filter for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from swarmsec.errors import UsageError, did_you_mean
from swarmsec.store import RunEntry


class CellKey(NamedTuple):
    """One attack against one defense in one scenario, by their labels."""

    scenario: str
    attack: str
    defense: str


CellRuns = Mapping[int, Mapping[str, str]]
"""Seed → arm → the id of its run: all runs of a cell. A seed without arms is planned, but not begun."""


@dataclass(frozen=True)
class CellFilter:
    """A choice of cells by name; an empty list of names selects all.

    Attributes:
        scenarios: Names of scenarios.
        attacks: Labels of attacks, or kinds for all labels of that kind.
        defenses: Labels of defenses, or kinds for all labels of that kind.
    """

    scenarios: Sequence[str] = ()
    attacks: Sequence[str] = ()
    defenses: Sequence[str] = ()

    def refuse_unknown(self, cells: Mapping[CellKey, CellRuns]) -> None:
        """Check that every name selects some cell.

        Raises:
            UsageError: A name selects none.
        """
        names_by_option = {"scenario": self.scenarios, "attack": self.attacks, "defense": self.defenses}
        for position, (option, names) in enumerate(names_by_option.items()):
            labels = {str(cell[position]) for cell in cells}
            for name in names:
                if not any(matches_label(name, label) for label in labels):
                    raise UsageError(
                        f"no {option} {name!r} in this tournament; {did_you_mean(name, labels)}", where=f"--{option}"
                    )

    def selects(self, cell: CellKey) -> bool:
        """Whether the filter selects a cell."""
        chosen = (self.scenarios, self.attacks, self.defenses)
        return all(
            not names or any(matches_label(name, label) for name in names)
            for label, names in zip(cell, chosen, strict=True)
        )


def cells_of(entries: Sequence[RunEntry]) -> dict[CellKey, CellRuns]:
    """The cells of a tournament and their runs, in the order of their first entries."""
    cells: dict[CellKey, dict[int, dict[str, str]]] = {}
    for entry in entries:
        cell = cells.setdefault(CellKey(entry.scenario, entry.attack, entry.defense), {})
        cell.setdefault(entry.seed, {})[entry.arm] = entry.run
    return {cell: dict(sorted(runs.items())) for cell, runs in cells.items()}


def matches_label(name: str, label: str) -> bool:
    """Whether a name is the whole label, or its kind.

    Examples:
        >>> matches_label("wmsr", "wmsr:f=2"), matches_label("wmsr:f=1", "wmsr:f=2")
        (True, False)
    """
    return name in (label, label.partition(":")[0])
