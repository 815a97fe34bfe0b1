"""Two defenses against the same attacks, on the same random numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from swarmsec.errors import UsageError, did_you_mean
from swarmsec.scoring import Interval, score_damage
from swarmsec.scoring.intervals import of_mean, of_ratio, plain_interval
from swarmsec.store import Store, Summary
from swarmsec.tournament.cells import CellFilter, CellKey, CellRuns, cells_of, matches_label
from swarmsec.tournament.scores import bills_of, is_whole


class PairedDifference(NamedTuple):
    """Two defenses against one attack in one scenario, paired by seed: the first minus the second.

    Attributes:
        scenario: The scenario's name.
        attack: The attack's label.
        unit: The unit of damage.
        seeds: The seeds that are scored for both.
        damage: The difference of damage(defended): below 0 if the first leaves less damage.
        autoimmune_cost: The difference of damage(guarded): below 0 if the first costs less without an attack; None
            if that arm was not run.
        damage_limited: The difference of DL: above 0 if the first prevents more; None if the attack does not bite.
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
        """The defense that leaves less damage; None if the interval contains 0."""
        if self.damage.high is not None and self.damage.high < 0:
            return "first"
        return "second" if self.damage.low is not None and self.damage.low > 0 else None

    def to_dict(self) -> dict[str, Any]:
        """The difference as plain data."""
        return {
            **self._asdict(),
            "seeds": list(self.seeds),
            "damage": self.damage.to_dict(),
            "autoimmune_cost": plain_interval(self.autoimmune_cost),
            "damage_limited": plain_interval(self.damage_limited),
            "better": self.better,
        }


def compare(
    store: Store, tournament: str, first: str, second: str, chosen: CellFilter | None = None
) -> list[PairedDifference]:
    """Compare two defenses against every attack in every scenario.

    Args:
        store: The store of the runs.
        tournament: The tournament's id.
        first: A defense: its label, or its kind if only one label has that kind.
        second: Another defense.
        chosen: The scenarios and attacks to compare in; all unless given.

    Raises:
        UsageError: No defense has that name, or several have.
    """
    chosen, cells = chosen or CellFilter(), cells_of(store.entries(tournament))
    chosen.refuse_unknown(cells)
    labels = sorted({cell.defense for cell in cells})
    label, rival_label = _one_label(first, labels), _one_label(second, labels)
    summaries = store.summaries(tournament)
    pairs = [
        (key, runs, cells[key._replace(defense=rival_label)])
        for key, runs in cells.items()
        if key.defense == label and key._replace(defense=rival_label) in cells and chosen.selects(key)
    ]
    differences = [_difference(*pair, summaries) for pair in pairs]
    return [one for one in differences if one is not None]


def _difference(
    key: CellKey, runs: CellRuns, rival_runs: CellRuns, summaries: Mapping[str, Summary]
) -> PairedDifference | None:
    """None if no seed is scored for both, or the defended arm was not run."""
    seeds = tuple(
        seed
        for seed in runs
        if seed in rival_runs and is_whole(runs[seed], summaries) and is_whole(rival_runs[seed], summaries)
    )
    if not seeds:
        return None
    bills, rival_bills = bills_of(runs, seeds, summaries), bills_of(rival_runs, seeds, summaries)
    if "defended" not in bills or "defended" not in rival_bills:
        return None
    cost = limited = None
    if "guarded" in bills and "guarded" in rival_bills:
        cost = of_mean(bills["guarded"] - rival_bills["guarded"])
        if score_damage(bills).damage_limited is not None:
            limited = of_ratio(rival_bills["defended"] - bills["defended"], bills["attacked"] - bills["clean"])
    damage = of_mean(bills["defended"] - rival_bills["defended"])  # Both share the clean arm, so it cancels.
    unit = summaries[runs[seeds[0]]["defended"]].unit
    return PairedDifference(key.scenario, key.attack, unit, seeds, damage, cost, limited)


def _one_label(name: str, labels: Sequence[str]) -> str:
    found = [name] if name in labels else [label for label in labels if matches_label(name, label)]
    if len(found) == 1:
        return found[0]
    hint = f"which of {', '.join(found)}?" if found else did_you_mean(name, labels)
    raise UsageError(f"{'several defenses' if found else 'no defense'} {name!r}; {hint}", where="--compare")
