"""The JSON Schema of a scenario, made from the classes that `validate` checks with.

An editor that is given it completes the kinds of plug-ins and the parameters of each, shows units and bounds, and says
what `validate` says, but for what a schema cannot say. A file that passes the schema may still be refused for

- what depends on several values: f against n, the parts of a rectangle, a sum of sizes, a phase or a campaign or a
  role that nobody defines, a sweep's path and the values along it, more rounds than the schedule has, the rules'
  budgets against what the attacks ask for,
- what a class checks in code alone: an even number of neighbors, a detector's name, an edge given twice,
- what is in other files or on the machine: the base that it extends, an extra that is not installed,
- what is gone before a schema sees it: a key that stands twice, `3.0` for a whole number, aliases, sizes.
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
from swarmsec.teams import Attack


class Draft(StrEnum):
    """The versions of JSON Schema that can be had. Editors know 7 best."""

    CURRENT = "2020-12"
    SEVEN = "7"


_METASCHEMA = {
    Draft.CURRENT: "https://json-schema.org/draft/2020-12/schema",
    Draft.SEVEN: "http://json-schema.org/draft-07/schema#",
}

# What an item may have besides the parameters of its kind; which of them where, the lists say.
_OWN_KEYS = ("name", "phase", "for", "drop")


def scenario_schema(registry: Registry, *, draft: Draft = Draft.CURRENT) -> Schema:
    """The JSON Schema of a scenario with all plug-ins of a registry; the same one every time.

    Args:
        registry: Where plug-ins are found.
        draft: The version of JSON Schema to write it in.
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
    """A scenario, or what one that extends another may leave to it."""
    own = properties_of(Document)
    for info in describe(Document):
        if info.type.startswith(("mapping", "list of mapping")):
            own[info.name] = {"description": info.help}  # The type is told by what follows here.
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
    bills = {world: list(plugin.bills) for world, plugin in _classes(registry, "worlds").items()}
    own["score"] = _about(own["score"], _score(bills, partial=partial))
    required = [info.name for info in describe(Document) if info.required and not partial]
    return {
        "type": "object",
        "properties": own,
        "patternProperties": {"^x-": {"description": "Yours: swarmsec does not read it."}},
        "additionalProperties": False,
        "allOf": [
            _needs(required),
            *(_when({"world": _having({"kind": {"const": world}})}, _bill(names)) for world, names in bills.items()),
        ],
    }


def _item(registry: Registry, family: Family, *, partial: bool) -> Schema:
    """An item of the attacks or of the defenses."""
    own = dict(_NAME)
    if partial:
        own["drop"] = {"description": "Whether to leave out what the extended scenario has under this name."}
        own["drop"]["const"] = True
    if family == "defenses":
        return _spec(_classes(registry, family), family, own, partial=partial)
    own["phase"] = {"type": "string", "description": "The phase of the schedule in which it is on."}
    uses = properties_of(CampaignUse)
    attack = _spec(_classes(registry, family), family, own, partial=partial)
    attack["allOf"].append(_when({"phase": {}}, {"properties": {"start": False, "stop": False}}))
    # Without a kind it may become a campaign; what changes a named attack of another scenario needs none, and every
    # attack has what the class of them all has.
    kindless = {"campaign": uses["campaign"], **(properties_of(Attack) if partial else {})}
    attack["allOf"].append({"if": {"type": "object", "required": ["kind"]}, "else": {"properties": kindless}})
    use = _ref("campaign") if not partial else closed(CampaignUse, own={"drop": own["drop"]}, partial=True)
    return {"type": "object", "if": {"type": "object", "required": ["campaign"]}, "then": use, "else": attack}


def _step(registry: Registry) -> Schema:
    """A step of a campaign: an attack that says how long it is on, and not when."""
    own = {
        "for": {"type": "integer", "minimum": 1, "description": "How many rounds the step is on. (int; at least 1)"},
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
            "patternErrorMessage": "a sweep goes along a path such as attacks[0].bias",
            "title": "attacks[0].bias",
            "description": "What is varied: a path to a value of this scenario.",
        },
        "additionalProperties": {
            "if": {"type": "object"},
            "then": span,
            "else": {"type": "array", "minItems": 1, "description": "The values to play it at."},
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
    bill: Schema = {"type": "string", "description": "Which of the world's bills is scored; its first one by default."}
    if partial:
        bill["enum"] = sorted({name for names in bills.values() for name in names})
    return {"type": "object", "properties": {"bill": bill}, "additionalProperties": False}


def _bill(names: list[str]) -> Schema:
    return {"properties": {"score": {"properties": {"bill": {"enum": names}}}}}


# Plug-ins.

_NAME: Schema = {"name": {"type": "string", "description": "What to speak of it by, and to change it by with extends."}}


def _classes(registry: Registry, family: Family) -> dict[str, type[Any]]:
    """Every class of a family by each kind that a scenario may name it by."""
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
    """A plug-in: its kind, what else may stand beside its parameters, and by its kind the parameters."""
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


def _about(told: Schema, schema: Schema) -> Schema:
    """A schema with the words of another one."""
    return {**{key: told[key] for key in ("description", "markdownDescription") if key in told}, **schema}


def _when(properties: Schema, then: Schema) -> Schema:
    return {"if": _having(properties), "then": then}


def _having(properties: Schema) -> Schema:
    """A mapping that has these properties."""
    return {"type": "object", "properties": properties, "allOf": [_needs(properties)]}


def _needs(names: Iterable[str]) -> Schema:
    """What is required. In a schema of its own: beside properties, the language server offers a skeleton of them."""
    return {"required": list(names)}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name.replace('~', '~0').replace('/', '~1')}"}


def _as_draft_7(node: Any) -> Any:
    """A schema of 2020-12 as one of draft 7."""
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
