"""The result of a run with its report as text and HTML, as data frames, and as figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.errors import UsageError, did_you_mean
from swarmsec.files import write_atomically
from swarmsec.report.html.lines import windows
from swarmsec.report.html.render import render_fragment
from swarmsec.report.html.world_pictures import Panel, panel_of
from swarmsec.report.tables import plain_text
from swarmsec.report.terminal import Context, arms_table, facts, render, verdict_line
from swarmsec.runs import run as run_plainly
from swarmsec.runs.simulation import EachRound, Loadable
from swarmsec.scenario import Scenario, Teams, load_scenario
from swarmsec.scoring import Result, SeedRun
from swarmsec.short_repr import REPR_MAX
from swarmsec.swarm.arms import ALL_ARMS
from swarmsec.worlds import World, figures_of_run

if TYPE_CHECKING:
    import pandas as pd

_NUMBERS = count()
"""Numbers for the ids of figures, which must differ within a notebook."""


@dataclass(frozen=True)
class Figure:
    """Lines over the rounds, one for each arm; a notebook shows it, and `save` writes it as HTML.

    Attributes:
        html: The figure as one HTML element.
        names: The figures that it draws.
    """

    html: str
    names: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Figure of {', '.join(self.names)}>"[:REPR_MAX]

    def _repr_html_(self) -> str:
        return self.html

    def save(self, path: str | Path) -> Path:
        """Write the figure as an HTML file that loads nothing, and return its path."""
        written = Path(path)
        write_atomically(written, f'<!DOCTYPE html>\n<html lang="en"><meta charset="utf-8">\n{self.html}</html>\n')
        return written


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class ShownResult(Result):
    """A result that shows its report: as text in a terminal, as a table in a notebook.

    Attributes:
        scenario: The scenario that was run.
    """

    scenario: Scenario

    def __repr__(self) -> str:
        head = f"{self.scenario.title}  ·  {facts(self, self._context)}"
        text = "\n".join([head, f"  {verdict_line(self)}", "", plain_text(arms_table(self, self._context))])
        return text if len(text) <= REPR_MAX else super().__repr__()

    def __str__(self) -> str:
        return self.report()

    def report(self) -> str:
        """The report that `swarmsec run` prints."""
        return plain_text(render(self, self._context))

    def _repr_html_(self) -> str:
        table = plain_text(arms_table(self, self._context)).splitlines()
        return render_fragment(
            "notebook_result.html",
            {
                "title": self.scenario.title,
                "facts": facts(self, self._context),
                "verdict": self.verdict,
                "sentence": verdict_line(self),
                "arms": list(self.arms),
                "rows": [[cell.strip() for cell in line.strip().split("    ") if cell.strip()] for line in table[1:]],
                "report": self.report(),
            },
        )

    def to_frame(self, *, rounds: bool = False) -> pd.DataFrame:
        """The figures as a data frame.

        Args:
            rounds: Whether to give the value of every round, not the figure of the run.

        Returns:
            One row for each seed and arm, with the bills and metrics of the run as columns, and the central bills as
            `central_NAME`. With `rounds`, one row for each seed, arm and round.
        """
        import pandas as pd

        rows = {
            (run.seed, str(arm)): trace for run in self.seed_runs for arm, trace in run.traces.items()
        }
        if rounds:
            frames = {key: pd.DataFrame(dict(trace.metrics)) for key, trace in rows.items()}
            return pd.concat(frames, names=["seed", "arm", "round"])
        figures = [
            {
                **figures_of_run(trace.metrics, self.subject.metrics),
                **{f"central_{name}": amount for name, amount in trace.central.items()},
            }
            for trace in rows.values()
        ]
        return pd.DataFrame(figures, index=pd.MultiIndex.from_tuples(rows, names=["seed", "arm"]))

    def plot(self, *names: str) -> Figure:
        """Draw figures over the rounds, one line for each arm, with the range over the seeds.

        Args:
            names: The bills and metrics to draw; the scored bill unless given.

        Raises:
            UsageError: There is no figure of that name.
        """
        chosen = names or (self.scenario.bill,)
        metrics = self._over_seeds()
        for name in chosen:
            if name not in metrics:
                raise UsageError(f"{name!r} is not a figure of this run; {did_you_mean(name, metrics)}", where="plot")
        world: type[World] = self.scenario.registry.get("worlds", self.scenario.document["world"]["kind"])
        panels: list[Panel] = [panel_of(name, metrics[name], world) for name in chosen]
        html = render_fragment(
            "notebook_figure.html",
            {
                "arms": list(self.arms),
                "panels": panels,
                "windows": windows(_attacked(self.scenario), self.scenario.rounds),
                "number": next(_NUMBERS),
            },
        )
        return Figure(html, tuple(chosen))

    @property
    def _context(self) -> Context:
        return Context.of(self.scenario)

    def _over_seeds(self) -> dict[str, dict[str, Floats]]:
        """Figure → arm → (seeds, rounds)."""
        first = next(iter(self.seed_runs[0].traces.values()))
        return {
            name: {str(arm): np.stack([run.traces[arm].metrics[name] for run in self.seed_runs]) for arm in self.arms}
            for name in first.metrics
        }


def run(
    scenario: Loadable,
    *,
    seeds: int | Sequence[int] | None = None,
    attack: Teams | None = None,
    defense: Teams | None = None,
    arms: Sequence[str] = ALL_ARMS,
    jobs: int = 1,
    each_seed: Callable[[SeedRun], None] | None = None,
    each_round: EachRound | None = None,
) -> ShownResult:
    """Run a scenario's arms over its seeds and score them; the result shows its report.

    Args:
        scenario: Anything that `load_scenario` takes.
        seeds: A count, or a list of seeds; the scenario's own unless given.
        attack: Attacks instead of the scenario's: `stubborn`, `stubborn:value=3`, a mapping with a kind, or several.
        defense: Defenses instead of the scenario's.
        arms: The arms to run. DL is computed only with all four.
        jobs: The number of processes that run arms. The result does not depend on it.
        each_seed: Called when a seed is done, in the order of the seeds.
        each_round: Called after each round that is run in this process; never with several processes.

    Raises:
        SwarmsecError: The scenario is invalid, or a plug-in breaks its contract.
    """
    loaded = load_scenario(scenario, attack=attack, defense=defense)
    result = run_plainly(
        loaded, seeds=seeds, arms=arms, jobs=jobs, each_seed=each_seed, each_round=each_round
    )
    return ShownResult(**vars(result), scenario=loaded)


def _attacked(scenario: Scenario) -> list[tuple[int, int]]:
    """(first round, first round after) of each attack that acts."""
    spans = []
    for spec in scenario.document["attacks"]:
        if spec["strength"] > 0:
            start = spec["start"]
            first = start[0] if isinstance(start, list) else start
            spans.append((first, scenario.rounds if spec["stop"] is None else min(spec["stop"], scenario.rounds)))
    return spans


Plain = Mapping[str, Any]
