"""A request for a tournament: what a command line or a file asks for, before anything is loaded or checked."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from swarmsec.errors import UsageError
from swarmsec.parameters import Help, MaxLen, MinLen, Problem, problems
from swarmsec.scenario import Spec, seed_list, tournament_library
from swarmsec.scenario.findings import locate, refuse
from swarmsec.scenario.one_line_fields import hidden_text
from swarmsec.scenario.overrides import as_option
from swarmsec.scenario.sources import read
from swarmsec.scenario.yaml_tree import Tree, YamlPath
from swarmsec.tournament.labels import TOGETHER, specs_of

Specs = tuple[Spec, ...]
"""Plug-ins that act together, as one contestant."""


@dataclass(kw_only=True)
class TournamentDocument:
    """The keys of a tournament in a YAML file."""

    apiVersion: Annotated[Literal["swarmsec/v1"], Help("The version of this format.")] = "swarmsec/v1"  # noqa: N815
    kind: Annotated[Literal["Tournament"], Help("What this document is.")] = "Tournament"
    name: Annotated[str, MinLen(1), MaxLen(100), Help("The name of the tournament.")] = "tournament"
    scenarios: Annotated[list[str], MinLen(1), Help("Library names or files; relative to this file first.")]
    attacks: Annotated[
        list[Any], Help("Each a kind, a mapping with a kind, or a list of plug-ins that act together.")
    ] = field(default_factory=list)
    defenses: Annotated[
        list[Any], Help("Each a kind, a mapping with a kind, or a list of plug-ins that act together.")
    ] = field(default_factory=list)
    seeds: Annotated[int | list[int] | None, Help("A count, from 0, or a list; each scenario's own unless given.")] = (
        None
    )
    nulls: Annotated[bool, Help("Whether null defenses take part.")] = True
    halving: Annotated[
        bool, Help("Whether to drop the weaker half of the defenses in every bracket of more seeds.")
    ] = False
    settings: Annotated[dict[str, Any], Help("Values to set in every scenario first: path → value.")] = field(
        default_factory=dict
    )
    plugins: Annotated[list[str], Help("Folders of plug-ins; relative to this file first.")] = field(
        default_factory=list
    )

    def __post_init__(self) -> None:
        if self.seeds is not None:
            seed_list(self.seeds)


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request for a tournament.

    Attributes:
        scenarios: Library names or files, in order.
        name: The name of the tournament; made of its scenarios' names if empty.
        attacks: Red's contestants; the attacks of each scenario if empty.
        defenses: Blue's contestants; the defenses of each scenario if empty.
        seeds: The seeds; each scenario's own if None.
        nulls: Whether null defenses take part.
        halving: Whether successive halving drops defenses.
        settings: path → value, set in every scenario first.
        plugins: Folders of plug-ins.
        tree: The YAML file with the place of each value; empty for a command line.
    """

    scenarios: tuple[str, ...]
    name: str = ""
    attacks: tuple[Specs, ...] = ()
    defenses: tuple[Specs, ...] = ()
    seeds: tuple[int, ...] | None = None
    nulls: bool = True
    halving: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    plugins: tuple[str, ...] = ()
    tree: Tree = field(default_factory=lambda: Tree({}), repr=False, compare=False)

    def with_values(self, **values: Any) -> Request:
        """The request with other values, for which errors point no longer into the file."""
        places: list[YamlPath] = [*self.tree.replaced, *((key,) for key in values)]
        tree = dataclasses.replace(self.tree, replaced=tuple(places))
        return dataclasses.replace(self, **values, tree=tree)

    def command(self, seeds: Mapping[str, tuple[int, ...]]) -> tuple[str, ...]:
        """The arguments of `swarmsec tournament` that make the same request.

        Args:
            seeds: Scenario → its seeds, written out if all scenarios have the same.
        """
        words = [*self.scenarios, *(["--name", self.name] if self.name else [])]
        for option, contestants in (("--attack", self.attacks), ("--defense", self.defenses)):
            for specs in contestants:
                words += [option, TOGETHER.join(as_option(spec) for spec in specs)]
        if len(set(seeds.values())) == 1:
            same = next(iter(seeds.values()))
            words += ["--seeds", ",".join(map(str, same)) + ("," if len(same) == 1 else "")]
        words += [] if self.nulls else ["--no-nulls"]
        words += ["--halving"] if self.halving else []
        for path, value in self.settings.items():
            words += ["--set", f"{path}={json.dumps(value, ensure_ascii=False)}"]
        return (*words, *(word for folder in self.plugins for word in ("--plugins", folder)))


def tournament_file(name: str) -> Path | None:
    """The file of a shipped tournament of that name, or of `kind: Tournament` at that path; None if there is none."""
    path = tournament_library().get(name, Path(name))
    if not path.is_file():
        return None
    data = read(path).tree.data
    return path if isinstance(data, Mapping) and data.get("kind") == "Tournament" else None


def request_of_file(path: Path) -> Request:
    """The request in a file.

    Raises:
        UsageError: The file does not exist.
        InvalidScenarioError: The file is invalid; the message lists every wrong key and its place.
    """
    tree = read(path).tree
    data = tree.data
    if not isinstance(data, Mapping):
        raise _refused([Problem((), "a tournament is a mapping of keys such as scenarios and defenses")], tree)
    keys = {key: value for key, value in data.items() if not key.startswith("x-")}
    found = hidden_text(keys) + [
        problem._replace(message=problem.message.replace("unknown parameter", "unknown key"))
        for problem in problems(TournamentDocument, keys)
    ]
    contestants: dict[str, list[Specs]] = {"attacks": [], "defenses": []}
    for key, several in contestants.items():
        written = keys.get(key, [])
        for position, one in enumerate(written if isinstance(written, list) else ()):
            specs = _specs(one)
            several += [specs] if specs else []
            if specs is None:
                what = "must be a kind, a mapping with a kind, or a list of these"
                found.append(Problem((key, position), f"{one!r} given; {what}"))
    if found:
        raise _refused(found, tree)
    document = TournamentDocument(**keys)
    return Request(
        name=document.name if "name" in keys else path.stem,
        scenarios=tuple(_relative_to(path, name) for name in document.scenarios),
        attacks=tuple(contestants["attacks"]),
        defenses=tuple(contestants["defenses"]),
        seeds=None if document.seeds is None else seed_list(document.seeds),
        nulls=document.nulls,
        halving=document.halving,
        settings=document.settings,
        plugins=tuple(_relative_to(path, name) for name in document.plugins),
        tree=tree,
    )


def _specs(written: Any) -> Specs | None:
    """The plug-ins of an item, or None if it has none."""
    several = written if isinstance(written, list) else [written]
    found: list[Spec] = []
    for one in several:
        if isinstance(one, str):
            try:
                found += specs_of(one)
            except UsageError:
                return None
        elif isinstance(one, Mapping) and isinstance(one.get("kind"), str):
            found.append(dict(one))
        else:
            return None
    return tuple(found) or None


def _relative_to(path: Path, name: str) -> str:
    """The file or folder of that name in the folder of `path` if there is one; otherwise the name."""
    there = path.parent / name
    return str(there) if there.exists() else name


def _refused(found: list[Problem], tree: Tree) -> Exception:
    return refuse([locate(problem, tree, topic="") for problem in found], tree)
