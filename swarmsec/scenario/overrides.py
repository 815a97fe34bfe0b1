"""Changes that a command line or a caller makes to a scenario: other plug-ins, and single values."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from swarmsec.errors import ScenarioError, UsageError
from swarmsec.scenario.model import Spec
from swarmsec.scenario.yaml_tree import YamlPath, parse

_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")

Teams = str | Spec | Sequence[str | Spec]
"""Attacks or defenses from a caller: a kind, a mapping with a kind, or several of these."""


@dataclass(frozen=True)
class Changes:
    """The changes made to a scenario after it was read, and the folders whose scenarios it may extend.

    Attributes:
        extends_from: The folders, besides its own.
        attacks: The attacks that replace the scenario's own; None keeps those.
        defenses: The defenses that replace the scenario's own; None keeps those.
        settings: path → value; applied after attacks and defenses are replaced.
        point: The point of the scenario's sweep, counted from 0, or None.
    """

    extends_from: tuple[str, ...] = ()
    attacks: tuple[Spec, ...] | None = None
    defenses: tuple[Spec, ...] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    point: int | None = None

    def with_team(self, key: str, specs: Sequence[Spec]) -> Changes:
        """The changes with other `attacks` or `defenses`; earlier settings of the same key are dropped."""
        kept = {path: value for path, value in self.settings.items() if steps(path)[:1] != (key,)}
        changed = replace(self, settings=kept)
        return replace(changed, attacks=tuple(specs)) if key == "attacks" else replace(changed, defenses=tuple(specs))

    def with_setting(self, path: str, value: Any) -> Changes:
        """The changes with one more value."""
        return replace(self, settings={**self.settings, path: value})

    def as_options(self) -> tuple[str, ...]:
        """The options of `swarmsec run` that make the same changes."""
        options = [word for folder in self.extends_from for word in ("--extends-from", folder)]
        for option, key, specs in (("--attack", "attacks", self.attacks), ("--defense", "defenses", self.defenses)):
            if specs is not None and not specs:
                options += ["--set", f"{key}=[]"]
            for spec in specs or ():
                options += [option, as_option(spec)]
        for path, value in self.settings.items():
            options += ["--set", f"{path}={json.dumps(value, ensure_ascii=False)}"]
        if self.point is not None:
            options += ["--point", str(self.point)]
        return tuple(options)


def specs_of(teams: Teams) -> list[Spec]:
    """The plug-ins from a caller, as mappings with a `kind`."""
    several = [teams] if isinstance(teams, (str, Mapping)) else list(teams)
    return [parse_option(one) if isinstance(one, str) else dict(one) for one in several]


def parse_option(text: str) -> Spec:
    """Parse a plug-in written as `kind:name=value,...`.

    Raises:
        UsageError: A parameter has no value, or its value is not valid YAML.

    Examples:
        >>> parse_option("false_signal:bias=-3,daemons=[3, 9]")
        {'kind': 'false_signal', 'bias': -3, 'daemons': [3, 9]}
        >>> parse_option("x:a=[[0, 1], [2, 3]],b='c,d'")
        {'kind': 'x', 'a': [[0, 1], [2, 3]], 'b': 'c,d'}
    """
    kind, _, rest = text.partition(":")
    spec: Spec = {"kind": kind.strip()}
    for part in _at_commas(rest) if rest.strip() else ():
        name, equals, value = part.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{part!r} given; must be name=value", where=text)
        spec[name.strip()] = parse_value(value)
    return spec


def _at_commas(text: str) -> list[str]:
    """The parts of a text between commas; commas inside brackets or quotes do not count."""
    parts, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        else:
            depth += (letter in "[{") - (letter in "]}")
        if letter == "," and depth == 0 and not quote:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def as_option(spec: Spec) -> str:
    """Format a plug-in as `parse_option` reads it."""
    parameters = (f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in spec.items() if name != "kind")
    return ":".join(filter(None, [str(spec["kind"]), ",".join(parameters)]))


def parse_value(text: str) -> Any:
    """Parse a YAML value: `2` is a number, `[3, 9]` a list, `off` a string.

    Raises:
        UsageError: The text is not valid YAML.
    """
    try:
        return parse(text, text).data
    except ScenarioError as error:
        raise UsageError(f"{text!r} is not a YAML value: {error.message}") from None


def steps(path: str) -> YamlPath:
    """The steps of a path such as `attacks[0].bias` or `attacks.0.bias`.

    Examples:
        >>> steps("attacks[0].bias")
        ('attacks', 0, 'bias')
    """
    found = _STEP.findall(path)
    return tuple(int(index or key) if index or key.isdecimal() else key for index, key in found)


def with_value(data: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of the document with one value replaced or added; missing mappings on its path are created.

    Raises:
        UsageError: The document has no such path.
    """
    changed = copy.deepcopy(dict(data))
    *way, last = steps(path) or ("",)
    holder: Any = changed
    for depth, step in enumerate(way):
        if isinstance(holder, dict):
            holder = holder.setdefault(str(step), {})
        elif isinstance(holder, list) and isinstance(step, int) and step < len(holder):
            holder = holder[step]
        else:
            raise _no_such_place(path, [*way[:depth], step])
    if isinstance(holder, dict) and last != "":
        holder[str(last)] = value
    elif isinstance(holder, list) and isinstance(last, int) and last < len(holder):
        holder[last] = value
    else:
        raise _no_such_place(path, [*way, last])
    return changed


def _no_such_place(path: str, way: Sequence[str | int]) -> UsageError:
    there = ".".join(map(str, way))
    return UsageError(f"this scenario has no {there!r}; a path is like attacks[0].bias", where=f"--set {path}")
