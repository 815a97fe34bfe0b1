"""The promises of version 1 of the format: its keys, kinds and parameters, with their types and bounds.

`tests/authoring/v1.json` stores them; `test_schema_freeze.py` compares. To promise an addition as well:

    python -m tests.authoring.freeze

which refuses to remove a promise.
"""

import json
import sys
from pathlib import Path
from typing import Any

from swarmsec.parameters import json_schema
from swarmsec.plugin import FAMILIES
from swarmsec.registry import Registry
from swarmsec.scenario.check import TEAMS
from swarmsec.scenario.model import Document
from swarmsec.scenario.schedule import CampaignUse, Phase
from swarmsec.scenario.sweep import SweepRange

STORED = Path(__file__).parent / "v1.json"
WHAT_TO_DO = (
    "Scenarios that are valid today would be refused or mean something else. Take it back, or make it version 2: a "
    "new apiVersion in swarmsec/scenario/versions.py, a dated step in MIGRATIONS (swarmsec/authoring/migrate.py), and "
    "a fingerprint of its own."
)
_TOLD = {"description", "default", "title", "patternErrorMessage", "markdownDescription", "examples"}

Schema = dict[str, Any]
Fingerprint = dict[str, dict[str, Schema]]


def fingerprint() -> Fingerprint:
    """`attacks.stubborn` → parameter → whether it is required, and its schema."""
    registry = Registry()
    classes: dict[str, type] = {"scenario": Document, "schedule": Phase, "campaign": CampaignUse, "sweep": SweepRange}
    classes |= {f"rules.{team}": cls for team, cls in TEAMS.items()}
    classes |= {f"{family}.{kind}": cls for family in FAMILIES for kind, cls in registry.classes(family).items()}
    return {name: _parameters(cls) for name, cls in sorted(classes.items())}


def broken(old: Fingerprint, new: Fingerprint) -> list[str]:
    """The promises of the old fingerprint that the new one does not keep."""
    found = []
    for owner, parameters in old.items():
        if owner not in new:
            found.append(f"{owner} is gone")
            continue
        for name, promised in parameters.items():
            if name not in new[owner]:
                found.append(f"{owner}: `{name}` is gone")
            elif new[owner][name]["required"] and not promised["required"]:
                found.append(f"{owner}: `{name}` has become required")
            elif not accepts(new[owner][name]["schema"], promised["schema"]):
                found.append(
                    f"{owner}: `{name}` is narrower: {promised['schema']} before, {new[owner][name]['schema']} now"
                )
        found += [
            f"{owner}: `{name}` is new and required; give it a default"
            for name in new[owner].keys() - parameters.keys()
            if new[owner][name]["required"]
        ]
    return found


def accepts(new: Schema, old: Schema) -> bool:
    """Whether the new schema accepts every value that the old one accepts, for the parts of JSON Schema that we use."""
    if "anyOf" in old:
        return all(accepts(new, one) for one in old["anyOf"])
    if "anyOf" in new:
        return any(accepts(one, old) for one in new["anyOf"])
    if (choices := _choices(new)) is not None:
        before = _choices(old)
        return before is not None and set(map(repr, before)) <= set(map(repr, choices))
    if "type" in new and old.get("type") not in ({new["type"]} | ({"integer"} if new["type"] == "number" else set())):
        return False
    lows = [(_low(one)) for one in (new, old)]
    highs = [(_high(one)) for one in (new, old)]
    if lows[0] > lows[1] or highs[0] < highs[1]:
        return False
    for least in ("minLength", "minItems"):
        if new.get(least, 0) > old.get(least, 0):
            return False
    for most in ("maxLength", "maxItems"):
        if new.get(most, float("inf")) < old.get(most, float("inf")):
            return False
    for inner in ("items", "additionalProperties"):
        if isinstance(new.get(inner), dict) and not accepts(new[inner], _dict(old.get(inner))):
            return False
    if len(new.get("prefixItems", [])) != len(old.get("prefixItems", [])):
        return False
    if not all(map(accepts, new.get("prefixItems", []), old.get("prefixItems", []))):
        return False
    return all(new.get(key) in (None, old.get(key)) for key in ("pattern", "multipleOf", "format", "uniqueItems"))


def _parameters(cls: type) -> dict[str, Schema]:
    schema = json_schema(cls)
    required = set(schema["required"])
    return {
        name: {"required": name in required, "schema": _without_words(one)}
        for name, one in schema["properties"].items()
    }


def _without_words(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: _without_words(value) for key, value in schema.items() if key not in _TOLD}
    return [_without_words(one) for one in schema] if isinstance(schema, list) else schema


def _choices(schema: Schema) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _low(schema: Schema) -> tuple[float, bool]:
    bounds = [(schema["minimum"], False)] if "minimum" in schema else []
    bounds += [(schema["exclusiveMinimum"], True)] if "exclusiveMinimum" in schema else []
    return max(bounds, default=(float("-inf"), False))


def _high(schema: Schema) -> tuple[float, bool]:
    bounds = [(schema["maximum"], True)] if "maximum" in schema else []
    bounds += [(schema["exclusiveMaximum"], False)] if "exclusiveMaximum" in schema else []
    return min(bounds, default=(float("inf"), True))


def _dict(value: Any) -> Schema:
    return value if isinstance(value, dict) else {}


def main() -> None:
    """Write the fingerprint again, unless that would break a promise."""
    now = fingerprint()
    if STORED.exists() and (found := broken(json.loads(STORED.read_text(encoding="utf-8")), now)):
        sys.exit("\n".join([*found, WHAT_TO_DO]))
    STORED.write_text(json.dumps(now, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
