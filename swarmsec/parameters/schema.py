"""The JSON Schema of a class's parameters."""

from __future__ import annotations

from typing import Any

from swarmsec.parameters.description import describe
from swarmsec.parameters.pydantic_check import plain_value, type_adapter


def json_schema(cls: type[object]) -> dict[str, Any]:
    """The JSON Schema of a mapping with the parameters of a dataclass."""
    parameters = describe(cls)
    properties = {}
    for info in parameters:
        description = " ".join(filter(None, [info.help, f"[{info.unit}]" if info.unit else ""]))
        properties[info.name] = type_adapter(cls, info.name).json_schema()
        if description:
            properties[info.name]["description"] = description
        if not info.required:
            properties[info.name]["default"] = plain_value(info.default)
    required = [info.name for info in parameters if info.required]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
