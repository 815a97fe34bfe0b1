"""The kit refuses cheats for the reason for which they are cheats, and every cheat is refused or harmless."""

from __future__ import annotations

from pathlib import Path

import pytest

from swarmsec.errors import PluginError
from swarmsec.registry import Registry
from swarmsec.testing import check_attack, check_defense

FOLDER = Path(__file__).parents[1] / "cheats"

REFUSED = {
    "batch_scores": "moves_follow_the_daemons.*if it and its neighbors have other numbers",
    "free_gossip": "a_local_filter_is_local.*changes the result for daemon 1, more than 0 links away.*`blue.tell`",
    "global_median": "a_local_filter_is_local.*changes the result for daemon 1, more than 0 links away",
    "memory": "an_arm_leaves_no_memory.*`attacked` differs once other arms were run before it",
    "no_credentials": "red.hijack: holds no credential for daemon",
    "peeks": r"`blue.isolate` needs Vantage.MONITOR; the vantage of this defense is local",
    "peeks_and_ignores": "one_island_has_no_effect_on_another.*to which no link leads",
    "pools_the_warm_up": "one_island_has_no_effect_on_another.*to which no link leads",
    "quiet_intensity": "equal_seeds_give_equal_runs.*an instance that has run before gives a different run",
    "swarm_mean_late": "one_island_has_no_effect_on_another.*to which no link leads",
    "unlock_state": "it_writes_into_no_given_array.*`on_signals` writes into the array that it is given",
}
"""The kit's answer to each cheat that it refuses: rule and finding."""

HARMLESS = {"delays_are_truth", "hold_first", "said_is_truth", "say_nothing"}
"""Plug-ins that keep the rules: they find nothing, or do no better than standing still, or are allowed and survived."""

UNLOADABLE = "overrides_intensity"


def kinds() -> set[str]:
    return {file.stem for file in FOLDER.glob("[!_]*.py")}


def test_every_cheat_is_refused_or_harmless() -> None:
    assert kinds() == {*REFUSED, *HARMLESS, UNLOADABLE}


def check(kind: str) -> None:
    registry = Registry([FOLDER])
    if kind in registry.kinds("attacks"):
        check_attack(registry.get("attacks", kind))
    else:
        check_defense(registry.get("defenses", kind))


@pytest.mark.slow
@pytest.mark.parametrize("kind", REFUSED)
def test_the_kit_refuses_a_cheat_and_says_why(kind: str) -> None:
    with pytest.raises(AssertionError, match=f"(?s){REFUSED[kind]}"):
        check(kind)


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(HARMLESS))
def test_the_kit_passes_a_plugin_that_keeps_the_rules(kind: str) -> None:
    check(kind)


def test_an_attack_with_a_schedule_of_its_own_cannot_be_loaded() -> None:
    with pytest.raises(PluginError, match="OverridesIntensity overrides `intensity`, which follows from start, stop"):
        Registry([FOLDER]).get("attacks", UNLOADABLE)
