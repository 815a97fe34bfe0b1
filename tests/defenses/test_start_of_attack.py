"""The share that a detector prevents does not depend on the round in which the attack begins."""

from __future__ import annotations

import pytest

from swarmsec import run


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["signal_clip", "median_gate"])
def test_a_start_one_round_later_moves_the_share_by_less_than_its_interval(kind) -> None:
    """`pyod_detector`, which looks at each daemon every few rounds, has the same test beside its others."""
    one, other = (
        run(
            {
                "world": {"kind": "beliefs", "initial": "normal", "noise": 1.0},
                "network": {"kind": "random_regular", "n": 60, "degree": 6},
                "protocol": {"kind": "friedkin_johnsen", "anchor": 0.1},
                "rounds": 400,
                "attacks": [{"kind": "false_signal", "daemons": "20%", "bias": -3.0, "start": start}],
                "defenses": [{"kind": kind}],
                "seeds": 5,
            }
        ).damage_limited
        for start in (300, 301)
    )
    assert one is not None
    assert other is not None
    assert abs(one.mean - other.mean) <= one.high - one.low
