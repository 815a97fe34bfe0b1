"""Labels, the canonical names of attacks and defenses: a kind, and the parameters that differ from their defaults.

Equal plug-ins have equal labels, and `--attack LABEL` selects the same plug-ins again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from swarmsec.errors import UsageError
from swarmsec.parameters import describe
from swarmsec.plugin import Family
from swarmsec.registry import Registry
from swarmsec.scenario import Spec, parse_option, parse_value

TOGETHER = " + "
"""Joins plug-ins that act together."""


def label_of(specs: Sequence[Spec], family: Family, registry: Registry) -> str:
    """The label of a team's plug-ins in a resolved scenario; `none` for no plug-in."""
    return TOGETHER.join(_label(spec, family, registry) for spec in specs) or "none"


def specs_of(label: str) -> tuple[Spec, ...]:
    """The plug-ins that a label names.

    Raises:
        UsageError: The label has a plug-in without a kind, or a parameter without a value.

    Examples:
        >>> specs_of("stubborn:value=7,daemons=[0] + none")
        ({'kind': 'stubborn', 'value': 7, 'daemons': [0]}, {'kind': 'none'})
    """
    found = tuple(parse_option(part) for part in label.split(TOGETHER))
    if not all(spec["kind"] for spec in found):
        raise UsageError(f"{label!r} given; must be KIND or KIND:parameter=value,..")
    return found


def short_names(labels: Sequence[str]) -> dict[str, str]:
    """Label → a name for tables: its kinds, if no other label has the same kinds; otherwise the label.

    Examples:
        >>> short_names(["wmsr:f=1", "wmsr:f=2", "median_gate:threshold=2.0"])
        {'wmsr:f=1': 'wmsr:f=1', 'wmsr:f=2': 'wmsr:f=2', 'median_gate:threshold=2.0': 'median_gate'}
    """
    kinds = {label: TOGETHER.join(str(spec["kind"]) for spec in specs_of(label)) for label in labels}
    shared = Counter(kinds.values())
    return {label: kind if shared[kind] == 1 else label for label, kind in kinds.items()}


def _label(spec: Spec, family: Family, registry: Registry) -> str:
    kind = str(spec["kind"])
    parameters = [
        f"{info.name}={_option_value(spec[info.name])}"
        for info in describe(registry.get(family, kind))
        if info.name in spec and spec[info.name] != _with_lists(info.default)
    ]
    return ":".join(filter(None, [kind, ",".join(parameters)]))


def _option_value(value: Any) -> str:
    """A value in an option of the command line, without quotes where they are not needed."""
    quoted = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, str) or set(value) & set(" ,:+[]{}\"'#&*!|>@`"):
        return quoted
    try:
        return value if parse_value(value) == value else quoted
    except UsageError:
        return quoted


def _with_lists(value: Any) -> Any:
    """A parameter's default as a resolved scenario has it: with lists for tuples."""
    return [_with_lists(one) for one in value] if isinstance(value, (list, tuple)) else value
