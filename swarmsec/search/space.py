"""The search space of an attack: its parameters, targets and timing, within the rules of engagement."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from swarmsec.errors import ParameterError, UsageError
from swarmsec.parameters import describe, json_schema
from swarmsec.scenario import Scenario
from swarmsec.teams import Attack, Surface, amount_of

_REACH = 20.0
"""An unbounded parameter is searched up to this multiple of its default, and at least up to this value."""

_FINEST = 0.01
"""The least magnitude, as a share of the greatest, on the logarithmic scale on either side of 0."""

_WAVES_MAX = 4
"""The greatest number of waves. Rules that limit the duration of an attack limit each wave separately."""

_CHOSEN_HERE = frozenset({"daemons", "start", "stop", "strength", "ramp"})


class Dimension(NamedTuple):
    """One dimension of the search space.

    Attributes:
        name: The parameter's name; or that of a choice of targets or rounds, which has a dot, as no parameter has.
        kind: `real` between bounds; `signed`, on a logarithmic scale on either side of 0; `integer`; or `choice`.
        low: The lower bound of a number.
        high: The upper bound of a number.
        choices: The values of a `choice`.
    """

    name: str
    kind: Literal["real", "signed", "integer", "choice"]
    low: float = 0.0
    high: float = 0.0
    choices: tuple[Any, ...] = ()


class Space(NamedTuple):
    """The search space of one attack.

    Attributes:
        kind: The kind of the attack.
        dimensions: The dimensions.
        strength: The strength of the attack: 1, or the limit of the rules if lower.
        n: The number of daemons in the swarm.
        rounds: The number of rounds in a run.
    """

    kind: str
    dimensions: tuple[Dimension, ...]
    strength: float
    n: int
    rounds: int


def spaces_of(scenario: Scenario, kinds: Sequence[str] = ()) -> tuple[Space, ...]:
    """The search spaces of the attacks that the rules allow.

    Args:
        scenario: The scenario with the rules and the swarm.
        kinds: The kinds of attack; all by default.

    Raises:
        UsageError: The rules allow none of them.
    """
    wanted = kinds or [kind for kind in scenario.registry.classes("attacks") if kind != "none"]
    found = [_space(scenario, kind, scenario.registry.get("attacks", kind)) for kind in wanted]
    allowed = tuple(space for space in found if space is not None)
    if not allowed:
        raise UsageError(f"the rules of engagement allow none of {', '.join(wanted)}", where="attack")
    return allowed


def attacks_of(space: Space, chosen: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The attacks of one point of the space, as a scenario writes them: waves of one attack on the same daemons.

    Args:
        space: The search space.
        chosen: A value for each dimension; `signed` ones from −1 to 1.
    """
    values = {one.name: _value(one, chosen[one.name]) for one in space.dimensions}
    count, place, offset = (values.pop(f"where.{name}") for name in ("count", "place", "offset"))
    first, duration, waves, pause, ramp_share = (
        values.pop(f"when.{name}") for name in ("start", "duration", "waves", "pause", "ramp_share")
    )
    starts = [first + wave * (duration + pause) for wave in range(waves)]
    common = {
        "kind": space.kind,
        "strength": space.strength,
        "daemons": _selector(count, place, offset, space.n),
        "ramp": round(ramp_share * (duration - 1)),
        **values,
    }
    return [{**common, "start": start, "stop": start + duration} for start in starts if start < space.rounds]


def _space(scenario: Scenario, kind: str, attack: type[Attack]) -> Space | None:
    """The search space of one attack; None if the rules forbid the attack."""
    rules, n, rounds = scenario.document["rules"]["red"], scenario.n, scenario.rounds
    limits = [n]
    if attack.surface.compromises:
        limits.append(_limit(rules["daemons"], n))
    if Surface.SIGNAL in attack.surface:
        limits.append(_limit(rules["feeds"], n))
    most, earliest = min(limits), rules["earliest"] or 0
    longest = min(rounds - earliest, rounds if rules["rounds"] is None else rules["rounds"])
    if most < 1 or longest < 1:
        return None
    return Space(
        kind,
        (
            Dimension("where.count", "integer", max(1, most // 8), most),
            Dimension("where.place", "choice", choices=("spread", "hubs", "block")),
            Dimension("where.offset", "real", 0.0, 1.0),
            Dimension("when.start", "integer", earliest, rounds - longest),
            Dimension("when.duration", "integer", max(1, longest // 8), longest),
            Dimension("when.waves", "integer", 1, max(1, min(_WAVES_MAX, (rounds - earliest) // longest))),
            Dimension("when.pause", "integer", 0, longest),
            Dimension("when.ramp_share", "real", 0.0, 1.0),
            *_parameters(attack),
        ),
        1.0 if rules["strength"] is None else min(1.0, rules["strength"]),
        n,
        rounds,
    )


def _limit(amount: int | str | None, n: int) -> int:
    try:
        return n if amount is None else amount_of(amount, n)
    except ParameterError:
        return 0


def _parameters(attack: type[Attack]) -> list[Dimension]:
    """The dimensions of the attack's own parameters that are numbers or choices."""
    schema = json_schema(attack)["properties"]
    found = []
    for info in describe(attack):
        if info.name in _CHOSEN_HERE or info.required:
            continue
        dimension = _dimension(info.name, schema[info.name], info.default)
        found += [dimension] if dimension else []
    return found


def _dimension(name: str, schema: Mapping[str, Any], default: Any) -> Dimension | None:
    """The dimension of a parameter's schema; None if it is neither a number nor a choice."""
    if "enum" in schema:
        return Dimension(name, "choice", choices=tuple(schema["enum"]))
    if schema.get("type") == "boolean":
        return Dimension(name, "choice", choices=(False, True))
    if schema.get("type") not in ("number", "integer"):
        return None
    reach = _REACH * max(1.0, abs(float(default or 0)))
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    if schema["type"] == "integer":
        least = math.ceil(-reach if low is None else low) + ("exclusiveMinimum" in schema)
        most = math.floor(reach if high is None else high) - ("exclusiveMaximum" in schema)
        return Dimension(name, "integer", least, most)
    if low is None and high is None:
        return Dimension(name, "signed", -reach, reach)
    low, high = (-reach if low is None else float(low)), (reach if high is None else float(high))
    edge = 1e-6 * (high - low)  # Stay just inside an excluded bound.
    low += edge * ("exclusiveMinimum" in schema)
    return Dimension(name, "real", low, high - edge * ("exclusiveMaximum" in schema))


def _value(dimension: Dimension, chosen: Any) -> Any:
    if dimension.kind != "signed":
        return chosen
    size = dimension.high * _FINEST ** (1.0 - abs(chosen))
    return math.copysign(size, chosen) if chosen else 0.0


def position_of(dimension: Dimension, value: float) -> float:
    """The position of a value on a `signed` dimension, from −1 to 1; the nearest end or 0 if out of range."""
    share = abs(value) / dimension.high
    if share < _FINEST:
        return 0.0
    return math.copysign(min(1.0, 1.0 - math.log(share) / math.log(_FINEST)), value)


def _selector(count: int, place: str, offset: float, n: int) -> Any:
    """The targets: `count` hubs, or `count` daemons from an offset on, consecutive or evenly spread."""
    if place == "hubs":
        return f"hubs:{count}"
    first = int(offset * n) % n
    return sorted((first + (step if place == "block" else step * n // count)) % n for step in range(count))
