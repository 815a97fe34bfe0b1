"""The scenario, version 1: its keys, their types and bounds, in one place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from swarmsec.errors import ParameterError
from swarmsec.parameters import Ge, Help, Le, MaxLen, MinLen, Unit

PLUGINS_MAX = 1_000
"""So many attacks, campaigns written out, and so many defenses."""

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
    """A scenario's keys. Plug-in parameters are checked by the plug-ins' own classes."""

    apiVersion: Annotated[Literal["swarmsec/v1"], Help("The version of this format.")] = "swarmsec/v1"  # noqa: N815
    kind: Annotated[Literal["Scenario"], Help("What this document is.")] = "Scenario"
    name: Annotated[
        str, MinLen(1), MaxLen(100), Help("What it is called; streams of random numbers are keyed by it.")
    ] = "unnamed"
    version: Annotated[int, Ge(1), Help("Raised when its behavior changes.")] = 1
    extends: Annotated[str | None, Help("A scenario that this one differs from: a library name, or a file.")] = None
    title: Annotated[str, Help("Its name for people.")] = ""
    story: Annotated[str, Help("What happens, for whoever plays it.")] = ""
    goals: Annotated[list[str], Help("What one learns by playing it.")] = field(default_factory=list)
    difficulty: Annotated[Literal["intro", "easy", "medium", "hard", "open"], Help("How hard it is for blue.")] = "easy"
    tags: Annotated[list[str], Help("Words to find it by.")] = field(default_factory=list)
    world: Annotated[Spec, Help("What the swarm is in charge of.")]
    network: Annotated[Spec, Help("Who listens to whom.")]
    protocol: Annotated[Spec, Help("How the swarm negotiates.")] = field(
        default_factory=lambda: {"kind": "average_consensus"}
    )
    rounds: Annotated[int, Ge(1), Le(10_000_000), Unit("rounds"), Help("How long a run is.")] = 100
    engine: Annotated[Literal["arrays", "agents"], Help("agents lets Mesa step every daemon.")] = "arrays"
    schedule: Annotated[list[Spec], Help("Phases one after another; an attack may name one.")] = field(
        default_factory=list
    )
    campaigns: Annotated[dict[str, list[Spec]], Help("Named lists of attacks that follow one another.")] = field(
        default_factory=dict
    )
    attacks: Annotated[list[Spec], Help("Red's plug-ins.")] = field(default_factory=list)
    defenses: Annotated[list[Spec], Help("Blue's plug-ins.")] = field(default_factory=list)
    rules: Annotated[Spec, Help("The rules of engagement, of red and of blue.")] = field(default_factory=dict)
    sweep: Annotated[Spec, Help("Values to play it at: path → a list, or from, to and steps.")] = field(
        default_factory=dict
    )
    seeds: Annotated[int | list[int], Help("How many seeds, from 0, or which.")] = 5
    root_seed: Annotated[int, Ge(0), Help("Another one gives other random numbers to every seed.")] = 0
    score: Annotated[Spec, Help("`bill` names the world's bill that is scored.")] = field(default_factory=dict)

    def __post_init__(self) -> None:
        seed_list(self.seeds)


def seed_list(seeds: int | list[int]) -> tuple[int, ...]:
    """The seeds that a count or a list stands for.

    Raises:
        ParameterError: There is none, too many, one twice, or one that is negative.
    """
    if isinstance(seeds, int):
        if not 1 <= seeds <= SEEDS_MAX:
            raise ParameterError(f"{seeds} given; must be a count from 1 to {SEEDS_MAX:,}, or a list", where="seeds")
        return tuple(range(seeds))
    if not seeds or len(set(seeds)) < len(seeds) or not all(0 <= seed <= SEED_MAX for seed in seeds):
        raise ParameterError(f"{seeds} given; must be different numbers from 0 on", where="seeds")
    return tuple(seeds)


def digest_of(document: Mapping[str, Any]) -> str:
    """SHA-256 of everything in a resolved document that decides the run of one seed.

    Seeds, texts for people, `x-` keys, and keys that are already expanded (such as `schedule`) are left out.
    """
    decisive = {key: value for key, value in document.items() if key not in _WITHOUT_EFFECT and key[:2] != "x-"}
    canonical = json.dumps(decisive, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def stop_of(document: Mapping[str, Any]) -> int:
    """The first round of a resolved document after all its attacks, at most its number of rounds."""
    rounds = int(document["rounds"])
    stops = [rounds if spec["stop"] is None else int(spec["stop"]) for spec in document["attacks"]]
    return min(rounds, max(stops, default=0))
