"""Swarms that several attacks of the library are tried in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

FJ = {"kind": "friedkin_johnsen", "anchor": 0.2, "weights": "uniform"}


def spread_swarm(kind: str, defenses: Sequence[Any] = (), *, mean: float = 1.0, **attack: Any) -> dict[str, Any]:
    """Ten of fifty daemons that hear all are hijacked; beliefs scatter around `mean`."""
    return {
        "world": {"kind": "beliefs", "initial": "normal", "center": mean},
        "network": {"kind": "complete", "n": 50},
        "protocol": FJ,
        "rounds": 15,
        "seeds": 8,
        "attacks": [{"kind": kind, "daemons": 10, **attack}],
        "defenses": list(defenses),
    }


def auction(kind: str, protocol: str, defenses: Sequence[Any] = (), **attack: Any) -> dict[str, Any]:
    """Twelve daemons trade three goods, and daemon 0, the auctioneer, is hijacked."""
    return {
        "world": {"kind": "allocation", "items": 3},
        "network": {"kind": "complete", "n": 12},
        "protocol": {"kind": protocol},
        "rounds": 30,
        "seeds": 5,
        "attacks": [{"kind": kind, "daemons": [0], **attack}],
        "defenses": list(defenses),
    }
