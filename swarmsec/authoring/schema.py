"""The JSON Schema of a scenario, made from the same classes with which `validate` checks.

With the schema, an editor completes kinds and parameters, shows units and bounds, and reports most of the errors that
`validate` reports. It cannot find errors that

- depend on several values: f against n, the factors of a rectangle, a sum of sizes, an undefined phase, campaign or
  role, the path and values of a sweep, `rounds` against the schedule, the rules' budgets against the attacks,
- are checked by a class in code: an even number of neighbors, the name of a detector, a duplicate edge,
- depend on other files or on the machine: the scenario that it extends, an extra that is not installed,
- are lost when YAML is parsed: a duplicate key, `3.0` for an integer, aliases, sizes.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from swarmsec.authoring.class_schema import AMOUNTS, Schema, closed, properties_of
from swarmsec.parameters import describe
from swarmsec.plugin import FAMILIES, Family
from swarmsec.registry import Registry
from swarmsec.scenario.check import TEAMS
from swarmsec.scenario.model import PLUGINS_MAX, SEED_MAX, SEEDS_MAX, Document
from swarmsec.scenario.schedule import CampaignUse, Phase
from swarmsec.scenario.sweep import NOT_SWEPT, SweepRange
from swarmsec.swarm.setup import Aim
from swarmsec.teams import Attack


class Draft(StrEnum):
    """The supported versions of JSON Schema. Editors support 7 best."""

    CURRENT = "2020-12"
    SEVEN = "7"


_METASCHEMA = {
    Draft.CURRENT: "https://json-schema.org/draft/2020-12/schema",
    Draft.SEVEN: "http://json-schema.org/draft-07/schema#",
}

# Keys of plug-ins that are not parameters. Which of them are allowed depends on the list.
_OWN_KEYS = ("name", "phase", "for", "drop")


def scenario_schema(registry: Registry, *, draft: Draft = Draft.CURRENT) -> Schema:
    """The JSON Schema of a scenario with all plug-ins of a registry; it is deterministic.

    Args:
        registry: The installed plug-ins.
        draft: The version of JSON Schema.
    """
    schema = {
        "$schema": _METASCHEMA[draft],
        "description": (inspect.getdoc(Document) or "").partition("\n")[0],
        "type": "object",
        "if": _having({"extends": {"type": "string"}}),
        "then": _ref("extension"),
        "else": _ref("scenario"),
        "$defs": {
            "scenario": _document(registry, partial=False),
            "extension": _document(registry, partial=True),
            "campaign": closed(CampaignUse),
            "phase": closed(Phase),
            **_plugins(registry),
        },
    }
    return schema if draft is Draft.CURRENT else _as_draft_7(schema)


# The document.


def _document(registry: Registry, *, partial: bool) -> Schema:
    """The schema of a scenario; if `partial`, of one that extends another and may leave out any key."""
    own = properties_of(Document)
    for info in describe(Document):
        if info.type.startswith(("mapping", "list of mapping")):
            own[info.name] = {"description": info.help}  # The type is set below.
    lists: tuple[Family, ...] = ("attacks", "defenses")
    singles: tuple[tuple[str, Family], ...] = (
        ("world", "worlds"),
        ("network", "topologies"),
        ("protocol", "protocols"),
    )
    for key, family in singles:
        own[key] = _about(own[key], _spec(_classes(registry, family), family, _NAME, partial=partial))
    for key in lists:
        own[key] = _about(
            own[key], {"type": "array", "maxItems": PLUGINS_MAX, "items": _item(registry, key, partial=partial)}
        )
    own["schedule"] = _about(own["schedule"], {"type": "array", "items": _ref("phase")})
    own["campaigns"] = _about(
        own["campaigns"],
        {"type": "object", "additionalProperties": {"type": "array", "items": _step(registry)}},
    )
    own["sweep"] = _about(own["sweep"], _sweep(partial=partial))
    own["rules"] = _about(own["rules"], _rules())
    seed = {"type": "integer", "minimum": 0, "maximum": SEED_MAX}
    own["extends"] |= {"minLength": 1}
    own["seeds"] |= {"minimum": 1, "maximum": SEEDS_MAX}
    own["seeds"]["allOf"] = [{"items": seed, "minItems": 1, "uniqueItems": True}]
    bills = {world: list(plugin.bill_names()) for world, plugin in _classes(registry, "worlds").items()}
    own["score"] = _about(own["score"], _score(bills, partial=partial))
    required = [info.name for info in describe(Document) if info.required and not partial]
    return {
        "type": "object",
        "properties": own,
        "patternProperties": {"^x-": {"description": "Your own key; swarmsec ignores it."}},
        "additionalProperties": False,
        "allOf": [
            _needs(required),
            *(_when({"world": _having({"kind": {"const": world}})}, _bill(names)) for world, names in bills.items()),
        ],
    }


def _item(registry: Registry, family: Family, *, partial: bool) -> Schema:
    """The schema of an item of the attacks or defenses."""
    own = dict(_NAME)
    if partial:
        own["drop"] = {"description": "Removes the plug-in with this name from the extended scenario."}
        own["drop"]["const"] = True
    if family == "defenses":
        return _spec(_classes(registry, family), family, own, partial=partial)
    own["phase"] = {"type": "string", "description": "The phase of the schedule in which it is active."}
    uses = properties_of(CampaignUse)
    attack = _spec(_classes(registry, family), family, own, partial=partial)
    attack["allOf"].append(_when({"phase": {}}, {"properties": {"start": False, "stop": False}}))
    # An item without a kind may still become a campaign. In an extending scenario it may also change an attack by
    # name; then the parameters that all attacks share are allowed.
    kindless = {"campaign": uses["campaign"], **(properties_of(Attack) if partial else {})}
    attack["allOf"].append({"if": {"type": "object", "required": ["kind"]}, "else": {"properties": kindless}})
    use = _ref("campaign") if not partial else closed(CampaignUse, own={"drop": own["drop"]}, partial=True)
    return {"type": "object", "if": {"type": "object", "required": ["campaign"]}, "then": use, "else": attack}


def _step(registry: Registry) -> Schema:
    """The schema of a step of a campaign: an attack with a length instead of a start and a stop."""
    own = {
        "for": {"type": "integer", "minimum": 1, "description": "The number of rounds of this step. (int; at least 1)"},
        **_NAME,
    }
    step = _spec(_classes(registry, "attacks"), "attacks", own, partial=False)
    step["allOf"] += [_needs(["for"]), {"properties": {"start": False, "stop": False}}]
    return step


def _sweep(*, partial: bool) -> Schema:
    names = {"start": "from"}
    span = closed(SweepRange, names=names, partial=partial)
    return {
        "type": "object",
        "propertyNames": {
            "pattern": rf"^(?![.\[\]]*({'|'.join(sorted(NOT_SWEPT))})?([.\[\]]|$))",
            "patternErrorMessage": "must be a path such as attacks[0].bias",
            "title": "attacks[0].bias",
            "description": "The path of a value of this scenario.",
        },
        "additionalProperties": {
            "if": {"type": "object"},
            "then": span,
            "else": {"type": "array", "minItems": 1, "description": "The values of the sweep."},
        },
    }


def _rules() -> Schema:
    rules = {}
    for team, budget in TEAMS.items():
        rules[team] = closed(budget)
        for info in describe(budget):
            if info.type == "int or text or nothing":  # An amount.
                rules[team]["properties"][info.name] |= AMOUNTS
    return {"type": "object", "properties": rules, "additionalProperties": False}


def _score(bills: Mapping[str, list[str]], *, partial: bool) -> Schema:
    bill: Schema = {"type": "string", "description": "The world's bill that is scored; its first one by default."}
    if partial:
        bill["enum"] = sorted({name for names in bills.values() for name in names})
    unbilled: Schema = {
        "type": "array",
        "items": closed(Aim),
        "description": "Written into the resolved scenario of an arm without attacks: whom the bill leaves out.",
    }
    return {"type": "object", "properties": {"bill": bill, "unbilled": unbilled}, "additionalProperties": False}


def _bill(names: list[str]) -> Schema:
    return {"properties": {"score": {"properties": {"bill": {"enum": names}}}}}


# Plug-ins.

_NAME: Schema = {"name": {"type": "string", "description": "Its name in messages; `extends` merges plug-ins by name."}}


def _classes(registry: Registry, family: Family) -> dict[str, type[Any]]:
    """Every class of a family, by each kind under which a scenario may use it."""
    classes = registry.classes(family)
    short = {kind: classes[name] for kind, name in registry.short_names(family).items() if name in classes}
    return classes | short


def _plugins(registry: Registry) -> Schema:
    """The parameters of every plug-in."""
    return {
        f"{family}.{kind}": _parameters(kind, cls)
        for family in FAMILIES
        for kind, cls in _classes(registry, family).items()
    }


def _parameters(kind: str, cls: type[Any]) -> Schema:
    docs = inspect.getdoc(cls) or ""
    return {
        "title": kind,
        "description": docs.partition("\n")[0],
        "markdownDescription": docs,
        "type": "object",
        "properties": {"kind": {"const": kind, "markdownDescription": docs}, **properties_of(cls)},
        "patternProperties": {f"^({'|'.join(_OWN_KEYS)})$": {}},
        "additionalProperties": False,
    }


def _spec(classes: Mapping[str, type[Any]], family: str, own: Schema, *, partial: bool) -> Schema:
    """The schema of a plug-in: its kind, the parameters of that kind, and the keys that are not parameters."""
    lines = [(inspect.getdoc(cls) or "").partition("\n")[0] for cls in classes.values()]
    kind = {
        "enum": list(classes),
        "enumDescriptions": lines,
        "markdownEnumDescriptions": lines,
    }
    rules = []
    for name, cls in classes.items():
        then = _ref(f"{family}.{name}")
        required = [] if partial else [info.name for info in describe(cls) if info.required]
        rules.append(_when({"kind": {"const": name}}, {"allOf": [then, _needs(required)]} if required else then))
    refused = {name: False for name in _OWN_KEYS if name not in own}
    return {
        "type": "object",
        "properties": {"kind": kind, **own, **refused},
        "allOf": [*rules, _needs([] if partial else ["kind"])],
    }


# JSON Schema.


def _about(described: Schema, schema: Schema) -> Schema:
    """A schema with the descriptions of another one."""
    return {**{key: described[key] for key in ("description", "markdownDescription") if key in described}, **schema}


def _when(properties: Schema, then: Schema) -> Schema:
    return {"if": _having(properties), "then": then}


def _having(properties: Schema) -> Schema:
    """The schema of a mapping that has all of these properties."""
    return {"type": "object", "properties": properties, "allOf": [_needs(properties)]}


def _needs(names: Iterable[str]) -> Schema:
    """Required keys, in a schema of their own: next to `properties`, the language server would insert all of them."""
    return {"required": list(names)}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name.replace('~', '~0').replace('/', '~1')}"}


def _as_draft_7(node: Any) -> Any:
    """Convert a schema of 2020-12 to draft 7."""
    if isinstance(node, list):
        return [_as_draft_7(one) for one in node]
    if not isinstance(node, dict):
        return node
    changed = {}
    for key, value in node.items():
        if key == "$defs":
            changed["definitions"] = _as_draft_7(value)
        elif key == "$ref":
            changed[key] = value.replace("#/$defs/", "#/definitions/")
        elif key == "prefixItems" and isinstance(value, list):
            changed["items"] = _as_draft_7(value)
        else:
            changed[key] = _as_draft_7(value)
    return changed
