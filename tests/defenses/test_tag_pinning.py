"""Tag pinning and the border lure, in a small fog."""

from __future__ import annotations

from attacks.border_lure import BorderLure
from defenses.tag_pinning import TagPinning
from swarmsec import simulate
from swarmsec.testing import check_attack, check_defense

FOG = {
    "name": "fog",
    "world": {"kind": "fog"},
    "network": {"kind": "stochastic_blocks", "n": 160, "blocks": 4, "p_in": 0.3, "p_out": 0.05},
    "protocol": {"kind": "random_calls", "calls": 8},
    "rounds": 300,
    "attacks": [{"kind": "border_lure", "daemons": "10%", "start": 150}],
    "defenses": [{"kind": "tag_pinning"}],
}


def test_the_lure_exports_sensitive_data_and_pinning_prevents_most_of_it() -> None:
    attacked, defended = (simulate(FOG, arm=arm).metrics["sensitive_abroad_gb"][-1] for arm in ("attacked", "defended"))
    assert attacked > 0
    assert defended < 0.5 * attacked


def test_the_lure_keeps_the_rules_of_attacks() -> None:
    check_attack(BorderLure)


def test_pinning_keeps_the_rules_of_defenses() -> None:
    check_defense(TagPinning)
