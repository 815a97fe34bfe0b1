"""A scenario that has been checked: every default written out, every plug-in found, ready to be set up."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from swarmsec.errors import ScenarioError
from swarmsec.network import Network
from swarmsec.parameters import Problem
from swarmsec.registry import Registry, source_digest
from swarmsec.rng import Streams
from swarmsec.scenario.build import Parts, daemons_of, fresh, misfits, network_of, parts_of, resolved, setup_of
from swarmsec.scenario.changes import Changes
from swarmsec.scenario.check import check
from swarmsec.scenario.extends import extended
from swarmsec.scenario.findings import InvalidScenarioError, locate, refuse
from swarmsec.scenario.model import seed_list
from swarmsec.scenario.overrides import Teams, specs_of, steps, with_value
from swarmsec.scenario.schedule import expand
from swarmsec.scenario.sources import Source, read
from swarmsec.scenario.sweep import points
from swarmsec.scenario.yaml_tree import Tree
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.setup import Setup


@dataclass(frozen=True, eq=False)
class Scenario:
    """A scenario, checked and resolved.

    Attributes:
        document: The scenario with every default written out, as plain data; it loads to the same scenario.
        source: How a command line names it.
        changes: What was changed in it after it was read.
        registry: Where its plug-ins are found.
        tree: As it was written, after bases, schedule and campaigns, with the place of each value.
    """

    document: Mapping[str, Any]
    source: str
    changes: Changes
    registry: Registry
    tree: Tree = field(default_factory=lambda: Tree({}), repr=False)

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.document["name"])

    @property
    def title(self) -> str:
        """Its name for people."""
        return str(self.document["title"] or self.name)

    @property
    def version(self) -> int:
        """Its version."""
        return int(self.document["version"])

    @property
    def rounds(self) -> int:
        """How long a run is."""
        return int(self.document["rounds"])

    @property
    def n(self) -> int:
        """How many daemons there are."""
        return daemons_of(self.parts.topology)

    @property
    def stop(self) -> int:
        """The round from which all attacks are off, at most the number of rounds."""
        stops = [self.rounds if spec["stop"] is None else spec["stop"] for spec in self.document["attacks"]]
        return min(self.rounds, max(stops, default=0))

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds that it is played with unless others are asked for."""
        return seed_list(self.document["seeds"])

    @property
    def bill(self) -> str:
        """The bill that is scored."""
        return str(self.document["score"]["bill"])

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that decides a run of one seed: not the seeds, and not what is only told to people."""
        telling = {
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
        decisive = {
            key: value for key, value in self.document.items() if key not in telling and not key.startswith("x-")
        }
        canonical = json.dumps(decisive, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @cached_property
    def parts(self) -> Parts:
        """What the document names, found and built: once, for all arms and seeds."""
        return parts_of(self.document, self.registry)

    def for_arm(self, arm: Arm) -> Scenario:
        """The same with only the teams that take part in an arm, and without its sweep; made once."""
        if arm not in self._for_arms:
            parts = self.parts
            document = {**self.document, "sweep": {}}  # A sweep may go along a path into a team that is left out.
            if not arm.has_red:
                parts, document["attacks"] = parts._replace(attacks=()), []
            if not arm.has_blue:
                parts, document["defenses"] = parts._replace(defenses=()), []
            self._for_arms[arm] = _with_parts(replace(self, document=document), parts)
        return self._for_arms[arm]

    @cached_property
    def _for_arms(self) -> dict[Arm, Scenario]:
        return {}

    def points(self) -> list[tuple[dict[str, Any], Scenario]]:
        """The scenario at every point of its sweep: path → value, and the scenario there. Without a sweep, itself."""
        alone = {**self.document, "sweep": {}}
        here = Scenario(alone, self.source, self.changes, self.registry)
        return [(point, load_scenario(here, settings=point)) for point in points(self.document["sweep"])]

    @cached_property
    def plugin_digests(self) -> dict[str, str]:
        """`family/kind` → the digest of its source, for every plug-in that takes part."""
        taking_part = [("worlds", self.document["world"]), ("protocols", self.document["protocol"])]
        taking_part += [("attacks", spec) for spec in self.document["attacks"]]
        taking_part += [("defenses", spec) for spec in self.document["defenses"]]
        return {
            f"{family}/{spec['kind']}": source_digest(self.registry.get(family, spec["kind"]))  # type: ignore[arg-type]
            for family, spec in taking_part
        }

    def with_seeds(self, seeds: Sequence[int]) -> Scenario:
        """The same scenario with other seeds to be played with."""
        same = tuple(seeds) == self.seeds
        return self if same else replace(self, document={**self.document, "seeds": list(seeds)})

    def streams(self, seed: int) -> Streams:
        """The random streams of one seed."""
        return Streams(self.name, seed, int(self.document["root_seed"]))

    def setup(self, seed: int, *, network: Network | None = None) -> Setup:
        """The composition of one seed's run, from fresh plug-ins.

        Args:
            seed: Which seed.
            network: The network of this seed, if it is there already.
        """
        return setup_of(self.parts, self.streams(seed), network=network)

    def network(self, seed: int) -> Network:
        """Draw the network of one seed."""
        return network_of(self.parts, self.streams(seed))


def load_scenario(
    source: str | Path | Mapping[str, Any] | Scenario,
    *,
    settings: Mapping[str, Any] | None = None,
    attack: Teams | None = None,
    defense: Teams | None = None,
    plugins: Sequence[str | Path] = (),
) -> Scenario:
    """Load and check a scenario.

    Args:
        source: A library name, a file's path, a mapping, or a scenario that is already loaded.
        settings: Values to put in its place first: path → value, such as `attacks[0].bias`.
        attack: Attacks to play instead of its own: a kind, a mapping with a kind, or several.
        defense: Defenses to play instead of its own.
        plugins: Folders of plug-ins beyond those that are installed.

    Raises:
        UsageError: There is no such scenario.
        InvalidScenarioError: It is refused; the message tells everything that is wrong and where.
    """
    if isinstance(source, Scenario):
        written = Source(source.source, Tree(dict(source.document)))
        registry = Registry([*source.registry.folders, *plugins]) if plugins else source.registry
        changes = source.changes
        if not settings and attack is None and defense is None and not plugins:
            return source
    else:
        written, registry, changes = read(source), Registry(plugins), Changes()
    tree = extended(written, lambda tree, partial: _refuse_wrong(tree, registry, partial=partial))
    for key, teams in (("attacks", attack), ("defenses", defense)):
        if teams is not None:
            specs = specs_of(teams)
            tree, changes = _replaced(tree, key, specs), changes.with_team(key, specs)
    for path, value in (settings or {}).items():
        tree, changes = _replaced(tree, path, value), changes.with_setting(path, value)
    tree = _refuse_wrong(tree, registry)
    try:
        parts = parts_of(tree.data, registry)
    except ScenarioError as error:
        raise _refused([error], tree) from None
    scenario = Scenario(resolved(tree.data, parts), written.command, changes, registry, tree)
    if wrong := misfits(fresh(parts), scenario.streams(scenario.seeds[0])):
        raise _refused(wrong, tree)
    return _with_parts(scenario, parts)


def _with_parts(scenario: Scenario, parts: Parts) -> Scenario:
    """The scenario with the parts of its document, which need not be built again."""
    vars(scenario)["parts"] = parts
    return scenario


def _refuse_wrong(tree: Tree, registry: Registry, *, partial: bool = False) -> Tree:
    """The tree with schedule and campaigns written out, if nothing is wrong with it."""
    expanded, found = expand(tree)
    findings = [locate(problem, tree) for problem in found if not partial]
    wrong = check(expanded.data, registry, partial=partial)
    findings += [locate(one.problem, expanded, topic=one.topic) for one in wrong]
    if findings:
        raise refuse(findings, expanded)
    return expanded


def _refused(errors: Sequence[ScenarioError], tree: Tree) -> InvalidScenarioError:
    """The errors of plug-ins as findings."""
    return refuse([locate(Problem(steps(error.where), error.message), tree) for error in errors], tree)


def _replaced(tree: Tree, path: str, value: Any) -> Tree:
    """The tree with another value at a path, which from then on no file says."""
    if not isinstance(tree.data, Mapping):
        return tree
    way = steps(path)
    return Tree(with_value(tree.data, path, value), tree.places, tree.texts, (*tree.replaced, way))
