"""What a scenario's network withstands, and what its defenses can promise on it, without running anything."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.network import Byzantine, Network, Robustness, byzantine, robustness
from swarmsec.runs.guarantees import acts, promised
from swarmsec.scenario import Scenario
from swarmsec.swarm.setup import Setup
from swarmsec.teams import Guarantee, combine_guarantees, worst_over_seeds

SCHEMA = "swarmsec.certificate/v1"

SHOWN_MAX = 100
"""Of a set of daemons so many are named; its size is told."""

Verdict = Literal["inside", "outside", "unknown", "no_defense"]


class Withstands(NamedTuple):
    """What the network of some seeds withstands.

    Attributes:
        seeds: The seeds with this network.
        n: How many daemons.
        m: How many directed edges.
        robustness: Its (r, s)-robustness, or bounds of it.
        byzantine: How many Byzantine daemons it withstands, or bounds of that.
    """

    seeds: tuple[int, ...]
    n: int
    m: int
    robustness: Robustness
    byzantine: Byzantine

    @property
    def f_max(self) -> dict[str, tuple[int, int]]:
        """By threat: how many liars it withstands for certain, and at most; −1 where honest daemons need not agree."""
        found = self.robustness
        return {
            "total_malicious": (found.f_max, found.f_max if found.exact else found.r_at_most - 1),
            "local": (found.f_local, (found.r_at_most - 1) // 2),
            "total_byzantine": (self.byzantine.f, self.byzantine.f_at_most),
        }

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        found = self.robustness
        sets = found.witness
        return {
            "seeds": list(self.seeds),
            "n": self.n,
            "m": self.m,
            "robustness": {"r": found.r, "s": found.s, "exact": found.exact, "r_at_most": found.r_at_most},
            "witness": [{"size": len(one), "daemons": list(one[:SHOWN_MAX])} for one in sets] if sets else None,
            "f_max": {threat: {"proven": proven, "at_most": most} for threat, (proven, most) in self.f_max.items()},
        }


class Claim(NamedTuple):
    """What one defense can promise against the scenario's attacks, in all of its seeds."""

    kind: str
    parameters: Mapping[str, Any]
    guarantee: Guarantee


@dataclass(frozen=True)
class Certificate:
    """What can be promised of a scenario before it is run.

    Attributes:
        scenario: Its name.
        title: Its name for people.
        version: Its version.
        digest: The digest of the resolved scenario.
        seeds: The seeds that were looked at.
        attacks: Of each attack that acts: its kind, and how many daemons it is aimed at in each seed.
        networks: What each different network withstands.
        claims: What each defense can promise.
    """

    scenario: str
    title: str
    version: int
    digest: str
    seeds: tuple[int, ...]
    attacks: tuple[tuple[str, tuple[int, ...]], ...]
    networks: tuple[Withstands, ...]
    claims: tuple[Claim, ...]

    @property
    def verdict(self) -> Verdict:
        """Inside if one defense's promise holds in every seed, outside if those of all that promise anything fail."""
        if not self.claims:
            return "no_defense"
        whole = combine_guarantees([(claim.kind, claim.guarantee) for claim in self.claims])
        return {True: "inside", False: "outside", None: "unknown"}[whole.holds]  # type: ignore[return-value]

    @property
    def worst_over_seeds(self) -> Withstands:
        """Of several networks the one that is known to withstand least."""
        return min(self.networks, key=lambda one: (one.robustness.f_max, one.robustness.r, one.byzantine.f))

    def to_dict(self) -> dict[str, Any]:
        """As plain data, which is what `swarmsec certify --json` prints."""
        return {
            "schema": SCHEMA,
            "scenario": self.scenario,
            "scenario_version": self.version,
            "scenario_digest": self.digest,
            "seeds": list(self.seeds),
            "attacks": [{"kind": kind, "daemons": list(aimed)} for kind, aimed in self.attacks],
            "networks": [one.to_dict() for one in self.networks],
            "defenses": [
                {"kind": one.kind, "parameters": dict(one.parameters), **one.guarantee._asdict()} for one in self.claims
            ],
            "verdict": self.verdict,
        }


def certify(scenario: Scenario, *, seeds: Sequence[int] | None = None, time_limit: float = 10.0) -> Certificate:
    """Find out what a scenario's network withstands, and what its defenses can promise on it.

    Args:
        scenario: A checked scenario.
        seeds: Which seeds' networks and targets; the scenario's own unless given.
        time_limit: Seconds for all programs together; what is not decided by then is told as a bound. With 0 there
            are none, and the certificate is the same on every machine.
    """
    if not time_limit >= 0:
        raise ParameterError(f"{time_limit} given; must be at least 0 seconds", where="time_limit")
    wanted = scenario.seeds if seeds is None else tuple(seeds)
    until = time.monotonic() + time_limit
    networks: list[Withstands] = []
    promises: list[list[Guarantee]] = []
    aimed: list[list[int]] = []
    first: Setup | None = None
    for number, seed in enumerate(wanted):
        setup = scenario.setup(seed)
        # Half of a seed's share is for the network, the rest for what is left of it without the liars.
        share = max(0.0, until - time.monotonic()) / (2 * (len(wanted) - number)) if time_limit else 0.0
        if first is not None and _same(first.network, setup.network):
            networks[0] = networks[0]._replace(seeds=(*networks[0].seeds, seed))
            known = networks[0].robustness
        else:
            networks.append(_withstands(setup.network, seed, share))
            known = networks[-1].robustness
        first = first or setup
        promises.append([promise for _, promise in promised(setup, how_robust=_Remembers(setup, known, share))])
        aimed.append([len(targets) for cast, targets in _acting(setup)])
    assert first is not None
    return Certificate(
        scenario=scenario.name,
        title=scenario.title,
        version=scenario.version,
        digest=scenario.digest,
        seeds=wanted,
        attacks=tuple(
            (cast.kind, tuple(counts[position] for counts in aimed))
            for position, (cast, _) in enumerate(_acting(first))
        ),
        networks=tuple(networks),
        claims=tuple(
            Claim(cast.kind, cast.parameters, worst_over_seeds([of_seed[position] for of_seed in promises]))
            for position, cast in enumerate(first.defenses)
        ),
    )


class _Remembers:
    """Tells how robust a network is; the scenario's own is known by now."""

    def __init__(self, setup: Setup, known: Robustness, time_limit: float) -> None:
        self._network, self._known, self._time_limit = setup.network, known, time_limit

    def __call__(self, network: Network) -> Robustness:
        return self._known if network is self._network else robustness(network, time_limit=self._time_limit)


def _withstands(network: Network, seed: int, time_limit: float) -> Withstands:
    found = robustness(network, time_limit=time_limit)
    return Withstands((seed,), network.n, network.m, found, byzantine(network, found=found, time_limit=time_limit))


def _same(one: Network, other: Network) -> bool:
    return np.array_equal(one.indptr, other.indptr) and np.array_equal(one.indices, other.indices)


def _acting(setup: Setup) -> list[tuple[Any, Any]]:
    """The attacks that act, with their targets."""
    return [
        (cast, targets) for cast, targets in zip(setup.attacks, setup.targets, strict=True) if acts(cast, setup.rounds)
    ]
