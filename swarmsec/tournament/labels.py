"""The canonical names of attacks and defenses: a kind, and what is not at its default.

Equal plug-ins have equal labels however they were written, and `--attack LABEL` plays the same again.
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
"""What joins plug-ins that play as one."""


def label_of(specs: Sequence[Spec], family: Family, registry: Registry) -> str:
    """The label of a team's plug-ins as they stand in a resolved scenario; that of no plug-in is `none`."""
    return TOGETHER.join(_label(spec, family, registry) for spec in specs) or "none"


def specs_of(label: str) -> tuple[Spec, ...]:
    """The plug-ins that a label, or whoever writes one by hand, names.

    Raises:
        UsageError: It names none, or a parameter has no value.

    Examples:
        >>> specs_of("stubborn:value=7,daemons=[0] + none")
        ({'kind': 'stubborn', 'value': 7, 'daemons': [0]}, {'kind': 'none'})
    """
    found = tuple(parse_option(part) for part in label.split(TOGETHER))
    if not all(spec["kind"] for spec in found):
        raise UsageError(f"{label!r} given; must be KIND or KIND:parameter=value,..")
    return found


def short_names(labels: Sequence[str]) -> dict[str, str]:
    """For each label a name for tables: its kinds, where no other label has the same; itself else.

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
        f"{info.name}={_word(spec[info.name])}"
        for info in describe(registry.get(family, kind))
        if info.name in spec and spec[info.name] != _plain(info.default)
    ]
    return ":".join(filter(None, [kind, ",".join(parameters)]))


def _word(value: Any) -> str:
    """A value as a command line takes it, without quotes where it is read as the same without them."""
    quoted = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, str) or set(value) & set(" ,:+[]{}\"'#&*!|>@`"):
        return quoted
    try:
        return value if parse_value(value) == value else quoted
    except UsageError:
        return quoted


def _plain(value: Any) -> Any:
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value
