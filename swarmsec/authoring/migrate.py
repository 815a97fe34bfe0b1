"""Older formats of a scenario, and the dated steps that lead from each to the next.

A change of the format that an existing scenario could notice gets a new `apiVersion` and a step here, which is a
function on the text's entries (`swarmsec.authoring.yaml_layout`), so that every comment stays at its entry. The result
is laid out as `swarmsec fmt` does it. Steps are never changed once they are out.

`swarmsec/v1alpha1` is the form that the prototype read, before a scenario could have more than one attack:

    apiVersion: swarmsec/v1alpha1
    name: old
    agents: 7                                  # → network.n
    world: beliefs                             # a plug-in by its kind alone → {kind: beliefs}
    network: {type: circulant, offsets: [1]}   # type → kind, in every plug-in
    attack: {type: stubborn, daemons: [0]}     # → attacks, a list
    defense: {type: wmsr}                      # → defenses, a list
    seed: 7                                    # → seeds, a list
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

from swarmsec.authoring.fmt import document_text, formatted
from swarmsec.authoring.yaml_layout import Collection, Node, Scalar, YamlEntry, comments, take_apart, word
from swarmsec.errors import ScenarioError
from swarmsec.scenario.versions import CURRENT
from swarmsec.scenario.yaml_tree import parse


class Migration(NamedTuple):
    """One step.

    Attributes:
        old: The `apiVersion` that it starts from.
        new: The one that it leads to.
        since: When the new one came.
        apply: Changes a document in place, all but its `apiVersion`; says what is in the way in a ScenarioError.
    """

    old: str
    new: str
    since: date
    apply: Callable[[Collection], None]


def migrated(text: str, label: str = "<text>") -> str:
    """The text in today's format, as it is where it has that already.

    Args:
        text: A scenario.
        label: What to call it in errors.

    Raises:
        ScenarioError: It is no YAML, or of a format that nobody knows.
    """
    version = _version(parse(text, label).data, label)
    if version == CURRENT:
        return text
    layout = take_apart(text)
    assert layout is not None, "a mapping, as parse says"
    while version != CURRENT:
        step = STEPS.get(version)
        if step is None:
            known = ", ".join([*STEPS, CURRENT])
            raise ScenarioError(f"{version!r} is no format that this version knows; known: {known}", where=label)
        try:
            step.apply(layout.top)
        except ScenarioError as error:
            raise ScenarioError(error.message, where=f"{label}  {error.where}") from None
        version = step.new
        _entry(layout.top, "apiVersion").value = Scalar(version)
    new = formatted(document_text(layout), label)
    assert sorted(comments(new)) == sorted(comments(text)), f"a comment of {label} would be lost"
    return new


def _version(data: Any, label: str) -> str:
    if not isinstance(data, dict):
        raise ScenarioError("a scenario is a mapping of keys such as name, world and network", where=label)
    return str(data.get("apiVersion", CURRENT))


# The steps.


def _from_v1alpha1(top: Collection) -> None:
    """Plug-ins by kind and in lists, `network.n` and a list of seeds."""
    for key in ("world", "network", "protocol"):
        if (entry := _find(top, key)) and isinstance(entry.value, Scalar):
            entry.value = _by_kind(entry.value)
    for one, several in (("attack", "attacks"), ("defense", "defenses")):
        if entry := _renamed(top, one, several):
            entry.value = _listed(entry.value)
    if (entry := _renamed(top, "seed", "seeds")) and isinstance(entry.value, Scalar):
        entry.value = _collection(flow=True, entries=[YamlEntry("", entry.value, 0, 0)])
    for spec in _plugins(top):
        _renamed(spec, "type", "kind")
    _agents_into_network(top)


def _agents_into_network(top: Collection) -> None:
    agents, network = _find(top, "agents"), _find(top, "network")
    if agents is None:
        return
    if network is None or isinstance(network.value, Scalar):
        raise ScenarioError("there is no network to put it into", where="agents")
    if _find(network.value, "n"):
        raise ScenarioError("given next to network.n; keep one of the two", where="agents")
    top.entries.remove(agents)
    network.above = [*agents.above, *agents.behind, *agents.below, *network.above]
    network.value.entries.insert(1, YamlEntry("n", agents.value, 0, 0))


def _plugins(top: Collection) -> Iterator[Collection]:
    for key in ("world", "network", "protocol", "attacks", "defenses"):
        value = entry.value if (entry := _find(top, key)) else None
        if isinstance(value, Collection):
            inside = [value] if value.mapping else [one.value for one in value.entries]
            yield from (one for one in inside if isinstance(one, Collection))


def _listed(value: Node) -> Collection:
    """What was one plug-in as a list of it; what is a list already stays one."""
    if isinstance(value, Collection) and not value.mapping:
        return value
    spec = _by_kind(value) if isinstance(value, Scalar) else value
    return _collection(flow=False, entries=[YamlEntry("", spec, 0, 0)])


def _by_kind(value: Scalar) -> Collection:
    return Collection(mapping=True, flow=True, anchor="", entries=[YamlEntry("kind", value, 0, 0)])


def _collection(*, flow: bool, entries: list[YamlEntry]) -> Collection:
    return Collection(mapping=False, flow=flow, anchor="", entries=entries)


# What steps are made of.


def _find(node: Collection, key: str) -> YamlEntry | None:
    return next((entry for entry in node.entries if word(entry.key) == key), None)


def _entry(node: Collection, key: str) -> YamlEntry:
    entry = _find(node, key)
    assert entry is not None, f"no {key}"
    return entry


def _renamed(node: Collection, old: str, new: str) -> YamlEntry | None:
    """Give a key another name; None where there is no such key."""
    entry = _find(node, old)
    if entry is None:
        return None
    if _find(node, new):
        raise ScenarioError(f"given next to `{new}`; keep one of the two", where=old)
    entry.key = new
    return entry


MIGRATIONS = (Migration("swarmsec/v1alpha1", "swarmsec/v1", date(2026, 11, 23), _from_v1alpha1),)
"""Every step, oldest first."""

STEPS = {step.old: step for step in MIGRATIONS}
