"""The keys of a scenario, version 1, with their types and bounds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from swarmsec.errors import ParameterError
from swarmsec.parameters import Ge, Help, Le, MaxLen, MinLen, Unit
from swarmsec.rng import Streams
from swarmsec.teams import moved

PLUGINS_MAX = 1_000
"""At most this many attacks, steps of campaigns included, and at most this many defenses."""

_WITHOUT_EFFECT = {
    "seeds",
    "title",
    "story",
    "goals",
    "difficulty",
    "tags",
    "extends",
    "schedule",
    "campaigns",
    "sweep",
}
"""Keys of a resolved document that do not change the run of one seed."""

SEEDS_MAX = 100_000
SEED_MAX = 2**63 - 1

Spec = dict[str, Any]
"""A plug-in in a scenario: its `kind`, and its parameters by name."""


@dataclass(kw_only=True)
class Document:
    """The keys of a scenario. The classes of the plug-ins check their own parameters."""

    apiVersion: Annotated[Literal["swarmsec/v1"], Help("The version of this format.")] = "swarmsec/v1"  # noqa: N815
    kind: Annotated[Literal["Scenario"], Help("The type of this document.")] = "Scenario"
    name: Annotated[str, MinLen(1), MaxLen(100), Help("Its name, which is also the key of its random streams.")] = (
        "unnamed"
    )
    version: Annotated[int, Ge(1), Help("Its version; raise it when its behavior changes.")] = 1
    extends: Annotated[str | None, Help("The scenario that this one is based on: a library name, or a file.")] = None
    title: Annotated[str, Help("Its title.")] = ""
    story: Annotated[str, Help("What happens, in a few sentences.")] = ""
    goals: Annotated[list[str], Help("What it teaches.")] = field(default_factory=list)
    difficulty: Annotated[Literal["intro", "easy", "medium", "hard", "open"], Help("How hard it is for blue.")] = "easy"
    tags: Annotated[list[str], Help("Keywords for searching.")] = field(default_factory=list)
    world: Annotated[Spec, Help("What the swarm controls.")]
    network: Annotated[Spec, Help("Which daemons listen to which.")]
    protocol: Annotated[Spec, Help("How the swarm negotiates.")] = field(
        default_factory=lambda: {"kind": "average_consensus"}
    )
    rounds: Annotated[int, Ge(1), Le(10_000_000), Unit("rounds"), Help("How long a run is.")] = 100
    engine: Annotated[Literal["arrays", "agents"], Help("With agents, Mesa steps every daemon.")] = "arrays"
    schedule: Annotated[list[Spec], Help("The phases of a run; an attack may name one.")] = field(default_factory=list)
    campaigns: Annotated[dict[str, list[Spec]], Help("Named sequences of attacks.")] = field(default_factory=dict)
    attacks: Annotated[list[Spec], Help("Red's plug-ins.")] = field(default_factory=list)
    defenses: Annotated[list[Spec], Help("Blue's plug-ins.")] = field(default_factory=list)
    rules: Annotated[Spec, Help("The rules of engagement: the budgets of red and blue.")] = field(default_factory=dict)
    sweep: Annotated[Spec, Help("The values to sweep: path → a list, or from, to and steps.")] = field(
        default_factory=dict
    )
    seeds: Annotated[int | list[int], Help("The number of seeds, counted from 0, or a list of seeds.")] = 5
    root_seed: Annotated[int, Ge(0), Help("Changes the random numbers of every seed.")] = 0
    score: Annotated[Spec, Help("`bill` is the name of the world's bill that is scored.")] = field(default_factory=dict)

    def __post_init__(self) -> None:
        seed_list(self.seeds)


def seed_list(seeds: int | list[int]) -> tuple[int, ...]:
    """The seeds that `seeds` stands for: 0 to n - 1 for a count n, or the list itself.

    Raises:
        ParameterError: There are none or too many, or a seed is repeated or negative.
    """
    if isinstance(seeds, int):
        if not 1 <= seeds <= SEEDS_MAX:
            raise ParameterError(f"{seeds} given; must be a count from 1 to {SEEDS_MAX:,}, or a list", where="seeds")
        return tuple(range(seeds))
    if not seeds or len(set(seeds)) < len(seeds) or not all(0 <= seed <= SEED_MAX for seed in seeds):
        raise ParameterError(f"{seeds} given; must be distinct numbers, 0 or greater", where="seeds")
    return tuple(seeds)


def digest_of(document: Mapping[str, Any]) -> str:
    """SHA-256 of everything in a resolved document that decides the run of one seed.

    Seeds, descriptive texts, `x-` keys, and keys that are already expanded (such as `schedule`) are left out.
    """
    decisive = {
        key: _without_path(value) for key, value in document.items() if key not in _WITHOUT_EFFECT and key[:2] != "x-"
    }
    canonical = json.dumps(decisive, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _without_path(value: Any) -> Any:
    """A plug-in without the place of its data file, whose digest decides; the value itself if it has none."""
    if not isinstance(value, Mapping) or "path" not in value or "digest" not in value:
        return value
    unused = {"path"} if value["path"] is not None else {"path", "digest"}
    return {key: one for key, one in value.items() if key not in unused}


def stop_of(document: Mapping[str, Any], seed: int) -> int:
    """The first round of a resolved document after all its attacks, in a seed; at most its number of rounds."""
    rounds = int(document["rounds"])
    streams = Streams(document["name"], seed, int(document["root_seed"]))
    stops = [
        rounds if spec["stop"] is None else int(spec["stop"]) + moved(spec["start"], streams.of(f"red/{number}/start"))
        for number, spec in enumerate(document["attacks"])
    ]
    return min(rounds, max(stops, default=0))
