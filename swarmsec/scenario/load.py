"""Load scenarios: read, merge, expand, check and resolve them, so that they can be set up and run."""

from __future__ import annotations

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
from swarmsec.scenario.build import (
    Parts,
    composition_errors,
    fresh,
    network_of,
    parts_of,
    plugin_names,
    resolved,
    score_of,
    setup_of,
)
from swarmsec.scenario.check import check
from swarmsec.scenario.data_files import with_data_files
from swarmsec.scenario.extends import extended
from swarmsec.scenario.findings import InvalidScenarioError, locate, refuse
from swarmsec.scenario.model import digest_of, seed_list
from swarmsec.scenario.one_line_fields import hidden_text
from swarmsec.scenario.overrides import Changes, Teams, specs_of, steps, with_value
from swarmsec.scenario.schedule import expand
from swarmsec.scenario.sources import ScenarioSource, read
from swarmsec.scenario.sweep import points
from swarmsec.scenario.yaml_tree import Tree
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.setup import Setup


@dataclass(frozen=True, eq=False, repr=False)
class Scenario:
    """A scenario, checked and resolved.

    Attributes:
        document: The scenario as plain data with every default written out; it loads to the same scenario.
        source: Its name or path on a command line.
        changes: The changes made after it was read.
        registry: The plug-ins that it may use.
        tree: The scenario as written, with bases merged, schedule and campaigns expanded, and the place of each value.
    """

    document: Mapping[str, Any]
    source: str
    changes: Changes
    registry: Registry
    tree: Tree = field(default_factory=lambda: Tree({}), repr=False)

    def __repr__(self) -> str:
        teams = [", ".join(str(spec["kind"]) for spec in self.document[key]) for key in ("attacks", "defenses")]
        against = " against ".join(team or "nobody" for team in teams)
        world = self.document["world"]["kind"]
        return f"<Scenario {self.name}: {world}, {self.n:,} daemons, {self.rounds:,} rounds, {_cut(against)}>"

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.document["name"])

    @property
    def title(self) -> str:
        """Its title; its name if it has none."""
        return str(self.document["title"] or self.name)

    @property
    def version(self) -> int:
        """Its version."""
        return int(self.document["version"])

    @property
    def rounds(self) -> int:
        """The number of rounds of a run."""
        return int(self.document["rounds"])

    @property
    def n(self) -> int:
        """The number of daemons."""
        return self.parts.n

    @property
    def seeds(self) -> tuple[int, ...]:
        """The default seeds of a run."""
        return seed_list(self.document["seeds"])

    @property
    def bill(self) -> str:
        """The name of the bill that is scored."""
        return str(self.document["score"]["bill"])

    @property
    def unit(self) -> str:
        """The unit of the scored bill."""
        return str(self.registry.get("worlds", self.document["world"]["kind"]).unit_of(self.bill))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that decides the run of one seed."""
        return digest_of(self.document)

    @cached_property
    def parts(self) -> Parts:
        """Everything that the document names, built once for all arms and seeds."""
        return parts_of(self.document, self.registry)

    def for_arm(self, arm: Arm) -> Scenario:
        """The scenario with only the teams of an arm, and without its sweep; cached."""
        if arm not in self._for_arms:
            parts = self.parts
            document = {**self.document, "sweep": {}}  # A path of the sweep may lead into the removed team.
            if not arm.has_red:
                parts = parts._replace(attacks=(), unbilled=(*parts.unbilled, *parts.aims))
                document["attacks"] = []
                document["score"] = score_of(parts)
            if not arm.has_blue:
                parts, document["defenses"] = parts._replace(defenses=()), []
            self._for_arms[arm] = _with_parts(replace(self, document=document), parts)
        return self._for_arms[arm]

    @cached_property
    def _for_arms(self) -> dict[Arm, Scenario]:
        return {}

    def points(self) -> list[tuple[dict[str, Any], Scenario]]:
        """Every point of its sweep: path → value, and the scenario with them. Without a sweep: one empty point."""
        alone = {**self.document, "sweep": {}}
        here = Scenario(alone, self.source, self.changes, self.registry)
        return [(point, load_scenario(here, settings=point)) for point in points(self.document["sweep"])]

    @cached_property
    def plugin_digests(self) -> dict[str, str]:
        """`family/kind` → the digest of its source, for every plug-in of the scenario."""
        return {
            f"{family}/{kind}": source_digest(self.registry.get(family, kind))
            for family, kind in plugin_names(self.document)
        }

    @property
    def plugin_packages(self) -> dict[str, str]:
        """The installed packages of its plug-ins, with their versions."""
        packages = (self.registry.package_of(family, kind) for family, kind in plugin_names(self.document))
        return dict(package for package in packages if package)

    def with_seeds(self, seeds: Sequence[int]) -> Scenario:
        """The same scenario with other seeds."""
        same = tuple(seeds) == self.seeds
        return self if same else replace(self, document={**self.document, "seeds": list(seeds)})

    def streams(self, seed: int) -> Streams:
        """The random streams of one seed."""
        return Streams(self.name, seed, int(self.document["root_seed"]))

    def setup(self, seed: int, *, network: Network | None = None) -> Setup:
        """The composition of one seed's run, from fresh plug-ins.

        Args:
            seed: The seed.
            network: The network of this seed; drawn unless given.
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
    registry: Registry | None = None,
    extends_from: Sequence[str | Path] = (),
) -> Scenario:
    """Load and check a scenario.

    Args:
        source: A library name, a file's path, a mapping, or a scenario that is already loaded.
        settings: Values to change: path → value, such as `attacks[0].bias`.
        attack: Attacks that replace the scenario's own: a kind, a mapping with a kind, or several.
        defense: Defenses that replace the scenario's own.
        plugins: Folders of plug-ins, in addition to the installed ones.
        registry: The plug-ins of a scenario that is not loaded yet, instead of the installed ones and `plugins`.
        extends_from: Folders with scenarios that this one may extend, in addition to its own folder and the library.

    Raises:
        UsageError: The scenario does not exist.
        InvalidScenarioError: The scenario has errors; the message lists all of them with their places.
    """
    if isinstance(source, Scenario):
        written = ScenarioSource(source.source, Tree(dict(source.document)))
        registry = Registry([*source.registry.folders, *plugins]) if plugins else source.registry
        changes = source.changes
        if not settings and attack is None and defense is None and not plugins:
            return source
    else:
        written, registry, changes = read(source), registry or Registry(plugins), Changes(tuple(map(str, extends_from)))
    tree = extended(written, lambda tree, partial: _refuse_wrong(tree, registry, partial=partial), allowed=extends_from)
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
    if wrong := composition_errors(fresh(parts), [scenario.streams(seed) for seed in scenario.seeds]):
        raise _refused(wrong, tree)
    return _with_parts(scenario, parts)


def _with_parts(scenario: Scenario, parts: Parts) -> Scenario:
    """The scenario with parts that are already built from its document."""
    vars(scenario)["parts"] = parts
    return scenario


def _refuse_wrong(tree: Tree, registry: Registry, *, partial: bool = False) -> Tree:
    """The tree with schedule and campaigns expanded.

    Raises:
        InvalidScenarioError: It has errors.
    """
    with_digests, outside = with_data_files(tree, registry)
    if outside:  # The check of the parameters would read these files.
        raise refuse([locate(problem, tree) for problem in outside], tree)
    expanded, found = expand(with_digests)
    findings = [locate(problem, tree) for problem in [*hidden_text(tree.data), *(() if partial else found)]]
    wrong = check(expanded.data, registry, partial=partial)
    findings += [locate(one.problem, expanded, topic=one.topic) for one in wrong]
    if findings:
        raise refuse(findings, expanded)
    return expanded


def _refused(errors: Sequence[ScenarioError], tree: Tree) -> InvalidScenarioError:
    """The error of a scenario for errors that its plug-ins raised."""
    return refuse([locate(Problem(steps(error.where), error.message), tree) for error in errors], tree)


def _replaced(tree: Tree, path: str, value: Any) -> Tree:
    """The tree with another value at a path, marked as not from a file."""
    if not isinstance(tree.data, Mapping):
        return tree
    way = steps(path)
    return Tree(with_value(tree.data, path, value), tree.places, tree.texts, (*tree.replaced, way))


def _cut(text: str) -> str:
    """The text, at most 200 characters of it."""
    return text if len(text) <= 200 else f"{text[:199]}…"
