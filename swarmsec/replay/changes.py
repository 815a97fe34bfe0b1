"""Leave plug-ins out of a scenario, while all others draw the same random numbers.

A random stream is named by the place of its plug-in: the second attack draws from `red/1`. So places must not change.
An omitted attack gets a strength of 0, and the engine never calls it; an omitted defense becomes `none`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from swarmsec.errors import UsageError, did_you_mean
from swarmsec.scenario import Scenario

Team = Literal["attack", "defense"]

_KEYS: dict[Team, str] = {"attack": "attacks", "defense": "defenses"}
_ONE = re.compile(r"(attack|defense):(.+)")


class Left(NamedTuple):
    """The omitted plug-ins of a scenario, by their places from 0."""

    attacks: frozenset[int] = frozenset()
    defenses: frozenset[int] = frozenset()


def parse_without(words: Sequence[str], scenario: Scenario) -> Left:
    """Parse the options of plug-ins to leave out.

    Args:
        words: `attack:2`, the third attack; or `defense:median_gate`, all of that kind or name.
        scenario: The scenario.

    Raises:
        UsageError: There is no plug-in of that kind, or at that place.
    """
    found: dict[Team, set[int]] = {"attack": set(), "defense": set()}
    for word in words:
        match = _ONE.fullmatch(word.strip())
        if not match:
            raise UsageError(
                f"{word!r} given; must be attack:N or defense:N, counted from 0, or with a kind for N",
                where="--without",
            )
        team: Team = "attack" if match[1] == "attack" else "defense"
        found[team] |= _places(scenario.document[_KEYS[team]], team, match[2])
    return Left(frozenset(found["attack"]), frozenset(found["defense"]))


def without(scenario: Scenario, *, attacks: Collection[int] = (), defenses: Collection[int] = ()) -> Scenario:
    """The scenario with some attacks and defenses left out, on the same random streams.

    An attack that knows the defenses sees `none` in the place of an omitted defense.

    Args:
        scenario: The complete scenario.
        attacks: The places of the omitted attacks, counted from 0.
        defenses: The places of the omitted defenses, counted from 0.
    """
    if not attacks and not defenses:
        return scenario
    red, blue = scenario.document["attacks"], scenario.document["defenses"]
    return changed(
        scenario,
        attacks=[{**spec, "strength": 0.0} if place in attacks else spec for place, spec in enumerate(red)],
        defenses=[{"kind": "none"} if place in defenses else spec for place, spec in enumerate(blue)],
    )


def until(scenario: Scenario, round: int) -> Scenario:
    """The scenario with all attacks off from a round on; earlier rounds do not change.

    Exception: an attack whose pace depends on its own `stop` uses the new `stop`.

    Args:
        scenario: The complete scenario.
        round: The first round without an attack.

    Raises:
        UsageError: The start of an attack is drawn, so that it has another end in every seed.
    """
    for place, spec in enumerate(scenario.document["attacks"]):
        if isinstance(spec["start"], list):
            raise UsageError(f"the start of attack {place} is drawn in every seed; give it one round", where="--until")
    return changed(scenario, attacks=[_stopped(spec, round) for spec in scenario.document["attacks"]])


def _stopped(spec: dict[str, Any], round: int) -> dict[str, Any]:
    if spec["start"] >= round:
        return {**spec, "strength": 0.0}
    return {**spec, "stop": round if spec["stop"] is None else min(spec["stop"], round)}


def changed(scenario: Scenario, **teams: list[dict[str, Any]]) -> Scenario:
    """The scenario with other specs of `attacks` or `defenses`, at the same places."""
    # A sweep may refer to an omitted plug-in; and a run is one point.
    return replace(scenario, document={**scenario.document, "sweep": {}, **teams})


def _places(specs: Sequence[dict[str, Any]], team: Team, named: str) -> set[int]:
    if not specs:
        raise UsageError(f"this run has no {team} to leave out", where="--without")
    if named.isdecimal():
        if int(named) >= len(specs):
            there = "only 0" if len(specs) == 1 else f"0 to {len(specs) - 1}"
            raise UsageError(f"no {team} {named}; there is {there}, counted from 0", where="--without")
        return {int(named)}
    found = {place for place, spec in enumerate(specs) if named in (spec["kind"], spec.get("name"))}
    if not found:
        hint = did_you_mean(named, {str(spec["kind"]) for spec in specs})
        raise UsageError(f"no {team} {named!r} in this run; {hint}", where="--without")
    return found
