"""`swarmsec list` and `swarmsec show`: plug-ins and scenarios."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from swarmsec.cli.catalog import plugin_page, read_catalog
from swarmsec.cli.lazy_numpy import numpy_on_demand
from swarmsec.cli.options import Json, Plugins
from swarmsec.cli.output import print_json, say, terminal
from swarmsec.entry_points import any_package_defines_plugins
from swarmsec.errors import PluginError, UnknownNameError, UsageError, did_you_mean
from swarmsec.report.tables import plain_table, yaml_word

if TYPE_CHECKING:
    from rich.console import RenderableType

    from swarmsec.plugin import Family
    from swarmsec.registry import Registry


class ListGroup(StrEnum):
    """The groups of `list`."""

    ATTACKS = "attacks"
    DEFENSES = "defenses"
    PROTOCOLS = "protocols"
    WORLDS = "worlds"
    SCENARIOS = "scenarios"
    TOPOLOGIES = "topologies"


class Difficulty(StrEnum):
    """The difficulty of a scenario for blue."""

    INTRO = "intro"
    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"
    OPEN = "open"


class ThreatLists(StrEnum):
    """The published lists of threats."""

    OWASP = "owasp"
    ATLAS = "atlas"
    ENTERPRISE = "enterprise-attack"
    ICS = "ics-attack"


class NavigatorDomain(StrEnum):
    """The lists that the ATT&CK Navigator shows."""

    ENTERPRISE = "enterprise-attack"
    ICS = "ics-attack"


def list_(
    what: Annotated[ListGroup | None, typer.Argument(help="One group; all of them unless given.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only scenarios with this tag, or with all of several.")] = None,
    difficulty: Annotated[Difficulty | None, typer.Option(help="Only scenarios of this difficulty.")] = None,
    world: Annotated[str | None, typer.Option(help="Only scenarios in this world.", metavar="KIND")] = None,
    threats: Annotated[
        ThreatLists | None, typer.Option(help="Attacks by the entries of a list of threats.", metavar="LIST")
    ] = None,
    atlas: Annotated[bool, typer.Option("--atlas", help="The same as --threats atlas.")] = False,
    navigator: Annotated[
        NavigatorDomain | None, typer.Option(help="Print a layer for the ATT&CK Navigator.", metavar="DOMAIN")
    ] = None,
    as_json: Json = False,
    plugins: Plugins = None,
) -> None:
    """List attacks, defenses, protocols, worlds, topologies and scenarios."""
    if threats or atlas or navigator:
        if what not in {None, ListGroup.ATTACKS}:
            raise UsageError(f"{what} name no threats; list attacks with this option")
        _print_threats(ThreatLists.ATLAS if atlas else threats, navigator, _registry(plugins), as_json=as_json)
        return
    if tag or difficulty or world:
        if what not in {None, ListGroup.SCENARIOS}:
            raise UsageError(f"{what} have no tag, difficulty or world; list scenarios with these options")
        what = ListGroup.SCENARIOS
    # A list of scenarios needs no plug-ins, but a given folder must exist.
    registry = None if what is ListGroup.SCENARIOS and not plugins else _registry(plugins)
    groups: dict[str, dict[str, Any]] = {group: _entries(group, registry) for group in ([what] if what else ListGroup)}
    if registry and what is not ListGroup.SCENARIOS and (broken := registry.broken()):
        groups[_BROKEN] = {name: _broken(error) for name, error in broken.items()}
    if ListGroup.SCENARIOS in groups:
        groups[ListGroup.SCENARIOS] = _filtered(groups[ListGroup.SCENARIOS], set(tag or ()), difficulty, world)
    if as_json:
        print_json(groups)
        return
    if console := terminal():
        for group, entries in groups.items():
            columns = (
                ["name", "for blue", "in one line", "tags"] if group is ListGroup.SCENARIOS else ["name", "in one line"]
            )
            console.print(_table(group, columns, [(name, *_cells(entry)) for name, entry in entries.items()]))
        return
    for group, entries in groups.items():
        width = max(map(len, entries), default=0)
        for name, entry in entries.items():
            line = _line(entry)
            say(f"{name:<{width}}  {line}" if what else f"{group:<10}  {name:<21}  {line}")


def _print_threats(
    listed: ThreatLists | None, domain: NavigatorDomain | None, registry: Registry | None, *, as_json: bool
) -> None:
    """Print the attacks by the threats of a list, or as a layer of the ATT&CK Navigator."""
    from swarmsec.threats import attacks_by_threat, navigator_layer, threat_lists

    attacks = {
        kind: _page(ListGroup.ATTACKS, kind, registry)["traits"]["threats"].split(", ")
        for kind in _names(ListGroup.ATTACKS, registry)
        if kind != "none"
    }
    if domain:
        print_json(navigator_layer(domain.value, attacks))
        return
    assert listed
    chosen = threat_lists()[listed.value]
    found = attacks_by_threat(listed.value, attacks)
    without = [kind for kind in attacks if not any(kind in kinds for kinds in found.values())]
    if as_json:
        entries = [{"id": threat, "name": chosen.threats[threat], "attacks": kinds} for threat, kinds in found.items()]
        print_json({"list": listed.value, "version": chosen.version, "threats": entries, "none": without})
        return
    say(f"{chosen.name}, {chosen.version}\n")
    rows = [(threat, chosen.threats[threat], ", ".join(kinds)) for threat, kinds in found.items()]
    say(plain_table([*rows, ("none", "no entry fits", ", ".join(without))], indent=0, heading=False))


_BROKEN = "broken"
"""The group of files and packages that cannot be read, so that their families are unknown."""


def _broken(error: PluginError) -> str:
    """Why a plug-in is broken, in one line."""
    return "broken: " + " ".join(str(error).split())


def show(
    name: Annotated[str, typer.Argument(help="The name of a plug-in or a scenario.")],
    as_json: Json = False,
    plugins: Plugins = None,
) -> None:
    """Show a plug-in or scenario: mechanism, source, traits, parameters with bounds and units."""
    registry = _registry(plugins)
    found = [(group, full) for group in ListGroup for full in _matching_names(group, name, registry)]
    if not found:
        known = [known for group in ListGroup for known in _names(group, registry)]
        raise UsageError(f"no plug-in or scenario `{name}`; {did_you_mean(name, known)}")
    pages = [_page(group, full, registry) for group, full in found]
    if as_json:
        print_json(pages if len(pages) > 1 else pages[0])
        return
    console = terminal()
    for page in pages:
        if console:
            console.print(_rich_page(page))
        else:
            say("\n".join(_plain_page(page)))


def _registry(plugins: Sequence[Path] | None) -> Registry | None:
    """The registry if there may be plug-ins that are not shipped; None if the catalog has all of them."""
    if not plugins and not any_package_defines_plugins():
        return None
    numpy_on_demand()
    from swarmsec.registry import Registry

    return Registry(plugins or ())


def _names(group: ListGroup, registry: Registry | None) -> list[str]:
    if registry and group is not ListGroup.SCENARIOS:
        return registry.kinds(_family(group))
    return list(read_catalog()[group])


def _matching_names(group: ListGroup, name: str, registry: Registry | None) -> list[str]:
    """The full names in a group that match a name; several if packages have the same kind."""
    if group is ListGroup.SCENARIOS or not registry:
        return [name] if name in read_catalog()[group] else []
    try:
        return [registry.full_name(_family(group), name)]
    except UnknownNameError:
        return [full for full in registry.classes(_family(group)) if full.endswith(f"/{name}")]


def _family(group: ListGroup) -> Family:
    assert group is not ListGroup.SCENARIOS
    return group.value  # type: ignore[return-value]


def _entries(group: ListGroup, registry: Registry | None) -> dict[str, Any]:
    """All entries of a group: one line per plug-in, more per scenario."""
    if group is ListGroup.SCENARIOS:
        return dict(read_catalog()[group])
    if not registry:
        return {name: page["summary"] for name, page in read_catalog()[group].items()}
    broken = registry.broken(_family(group))
    return {
        name: _broken(broken[name]) if name in broken else registry.get(_family(group), name).summary()
        for name in _names(group, registry)
    }


def _filtered(
    scenarios: dict[str, Any], tags: set[str], difficulty: Difficulty | None, world: str | None
) -> dict[str, Any]:
    """The scenarios that match all filters.

    Raises:
        UsageError: No scenario has such a tag or world.
    """
    for what, asked, known in (
        ("tag", tags, {tag for entry in scenarios.values() for tag in entry["tags"]}),
        ("world", {world} - {None}, {entry["world"] for entry in scenarios.values()}),
    ):
        for name in sorted(map(str, asked)):
            if name not in known:
                raise UsageError(f"no scenario has the {what} `{name}`; {did_you_mean(name, sorted(known))}")
    return {
        name: entry
        for name, entry in scenarios.items()
        if tags <= set(entry["tags"]) and difficulty in {None, entry["difficulty"]} and world in {None, entry["world"]}
    }


def _cells(entry: Any) -> tuple[str, ...]:
    """An entry of a list, cell by cell."""
    if isinstance(entry, str):
        return (entry,)
    return entry["difficulty"], entry["summary"], ", ".join(entry["tags"])


def _line(entry: Any) -> str:
    """An entry of a list in one line."""
    if isinstance(entry, str):
        return entry
    difficulty, summary, tags = _cells(entry)
    return f"{difficulty:<6}  {summary}  [{tags}]"


def _page(group: ListGroup, name: str, registry: Registry | None) -> dict[str, Any]:
    """The page of one name, as plain data."""
    if group is ListGroup.SCENARIOS:
        return _scenario_page(name)
    if registry:
        return plugin_page(_family(group), name, registry)
    page: dict[str, Any] = read_catalog()[group][name]
    return page


def _scenario_page(name: str) -> dict[str, Any]:
    numpy_on_demand()
    from swarmsec.scenario import load_scenario

    document = load_scenario(name).document
    about = [str(document["story"]).strip()]
    if document["goals"]:
        about += ["", "Goals:", *(f"- {goal}" for goal in document["goals"])]
    return {
        "name": name,
        "kind": str(ListGroup.SCENARIOS),
        "summary": read_catalog()[ListGroup.SCENARIOS][name]["summary"],
        "about": "\n".join(about),
        "traits": {
            "version": str(document["version"]),
            "rounds": f"{document['rounds']:,}",
            "difficulty": document["difficulty"],
            "tags": ", ".join(document["tags"]) or "none",
        },
        "scenario": dict(document),
    }


def _table(title: str, columns: list[str], rows: list[tuple[str, ...]]) -> RenderableType:
    from rich.table import Table

    from swarmsec.report.fitting import FittingTable

    table = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*row)
    return FittingTable(table)


def _parameter_rows(page: dict[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            one["name"],
            "required" if one["required"] else yaml_word(one["default"]),
            one["type"],
            one["bounds"],
            one["unit"],
            one["help"],
        )
        for one in page.get("parameters", ())
    ]


def _heading(page: dict[str, Any]) -> str:
    traits = "  ".join(f"{name} {value}" for name, value in page["traits"].items())
    return f"{page['name']}  ({page['kind']})  {traits}".rstrip()


def _rich_page(page: dict[str, Any]) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    parts: list[RenderableType] = [Text(_heading(page), style="bold"), Text(), Text(page["about"]), Text()]
    if rows := _parameter_rows(page):
        parts.append(_table("parameters", ["name", "default", "type", "bounds", "unit", "what it does"], rows))
    if "scenario" in page:
        parts += [Text(_composition(page)), Text()]
    return Group(*parts)


def _plain_page(page: dict[str, Any]) -> list[str]:
    lines = [_heading(page), "", *page["about"].splitlines(), ""]
    rows = _parameter_rows(page)
    if rows:
        lines.append(plain_table(rows, indent=0, heading=False))
    if "scenario" in page:
        lines.append(_composition(page))
    return lines


def _composition(page: dict[str, Any]) -> str:
    """The parts of a scenario, one per line."""
    keys = ("world", "network", "protocol", "attacks", "defenses", "rules", "sweep")
    parts = {key: page["scenario"][key] for key in keys if key != "sweep" or page["scenario"][key]}
    lines = [
        f"{key:<9} {json.dumps(one, ensure_ascii=False)}"
        for key, value in parts.items()
        for one in (value if isinstance(value, list) else [value])
    ]
    return "\n".join(lines)
