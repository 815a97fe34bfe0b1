"""What two defenses differ by, on the same random numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from swarmsec.errors import UsageError, did_you_mean
from swarmsec.scoring import Interval, score_damage
from swarmsec.scoring.intervals import of_mean, of_ratio
from swarmsec.store.cells import CellKey, Picked, Plays, cells_of, is_called
from swarmsec.store.records import Summary
from swarmsec.store.scores import bills_of, is_whole, plain
from swarmsec.store.store import Store


class Difference(NamedTuple):
    """Two defenses against one attack in one scenario, paired seed by seed: the first less the second.

    Attributes:
        scenario: The scenario's label.
        attack: The attack's label.
        unit: Of damage.
        seeds: Those of which both were scored.
        damage: Of damage(defended): below 0, the first lets less happen.
        autoimmune_cost: Of damage(guarded): below 0, the first costs less in peace; None if it was not played.
        damage_limited: Of DL: above 0, the first prevents more; None where the attack does not bite.
    """

    scenario: str
    attack: str
    unit: str
    seeds: tuple[int, ...]
    damage: Interval
    autoimmune_cost: Interval | None
    damage_limited: Interval | None

    @property
    def better(self) -> Literal["first", "second"] | None:
        """Which of the two lets less damage happen, if the whole interval says so."""
        if self.damage.high is not None and self.damage.high < 0:
            return "first"
        return "second" if self.damage.low is not None and self.damage.low > 0 else None

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            **self._asdict(),
            "seeds": list(self.seeds),
            "damage": self.damage.to_dict(),
            "autoimmune_cost": plain(self.autoimmune_cost),
            "damage_limited": plain(self.damage_limited),
            "better": self.better,
        }


def compare(store: Store, tournament: str, first: str, second: str, picked: Picked | None = None) -> list[Difference]:
    """Two defenses, attack by attack and scenario by scenario, each pair on the same random numbers.

    Args:
        store: Where the runs are.
        tournament: The tournament's id.
        first: A defense, by its label, or by its kind if that names one only.
        second: Another.
        picked: Which scenarios and attacks; all unless given.

    Raises:
        UsageError: There is no such defense, or more than one.
    """
    picked, cells = picked or Picked(), cells_of(store.entries(tournament))
    picked.refuse_unknown(cells)
    labels = sorted({cell.defense for cell in cells})
    one, other = _only(first, labels), _only(second, labels)
    runs = store.summaries(tournament)
    found: list[Difference] = []
    for cell, plays in cells.items():
        rival = cells.get(cell._replace(defense=other))
        if cell.defense == one and rival is not None and picked.has(cell):
            found += _difference(cell, plays, rival, runs)
    return found


def _difference(cell: CellKey, plays: Plays, rival: Plays, runs: Mapping[str, Summary]) -> Iterator[Difference]:
    seeds = tuple(
        seed for seed in plays if seed in rival and is_whole(plays[seed], runs) and is_whole(rival[seed], runs)
    )
    if not seeds:
        return
    bills, theirs = bills_of(plays, seeds, runs), bills_of(rival, seeds, runs)
    if "defended" not in bills or "defended" not in theirs:
        return
    cost = limited = None
    if "guarded" in bills and "guarded" in theirs:
        cost = of_mean(bills["guarded"] - theirs["guarded"])
        if score_damage(bills).damage_limited is not None:
            ours, others = (each["defended"] - each["guarded"] for each in (bills, theirs))
            limited = of_ratio(others - ours, bills["attacked"] - bills["clean"])
    damage = of_mean(bills["defended"] - theirs["defended"])  # The clean arm is the same run, and falls out.
    unit = runs[plays[seeds[0]]["defended"]].unit
    yield Difference(cell.scenario, cell.attack, unit, seeds, damage, cost, limited)


def _only(name: str, labels: Sequence[str]) -> str:
    found = [name] if name in labels else [label for label in labels if is_called(label, name)]
    if len(found) == 1:
        return found[0]
    hint = f"which of {', '.join(found)}?" if found else did_you_mean(name, labels)
    raise UsageError(f"{'several defenses' if found else 'no defense'} {name!r}; {hint}", where="--compare")
