"""The JSON Schema of a class of parameters: types, bounds, and the descriptions that editors show."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any, get_args, get_type_hints

from swarmsec.parameters import NotFinite, ParameterInfo, describe, json_schema
from swarmsec.teams import Attack

Schema = dict[str, Any]

_FLOAT_MAX = 1.7976931348623157e308

# Selectors of daemons; swarmsec.teams.selectors parses the same syntax.
_AMOUNT = r"\s*(0*(100(\.0+)?|[0-9]{1,2}(\.[0-9]+)?)\s*%|[0-9]+)\s*"
_AT_LEAST_ONE = rf"(?![0.\s]*%?\s*$){_AMOUNT}"
AMOUNTS: Schema = {
    "minimum": 0,
    "pattern": f"^{_AMOUNT}$",
    "patternErrorMessage": "must be a number of daemons, or a share such as 5%",
}
SELECTORS: Schema = {
    "minimum": 1,
    "pattern": (rf"^(all|(role=[^:]+|hubs)(:({_AT_LEAST_ONE})?)?|around:[0-9]+|same:[^\s:]+|{_AT_LEAST_ONE})$"),
    "patternErrorMessage": (
        "must be all, a number, a share such as 5%, a list of daemons, hubs, role=NAME, around:DAEMON or same:NAME"
    ),
    "allOf": [
        {
            "items": {"type": "integer", "minimum": 0},
            "minItems": 1,
            "uniqueItems": True,
            "defaultSnippets": [
                {"label": one, "body": one} for one in ("all", "5%", "hubs", "hubs:5%", "role=", "around:0")
            ],
        }
    ],
}


def properties_of(cls: type[Any], *, names: Mapping[str, str] | None = None) -> dict[str, Schema]:
    """The schema of every field of a class, with type, bounds and description.

    Args:
        cls: A dataclass of parameters.
        names: Field → key in the document, for fields whose key differs.
    """
    made = json_schema(cls)["properties"]
    hints = get_type_hints(cls, include_extras=True)
    found: dict[str, Schema] = {}
    for info in describe(cls):
        schema = _without_local_refs(made[info.name])
        if not _holds(hints[info.name], NotFinite):
            schema = _finite(schema)
        if schema.get("default") in ([], {}, "", None):
            schema.pop("default", None)  # Editors should not insert an empty default.
        schema = _in_one(schema)
        if info.type.startswith("int or text or list of int") and issubclass(cls, Attack):
            schema |= SELECTORS
        facts = _facts(info)
        schema["description"] = f"{info.help} ({'; '.join(facts)})".strip()
        schema["markdownDescription"] = "\n\n".join(filter(None, [info.help, " · ".join(_code(facts))]))
        found[(names or {}).get(info.name, info.name)] = schema
    return found


def closed(
    cls: type[Any], *, names: Mapping[str, str] | None = None, own: Schema | None = None, partial: bool = False
) -> Schema:
    """The schema of a mapping that allows only the fields of a class."""
    required = [(names or {}).get(info.name, info.name) for info in describe(cls) if info.required]
    return {
        "description": (inspect.getdoc(cls) or "").partition("\n")[0],
        "type": "object",
        "properties": {**properties_of(cls, names=names), **(own or {})},
        "required": [] if partial else required,
        "additionalProperties": False,
    }


def _facts(info: ParameterInfo) -> list[str]:
    """Type, bounds, unit and default as short texts."""
    default = info.default
    shown = "none" if default is None else str(default).lower() if isinstance(default, bool) else str(default)
    shown = "empty" if default in ("", [], {}) else shown
    facts = [
        info.type,
        info.bounds,
        f"unit: {info.unit}" if info.unit else "",
        "required" if info.required else f"default: {shown}",
    ]
    return [fact for fact in facts if fact]


def _code(facts: list[str]) -> Iterable[str]:
    """The facts in Markdown."""
    for fact in facts:
        head, colon, value = fact.partition("default: ")
        yield f"default: `{value}`" if colon and not head else fact


def _finite(schema: Schema) -> Schema:
    """The schema with infinite numbers excluded."""
    if schema.get("type") == "number":
        infinite = {"type": "number", "anyOf": [{"exclusiveMinimum": _FLOAT_MAX}, {"exclusiveMaximum": -_FLOAT_MAX}]}
        return {**schema, "not": infinite}
    changed = dict(schema)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            changed[key] = _finite(schema[key])
    for key in ("anyOf", "prefixItems"):
        if key in schema:
            changed[key] = [_finite(one) for one in schema[key]]
    return changed


def _in_one(schema: Schema) -> Schema:
    """The schema without its anyOf if the members have different types; a keyword then applies to one type only."""
    members = schema.get("anyOf", [])
    types = [member.get("type") for member in members]
    keys = [key for member in members for key in member if key != "type"]
    overlap = len({"number" if one == "integer" else one for one in types}) < len(types) or len(set(keys)) < len(keys)
    if not members or None in types or overlap or {"enum", "const"} & set(keys):
        return schema
    merged = {key: value for member in members for key, value in member.items()}
    one = {**{key: value for key, value in schema.items() if key != "anyOf"}, **merged, "type": types}
    # Next to the type, the language server would offer completions of lists only.
    listed = {key: one.pop(key) for key in ("items", "minItems", "maxItems", "uniqueItems") if key in one}
    return {**one, "allOf": [listed]} if listed else one


def _without_local_refs(schema: Schema) -> Schema:
    """A schema with its references replaced by their definitions."""
    there = schema.get("$defs", {})

    def inlined(node: Any) -> Any:
        if isinstance(node, list):
            return [inlined(one) for one in node]
        if not isinstance(node, dict):
            return node
        rest = {key: inlined(value) for key, value in node.items() if key not in {"$defs", "$ref"}}
        entries = rest.get("prefixItems")
        if isinstance(entries, list) and all(entry == entries[0] for entry in entries):
            rest["items"] = rest.pop("prefixItems")[0]  # Editors know lists better than tuples.
        return {**inlined(there[node["$ref"].rpartition("/")[2]]), **rest} if "$ref" in node else rest

    return dict(inlined(schema))


def _holds(hint: Any, mark: type[Any]) -> bool:
    """Whether a type, or a type inside it, is annotated with a mark."""
    parts = (*getattr(hint, "__metadata__", ()), *get_args(hint))
    return any(isinstance(part, mark) or _holds(part, mark) for part in parts)
