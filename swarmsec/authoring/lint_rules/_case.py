"""The input of a lint rule: a checked scenario, its composition, and the places of its values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from swarmsec.arrays import Ints
from swarmsec.network import Robustness, robustness
from swarmsec.scenario.load import Scenario
from swarmsec.scenario.sources import library, library_folder
from swarmsec.scenario.yaml_tree import Tree, YamlPath
from swarmsec.swarm.setup import PluginSpec, Setup
from swarmsec.teams import Attack, Defense

ROBUSTNESS_DAEMONS_MAX = 20_000
"""The network's robustness is bounded for at most this many daemons; a few thousand take a tenth of a second."""


class TargetedAttack(NamedTuple):
    """An attack of the scenario with its targets in the first seed."""

    path: YamlPath
    spec: PluginSpec[Attack]
    targets: Ints

    @property
    def plugin(self) -> Attack:
        """The attack itself."""
        return self.spec.plugin

    def rounds_on(self, rounds: int) -> int:
        """The number of rounds in which it is active, in a run of `rounds` rounds."""
        stop = rounds if self.plugin.stop is None else min(self.plugin.stop, rounds)
        return max(0, stop - self.plugin.first_start)

    def acts_in(self, rounds: int) -> bool:
        """Whether it has an effect in a run of `rounds` rounds."""
        return self.plugin.strength > 0 and self.rounds_on(rounds) > 0 and self.targets.size > 0


@dataclass(frozen=True, eq=False)
class LintCase:
    """A checked scenario with the derived values that rules use.

    Attributes:
        scenario: The scenario; its `tree` has the place of each value.
    """

    scenario: Scenario

    @property
    def document(self) -> Mapping[str, Any]:
        """The scenario with every default written out."""
        return self.scenario.document

    @property
    def tree(self) -> Tree:
        """The scenario as written, with the places of its values."""
        return self.scenario.tree

    @property
    def rounds(self) -> int:
        """The number of rounds of a run."""
        return self.scenario.rounds

    @cached_property
    def setup(self) -> Setup:
        """The composition of the first seed."""
        return self.scenario.setup(self.scenario.seeds[0])

    @cached_property
    def attacks(self) -> tuple[TargetedAttack, ...]:
        """All attacks with their targets."""
        pairs = zip(self.setup.attacks, self.setup.targets, strict=True)
        return tuple(TargetedAttack(("attacks", number), spec, targets) for number, (spec, targets) in enumerate(pairs))

    @cached_property
    def acting(self) -> tuple[TargetedAttack, ...]:
        """The attacks that have an effect."""
        return tuple(aimed for aimed in self.attacks if aimed.acts_in(self.rounds))

    @property
    def defenses(self) -> Iterator[tuple[YamlPath, PluginSpec[Defense]]]:
        """All defenses with their paths."""
        for number, spec in enumerate(self.setup.defenses):
            yield ("defenses", number), spec

    @cached_property
    def hijacked(self) -> Ints:
        """(k,) the targets of all attacks that hijack daemons."""
        aimed = [one.targets for one in self.acting if one.plugin.surface.compromises]
        return np.unique(np.concatenate(aimed)).astype(np.int32) if aimed else np.empty(0, dtype=np.int32)

    @cached_property
    def robustness(self) -> Robustness | None:
        """Bounds on the network's robustness that take no search; None for a large network."""
        return robustness(self.setup.network, time_limit=0) if self.setup.network.n <= ROBUSTNESS_DAEMONS_MAX else None

    @cached_property
    def file(self) -> Path | None:
        """The file from which the scenario was read, or None."""
        if self.scenario.source in library():
            return library()[self.scenario.source]
        path = Path(self.scenario.source)
        return path if path.suffix in {".yaml", ".yml"} and path.is_file() else None

    @property
    def in_library(self) -> bool:
        """Whether it is one of the shipped scenarios."""
        return self.file is not None and self.file.resolve().is_relative_to(library_folder().resolve())

    def written(self, *path: str | int) -> bool:
        """Whether the author wrote this value; False for a default."""
        value: Any = self.tree.data
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return False
        return True
