"""The cells of a tournament, and which of them are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from swarmsec.errors import UsageError, did_you_mean
from swarmsec.store.records import Entry


class CellKey(NamedTuple):
    """One attack against one defense in one scenario, by their labels."""

    scenario: str
    attack: str
    defense: str


Plays = Mapping[int, Mapping[str, str]]
"""Seed → arm → the run of it: all that a cell is scored from."""


@dataclass(frozen=True)
class Picked:
    """Which cells of a tournament are asked for; empty means all.

    Attributes:
        scenarios: Labels.
        attacks: Labels, or kinds for all that begin with them.
        defenses: Labels, or kinds.
    """

    scenarios: Sequence[str] = ()
    attacks: Sequence[str] = ()
    defenses: Sequence[str] = ()

    def refuse_unknown(self, cells: Mapping[CellKey, Plays]) -> None:
        """Refuse a name that no cell has.

        Raises:
            UsageError: There is one.
        """
        asked = {"scenario": self.scenarios, "attack": self.attacks, "defense": self.defenses}
        for position, (option, names) in enumerate(asked.items()):
            labels = {str(cell[position]) for cell in cells}
            for name in names:
                if not any(is_called(label, name) for label in labels):
                    raise UsageError(
                        f"no {option} {name!r} in this tournament; {did_you_mean(name, labels)}", where=f"--{option}"
                    )

    def has(self, cell: CellKey) -> bool:
        """Whether a cell is asked for."""
        asked = (self.scenarios, self.attacks, self.defenses)
        return all(
            not names or any(is_called(label, name) for name in names) for label, names in zip(cell, asked, strict=True)
        )


def cells_of(entries: Sequence[Entry]) -> dict[CellKey, Plays]:
    """The cells of a tournament, in the order in which its entries name them first."""
    cells: dict[CellKey, dict[int, dict[str, str]]] = {}
    for entry in entries:
        cell = cells.setdefault(CellKey(entry.scenario, entry.attack, entry.defense), {})
        cell.setdefault(entry.seed, {})[entry.arm] = entry.run
    return {cell: dict(sorted(plays.items())) for cell, plays in cells.items()}


def is_called(label: str, name: str) -> bool:
    """Whether a name is a label, or the kind that it begins with.

    Examples:
        >>> is_called("wmsr:f=2", "wmsr"), is_called("wmsr:f=2", "wmsr:f=1")
        (True, False)
    """
    return name in (label, label.partition(":")[0])
