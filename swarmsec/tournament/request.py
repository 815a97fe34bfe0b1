"""What a tournament was asked to be, before anything is looked up or checked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from swarmsec.errors import UsageError
from swarmsec.parameters import Help, MaxLen, MinLen, Problem, problems
from swarmsec.scenario import Spec, seed_list
from swarmsec.scenario.findings import locate, refuse
from swarmsec.scenario.sources import read
from swarmsec.scenario.yaml_tree import Tree, YamlPath
from swarmsec.tournament.labels import specs_of

Team = tuple[Spec, ...]
"""Plug-ins that play as one."""


@dataclass(kw_only=True)
class Document:
    """A tournament's keys in a YAML file."""

    apiVersion: Annotated[Literal["swarmsec/v1"], Help("The version of this format.")] = "swarmsec/v1"  # noqa: N815
    kind: Annotated[Literal["Tournament"], Help("What this document is.")] = "Tournament"
    name: Annotated[str, MinLen(1), MaxLen(100), Help("What it is called.")] = "tournament"
    scenarios: Annotated[list[str], MinLen(1), Help("Library names, or files; beside this one first.")]
    attacks: Annotated[list[Any], Help("Each a kind, a mapping with a kind, or a list that plays as one.")] = field(
        default_factory=list
    )
    defenses: Annotated[list[Any], Help("Each a kind, a mapping with a kind, or a list that plays as one.")] = field(
        default_factory=list
    )
    seeds: Annotated[int | list[int] | None, Help("How many, from 0, or which; each scenario's own unless said.")] = (
        None
    )
    nulls: Annotated[bool, Help("Whether the nulls play beside the defenses.")] = True
    halving: Annotated[bool, Help("Whether the weaker half of the defenses goes after ever more seeds.")] = False
    settings: Annotated[dict[str, Any], Help("Values to put into every scenario first: path → value.")] = field(
        default_factory=dict
    )
    plugins: Annotated[list[str], Help("Folders of plug-ins; beside this file first.")] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.seeds is not None:
            seed_list(self.seeds)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A tournament as it was asked for.

    Attributes:
        scenarios: Library names or files, in order.
        name: What it is called; by its scenarios, if nothing is said.
        attacks: Teams of plug-ins; none for each scenario's own.
        defenses: Teams of plug-ins; none for each scenario's own.
        seeds: Which; None for each scenario's own.
        nulls: Whether the nulls play beside the defenses.
        halving: Whether defenses are dropped on the way.
        settings: path → value, put into every scenario first.
        plugins: Folders of plug-ins.
        tree: Where a file says what; empty for a command line.
    """

    scenarios: tuple[str, ...]
    name: str = ""
    attacks: tuple[Team, ...] = ()
    defenses: tuple[Team, ...] = ()
    seeds: tuple[int, ...] | None = None
    nulls: bool = True
    halving: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    plugins: tuple[str, ...] = ()
    tree: Tree = field(default_factory=lambda: Tree({}), repr=False, compare=False)


def is_tournament_file(name: str) -> bool:
    """Whether a name is that of a file that says `kind: Tournament`."""
    path = Path(name)
    if not path.is_file():
        return False
    data = read(path).tree.data
    return isinstance(data, Mapping) and data.get("kind") == "Tournament"


def draft_of_file(path: Path) -> Draft:
    """The tournament that a file asks for.

    Raises:
        UsageError: There is no such file.
        InvalidScenarioError: It is refused; the message tells everything that is wrong with its keys, and where.
    """
    tree = read(path).tree
    data = tree.data
    if not isinstance(data, Mapping):
        raise _refused([Problem((), "a tournament is a mapping of keys such as scenarios and defenses")], tree)
    keys = {key: value for key, value in data.items() if not key.startswith("x-")}
    found = [
        problem._replace(message=problem.message.replace("unknown parameter", "unknown key"))
        for problem in problems(Document, keys)
    ]
    teams: dict[str, list[Team]] = {"attacks": [], "defenses": []}
    for key, several in teams.items():
        written = keys.get(key, [])
        for position, one in enumerate(written if isinstance(written, list) else ()):
            team = _team(one)
            several += [team] if team else []
            if team is None:
                what = "must be a kind, a mapping with a kind, or a list of these"
                found.append(Problem((key, position), f"{one!r} given; {what}"))
    if found:
        raise _refused(found, tree)
    document = Document(**keys)
    return Draft(
        name=document.name if "name" in keys else path.stem,
        scenarios=tuple(_beside(path, name) for name in document.scenarios),
        attacks=tuple(teams["attacks"]),
        defenses=tuple(teams["defenses"]),
        seeds=None if document.seeds is None else seed_list(document.seeds),
        nulls=document.nulls,
        halving=document.halving,
        settings=document.settings,
        plugins=tuple(_beside(path, name) for name in document.plugins),
        tree=tree,
    )


def replaced(draft: Draft, **changes: Any) -> Draft:
    """The draft with other values, which no file says any more."""
    places: list[YamlPath] = [*draft.tree.replaced, *((key,) for key in changes)]
    tree = dataclasses.replace(draft.tree, replaced=tuple(places))
    return dataclasses.replace(draft, **changes, tree=tree)


def _team(written: Any) -> Team | None:
    """The plug-ins of an item, or None if it is none."""
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


def _beside(path: Path, name: str) -> str:
    """A file or folder as seen from where a command runs, if there is one beside the tournament's."""
    there = path.parent / name
    return str(there) if there.exists() else name


def _refused(found: list[Problem], tree: Tree) -> Exception:
    return refuse([locate(problem, tree, topic="") for problem in found], tree)
