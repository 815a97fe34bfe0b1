"""Leave one out: what the damage becomes without each defense of a scenario, and without each layer of a composed one.

Other than Shapley values it asks what is lost if one part is taken away while all others stay. Parts that can replace
each other lose nothing alone, and the shares of parts that need each other add up to more than the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from swarmsec.replay.changes import changed, without
from swarmsec.replay.run_bills import Advanced, run_bills
from swarmsec.runs.executors import Executor
from swarmsec.runs.jobs import job
from swarmsec.scenario import Scenario
from swarmsec.scoring import Interval
from swarmsec.scoring.intervals import of_mean
from swarmsec.swarm.arms import Arm

LAYERS = "layers"
"""The parameter in which a composed defense lists its layers."""


class OmittedPart(NamedTuple):
    """A part of the defense that was left out.

    Attributes:
        place: The place of the defense in the scenario, from 0.
        name: The kind of the defense, or the name of its layer.
        lost: By how much the bill rises without it, with its interval over seeds.
    """

    place: int
    name: str
    lost: Interval


@dataclass(frozen=True)
class LeftOut:
    """What each part prevents that the others do not.

    Attributes:
        unit: The unit of the bill.
        prevented: The damage that all parts prevent, with its interval over seeds.
        parts: The parts, in the order of the scenario and of the layers.
    """

    unit: str
    prevented: Interval
    parts: tuple[OmittedPart, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "prevented": self.prevented.to_dict(),
            "parts": [{"place": one.place, "name": one.name, "lost": one.lost.to_dict()} for one in self.parts],
        }


def leave_one_out(
    scenario: Scenario, *, seeds: Sequence[int], executor: Executor, advanced: Advanced | None = None
) -> LeftOut:
    """Run the defended arm without each part, on the same seeds.

    Args:
        scenario: A scenario with attacks and defenses.
        seeds: The seeds.
        executor: Runs the jobs.
        advanced: Called after each job.

    Raises:
        PluginError: A plug-in breaks its contract.
    """
    parts = _parts(scenario)
    attacked = [job(scenario, seed, Arm.ATTACKED) for seed in seeds]
    whole = [job(scenario, seed, Arm.DEFENDED) for seed in seeds]
    rest = [[job(left, seed, Arm.DEFENDED) for seed in seeds] for _, _, left in parts]
    bills = run_bills([*attacked, *whole, *(one for jobs in rest for one in jobs)], executor, advanced)
    defended = bills.last(whole)
    return LeftOut(
        bills.unit,
        of_mean(bills.last(attacked) - defended),
        tuple(
            OmittedPart(place, name, of_mean(bills.last(jobs) - defended))
            for (place, name, _), jobs in zip(parts, rest, strict=True)
        ),
    )


def _parts(scenario: Scenario) -> list[tuple[int, str, Scenario]]:
    """Each part: the place of its defense, its name, and the scenario without it."""
    found = []
    specs = scenario.document["defenses"]
    for place, spec in enumerate(specs):
        layers = spec.get(LAYERS)
        if isinstance(layers, list) and len(layers) > 1:
            for layer in layers:
                fewer = {**spec, LAYERS: [other for other in layers if other != layer]}
                left = changed(scenario, defenses=[*specs[:place], fewer, *specs[place + 1 :]])
                found.append((place, f"{spec['kind']}.{layer}", left))
        else:
            found.append((place, str(spec.get("name", spec["kind"])), without(scenario, defenses=[place])))
    return found
