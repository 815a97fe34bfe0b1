"""Certificates: the fault tolerance of a scenario's network, and the guarantees of its defenses, without a run."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.network import Byzantine, Network, Robustness, byzantine, robustness
from swarmsec.runs.guarantees import acts, guarantees_before
from swarmsec.scenario import Scenario
from swarmsec.short_repr import short_repr
from swarmsec.swarm.setup import Setup
from swarmsec.teams import Guarantee, combine_guarantees, worst_over_seeds

SCHEMA = "swarmsec.certificate/v1"

SHOWN_MAX = 100
"""The number of daemons of a set that are listed at most; its size is always reported."""

Verdict = Literal["inside", "outside", "unknown", "no_defense"]


class NetworkTolerance(NamedTuple):
    """The fault tolerance of a network that one or more seeds share.

    Attributes:
        seeds: The seeds with this network.
        n: The number of daemons.
        m: The number of directed edges.
        robustness: Its (r, s)-robustness, or bounds on it.
        byzantine: The number of Byzantine daemons it tolerates, or bounds on it.
    """

    seeds: tuple[int, ...]
    n: int
    m: int
    robustness: Robustness
    byzantine: Byzantine

    @property
    def f_max(self) -> dict[str, tuple[int, int]]:
        """Proven and at most tolerated liars, by threat; −1 where agreement of honest daemons is not guaranteed.

        The bound for f liars in all is one for f liars in every neighborhood too: f daemons are at most f in each.
        """
        found = self.robustness
        return {
            "total_malicious": (found.f_max, found.f_max if found.exact else found.r_at_most - 1),
            "local": (found.f_local, max(found.f_local, self.byzantine.f_at_most)),
            "total_byzantine": (self.byzantine.f, self.byzantine.f_at_most),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
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
    """The guarantee of one defense against the scenario's attacks, over all seeds."""

    kind: str
    parameters: Mapping[str, Any]
    guarantee: Guarantee


@dataclass(frozen=True, repr=False)
class Certificate:
    """The guarantees for a scenario before a run.

    Attributes:
        scenario: Its name.
        title: Its title.
        version: Its version.
        digest: The digest of the resolved scenario.
        seeds: The certified seeds.
        attacks: The kind of each acting attack, and its number of targets in each seed.
        networks: The fault tolerance of each distinct network.
        claims: The guarantee of each defense.
    """

    scenario: str
    title: str
    version: int
    digest: str
    seeds: tuple[int, ...]
    attacks: tuple[tuple[str, tuple[int, ...]], ...]
    networks: tuple[NetworkTolerance, ...]
    claims: tuple[Claim, ...]

    __repr__ = short_repr

    @property
    def verdict(self) -> Verdict:
        """`inside` if a guarantee holds in every seed; `outside` if every guarantee that any defense gives fails."""
        if not self.claims:
            return "no_defense"
        whole = combine_guarantees([(claim.kind, claim.guarantee) for claim in self.claims])
        return {True: "inside", False: "outside", None: "unknown"}[whole.holds]  # type: ignore[return-value]

    @property
    def worst_over_seeds(self) -> NetworkTolerance:
        """The network with the lowest proven fault tolerance."""
        return min(self.networks, key=lambda one: (one.robustness.f_max, one.robustness.r, one.byzantine.f))

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, as `swarmsec certify --json` prints it."""
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
    """Compute the fault tolerance of a scenario's network and the guarantees of its defenses.

    Args:
        scenario: A checked scenario.
        seeds: The seeds of the networks and targets; the scenario's own unless given.
        time_limit: Seconds for all integer programs together; undecided values are then reported as bounds. With 0
            no program is run, and the certificate is the same on every machine.
    """
    if not time_limit >= 0:
        raise ParameterError(f"{time_limit} given; must be at least 0 seconds", where="time_limit")
    wanted = scenario.seeds if seeds is None else tuple(seeds)
    until = time.monotonic() + time_limit
    networks: list[NetworkTolerance] = []
    promises: list[list[Guarantee]] = []
    aimed: list[list[int]] = []
    first: Setup | None = None
    for number, seed in enumerate(wanted):
        setup = scenario.setup(seed)
        # One half of a seed's time is for its network, the other half for the network without the liars.
        share = max(0.0, until - time.monotonic()) / (2 * (len(wanted) - number)) if time_limit else 0.0
        if first is not None and _equal(first.network, setup.network):
            networks[0] = networks[0]._replace(seeds=(*networks[0].seeds, seed))
            known = networks[0].robustness
        else:
            networks.append(_tolerance_of(setup.network, seed, share))
            known = networks[-1].robustness
        first = first or setup
        promises.append(
            [promise for _, promise in guarantees_before(setup, robustness_of=_CachedRobustness(setup, known, share))]
        )
        aimed.append([len(targets) for spec, targets in _acting_attacks(setup)])
    assert first is not None
    return Certificate(
        scenario=scenario.name,
        title=scenario.title,
        version=scenario.version,
        digest=scenario.digest,
        seeds=wanted,
        attacks=tuple(
            (spec.kind, tuple(counts[position] for counts in aimed))
            for position, (spec, _) in enumerate(_acting_attacks(first))
        ),
        networks=tuple(networks),
        claims=tuple(
            Claim(spec.kind, spec.parameters, worst_over_seeds([of_seed[position] for of_seed in promises]))
            for position, spec in enumerate(first.defenses)
        ),
    )


class _CachedRobustness:
    """Compute the robustness of a network; the scenario's own is cached."""

    def __init__(self, setup: Setup, known: Robustness, time_limit: float) -> None:
        self._network, self._known, self._time_limit = setup.network, known, time_limit

    def __call__(self, network: Network) -> Robustness:
        return self._known if network is self._network else robustness(network, time_limit=self._time_limit)


def _tolerance_of(network: Network, seed: int, time_limit: float) -> NetworkTolerance:
    found = robustness(network, time_limit=time_limit)
    return NetworkTolerance(
        (seed,), network.n, network.m, found, byzantine(network, found=found, time_limit=time_limit)
    )


def _equal(one: Network, other: Network) -> bool:
    return np.array_equal(one.indptr, other.indptr) and np.array_equal(one.indices, other.indices)


def _acting_attacks(setup: Setup) -> list[tuple[Any, Any]]:
    """The acting attacks, with their targets."""
    return [
        (spec, targets) for spec, targets in zip(setup.attacks, setup.targets, strict=True) if acts(spec, setup.rounds)
    ]
