"""The campaign of the library: each phase uses what an earlier one wrote to the board."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from swarmsec import load_scenario, run, simulate

PHASES = load_scenario("campaign").document["attacks"]


@cache
def damages(without: str = "") -> dict[str, Any]:
    """The damage of each arm over the seeds; without a phase, or without the preference of the moves."""
    document = load_scenario("campaign").document
    attacks = [dict(phase) for phase in PHASES if phase["kind"] != without]
    for phase in attacks if without == "prefer" else ():
        phase.pop("prefer", None)
    return dict(run({**document, "attacks": attacks}, arms=("clean", "attacked", "defended")).damage)


def test_without_reconnaissance_the_campaign_does_almost_no_damage() -> None:
    for arm in ("attacked", "defended"):
        assert damages("reconnaissance")[arm].high < damages()[arm].low / 50


@pytest.mark.slow
def test_moves_to_the_most_heard_daemons_do_more_damage_than_moves_at_random() -> None:
    assert damages("prefer")["attacked"].high < damages()["attacked"].low
    assert damages("prefer")["defended"].high < damages()["defended"].low / 2


def test_the_phases_note_in_their_order_what_they_learned_and_hold() -> None:
    trace = simulate("campaign", arm="attacked")
    notes = [(event.plugin, event.note[0]) for event in trace.events if event.note]
    assert notes == [
        ("reconnaissance", "usual_mean"),
        ("reconnaissance", "usual_deviation"),
        ("hijack", "reach"),
        ("hijack", "hijacked"),
        ("hijack", "share_of_reach"),
        ("hijack", "reach"),
        ("takeover", "taken_over"),
        ("hijack", "hijacked"),
        ("hijack", "share_of_reach"),
    ]
    assert trace.compromised.sum() == PHASES[-1]["enough"]


def test_the_lie_begins_after_the_hijack_and_is_no_larger_than_what_was_honest_in_the_news() -> None:
    trace, clean = (simulate("campaign", arm=arm, record_states=True) for arm in ("attacked", "clean"))
    begins = next(event.round for event in trace.events if event.note and event.note[0] == "taken_over")
    assert begins > PHASES[2]["start"]
    assert (trace.states[: begins + 1] == clean.states[: begins + 1]).all()
    lie = trace.states[begins + 1, trace.compromised, 0]
    assert (lie == lie[0]).all()
    assert lie[0] > clean.states[:begins].min()
