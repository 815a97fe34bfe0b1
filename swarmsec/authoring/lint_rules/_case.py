"""What a rule sees: a scenario that was checked, what it names, and where it was written."""

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

BOUNDED_TO = 20_000
"""Daemons up to which the network's robustness is bounded; a tenth of a second at a few thousand."""


class Aimed(NamedTuple):
    """An attack of the scenario, and whom it targets in its first seed."""

    path: YamlPath
    cast: PluginSpec[Attack]
    targets: Ints

    @property
    def plugin(self) -> Attack:
        """The attack itself."""
        return self.cast.plugin

    def rounds_on(self, rounds: int) -> int:
        """How many rounds of a run it is on."""
        stop = rounds if self.plugin.stop is None else min(self.plugin.stop, rounds)
        return max(0, stop - self.plugin.start)

    def acts_in(self, rounds: int) -> bool:
        """Whether it does anything in a run."""
        return self.plugin.strength > 0 and self.rounds_on(rounds) > 0 and self.targets.size > 0


@dataclass(frozen=True, eq=False)
class LintCase:
    """A checked scenario as rules look at it.

    Attributes:
        scenario: The scenario; its `tree` knows where each value was written.
    """

    scenario: Scenario

    @property
    def document(self) -> Mapping[str, Any]:
        """The scenario with every default written out."""
        return self.scenario.document

    @property
    def tree(self) -> Tree:
        """What was written, and where."""
        return self.scenario.tree

    @property
    def rounds(self) -> int:
        """How long a run is."""
        return self.scenario.rounds

    @cached_property
    def setup(self) -> Setup:
        """The composition of the first seed."""
        return self.scenario.setup(self.scenario.seeds[0])

    @cached_property
    def attacks(self) -> tuple[Aimed, ...]:
        """Red's plug-ins with their targets."""
        pairs = zip(self.setup.attacks, self.setup.targets, strict=True)
        return tuple(Aimed(("attacks", number), cast, targets) for number, (cast, targets) in enumerate(pairs))

    @cached_property
    def acting(self) -> tuple[Aimed, ...]:
        """Those of them that do something."""
        return tuple(aimed for aimed in self.attacks if aimed.acts_in(self.rounds))

    @property
    def defenses(self) -> Iterator[tuple[YamlPath, PluginSpec[Defense]]]:
        """Blue's plug-ins with their places."""
        for number, cast in enumerate(self.setup.defenses):
            yield ("defenses", number), cast

    @cached_property
    def hijacked(self) -> Ints:
        """(k,) the daemons that attacks are aimed at whose credentials they take."""
        aimed = [one.targets for one in self.acting if one.plugin.surface.compromises]
        return np.unique(np.concatenate(aimed)).astype(np.int32) if aimed else np.empty(0, dtype=np.int32)

    @cached_property
    def robustness(self) -> Robustness | None:
        """How robust the network is, as far as that can be told at once; None for a large network."""
        return robustness(self.setup.network, time_limit=0) if self.setup.network.n <= BOUNDED_TO else None

    @cached_property
    def file(self) -> Path | None:
        """The file that it was read from, if it was one."""
        if self.scenario.source in library():
            return library()[self.scenario.source]
        path = Path(self.scenario.source)
        return path if path.suffix in {".yaml", ".yml"} and path.is_file() else None

    @property
    def in_library(self) -> bool:
        """Whether it is one of the scenarios that ship."""
        return self.file is not None and self.file.resolve().is_relative_to(library_folder().resolve())

    def written(self, *path: str | int) -> bool:
        """Whether somebody wrote this value, rather than left it at its default."""
        value: Any = self.tree.data
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return False
        return True
