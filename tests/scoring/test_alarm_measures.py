"""PR-AUC, exposure, and the cost of errors of alarms, by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from swarmsec.scoring.detection import Detection, detection
from swarmsec.swarm import trace as module
from swarmsec.swarm.trace import HonestMessages, ScoreLog, Trace
from tests.scoring.test_detection import ON_0, trace

Given = Sequence[dict[int, float]]
"""In each round, the score by daemon."""


def scored(given: Given, *, changed: Sequence[Sequence[int]] = (), lasting: Sequence[Sequence[int]] = ()) -> Trace:
    """A trace with an alarm for each score, and further alarms without one, round by round."""
    log = ScoreLog()
    for round, scores in enumerate(given):
        log.note(round, np.array(list(scores), dtype=np.int32), np.array(list(scores.values())))
    alarms = [[*scores, *(lasting[round] if lasting else ())] for round, scores in enumerate(given)]
    return replace(trace(changed=changed, alarms=alarms), scores=log.scores)


def area(defended: Trace, guarded: Trace | None = None) -> float | None:
    arms = {"defended": defended} if guarded is None else {"defended": defended, "guarded": guarded}
    found = detection([arms] * 2).pr_auc
    return None if found is None else found.mean


FOUR = [[0]] * 4


def test_pr_auc_sums_precision_over_the_steps_of_recall() -> None:
    """From the highest score on: a false alarm, two hits at precisions of 1/2 and 2/3, and a false alarm."""
    given = [{0: 3.0, 1: 4.0}, {0: 2.0}, {2: 1.5}, {}]
    assert area(scored(given, changed=FOUR)) == pytest.approx(1 / 4 * 1 / 2 + 1 / 4 * 2 / 3)


def test_alarms_with_one_score_are_one_step() -> None:
    assert area(scored([{0: 2.0, 1: 2.0}, {0: 2.0}, {}, {}], changed=FOUR)) == pytest.approx(1 / 2 * 2 / 3)


def test_pr_auc_is_not_point_adjusted() -> None:
    """One hit in an attack of four rounds finds a quarter of it."""
    assert area(scored([{}, {}, {0: 9.0}, {}], changed=FOUR)) == pytest.approx(1 / 4)


def test_pr_auc_is_the_average_precision_if_every_daemon_round_has_a_score() -> None:
    rng = np.random.default_rng(5)
    changed = rng.random((30, 4)) < 0.3
    scores = rng.normal(size=(30, 4)) + changed
    defended = scored(
        [dict(enumerate(row)) for row in scores], changed=[np.flatnonzero(row).tolist() for row in changed]
    )
    assert area(defended) == pytest.approx(average_precision_score(changed.ravel(), scores.ravel()), abs=1e-6)


def test_a_lasting_alarm_keeps_its_last_score_and_ends_with_it() -> None:
    """Daemon 0 stays isolated after its score of 3, and is false alarm 1 below that; later it has a score of 1."""
    given = [{0: 3.0}, {1: 2.0}, {}, {}]
    kept = scored(given, changed=FOUR, lasting=[[], [0], [], [0]])
    assert area(kept) == pytest.approx(1 / 2 * 1 + 1 / 4 * 3 / 4)


def test_alarms_without_a_score_count_as_1() -> None:
    above, below = (scored([{1: score}, {}, {}, {}], changed=FOUR, lasting=[[0], [], [], []]) for score in (2.0, 0.5))
    assert area(above) == pytest.approx(1 / 4 * 1 / 2)
    assert area(below) == pytest.approx(1 / 4)


def test_alarms_that_ring_in_peace_with_the_same_score_have_no_area() -> None:
    given = [{0: 3.0}, {0: 2.0}, {}, {1: 5.0}]
    assert area(scored(given, changed=FOUR), scored(given)) == 0.0


def test_a_higher_score_than_in_peace_counts() -> None:
    """The alarm of 3 is a hit above the score of 1 in peace, and none below."""
    assert area(scored([{0: 3.0}, {}, {}, {}], changed=FOUR), scored([{0: 1.0}, {}, {}, {}])) == pytest.approx(1 / 4)


def test_scores_at_random_have_almost_no_area() -> None:
    rng = np.random.default_rng(2)
    rounds = 400

    def guesses() -> Given:
        return [{one: rng.random() for one in np.flatnonzero(rng.random(4) < 0.3)} for _ in range(rounds)]

    assert area(scored(guesses(), changed=[[0, 1]] * rounds), scored(guesses())) < 0.03
    assert area(scored(guesses(), changed=[[0, 1]] * rounds)) > 0.1, "it is the arm in peace that tells"


def test_without_scores_or_with_too_many_there_is_no_pr_auc(monkeypatch) -> None:
    assert area(trace(changed=ON_0, alarms=ON_0)) is None
    monkeypatch.setattr(module, "TOGGLES_MAX", 2)
    cut = scored([{0: 1.0, 1: 1.0}, {0: 1.0}, {2: 1.0}, {}], changed=FOUR)
    assert cut.scores is None
    assert area(cut) is None


def test_of_several_scores_in_a_round_the_highest_is_recorded() -> None:
    log = ScoreLog()
    log.note(3, np.array([2, 0, 2], dtype=np.int32), np.array([1.0, 5.0, 4.0]))
    log.note(3, np.array([0, 1], dtype=np.int32), np.array([2.0, 7.0]))
    assert log.scores is not None
    assert [(round, who.tolist(), given.tolist()) for round, who, given in log.scores] == [(3, [0, 1, 2], [5, 7, 4])]


def alarms_against(changed: Sequence[Sequence[int]], alarms: Sequence[Sequence[int]], peace=()) -> Detection:
    return detection([{"defended": trace(changed=changed, alarms=alarms), "guarded": trace(alarms=peace)}] * 2)


def test_exposure_is_the_median_of_the_attacked_rounds_before_the_first_alarm() -> None:
    """Daemon 0 is found after 1 round, daemon 1 after 4; daemon 2 is never, in 2 rounds."""
    changed = [[0, 1], [0, 1], [0, 1, 2], [0, 1, 2], [0, 1], [0, 1]]
    one = alarms_against(changed, [[], [0], [0], [0], [0, 1], [0, 1]])
    assert one.exposure_rounds is not None
    assert one.found_share is not None
    assert (one.exposure_rounds.mean, one.found_share.mean) == (2.0, 2 / 3)


def test_rounds_without_a_change_are_no_exposure() -> None:
    one = alarms_against([[0], [], [0], [], [0]], [[], [], [], [], [0]])
    assert one.exposure_rounds == (2.0, 2.0, 2.0)


def test_an_alarm_in_peace_as_well_finds_no_daemon() -> None:
    """Daemon 0 has the same alarm in peace, daemon 1 has none."""
    alarms = [[], [1], [1], [0, 1], [1], [1]]
    found = alarms_against([[0, 1]] * 6, alarms, peace=[[], [], [], [0], [], []])
    assert found.found_share == (0.5, 0.5, 0.5)
    none = alarms_against([[0, 1]] * 6, alarms, peace=alarms)
    assert (none.found_share, none.exposure_rounds) == ((0.0, 0.0, 0.0), None)


def test_the_cost_of_errors_weighs_misses_and_false_alarms() -> None:
    """Two of three daemon-rounds are hits, and there are four false alarms."""
    one = alarms_against(ON_0, [[1], [1, 2], [0], [0, 3], [], []])
    costs = [one.cost_balanced, one.cost_false_alarms_dear, one.cost_misses_dear]
    expected = [(1 + 4 * 0.11) / 3, (1 + 4 * 0.22) / 3, (2 + 4 * 0.11) / 6]
    assert [cost.mean for cost in costs if cost] == pytest.approx(expected)


def test_without_an_alarm_the_cost_is_1_and_perfect_alarms_cost_nothing() -> None:
    names = ("cost_balanced", "cost_false_alarms_dear", "cost_misses_dear")
    for alarms, cost in (([], 1.0), (ON_0, 0.0)):
        one = alarms_against(ON_0, alarms)
        assert [getattr(one, name).mean for name in names] == [cost] * 3


def test_more_false_alarms_than_misses_can_cost_more_than_no_alarms() -> None:
    always = alarms_against([[0]], [[0, 1, 2, 3]] * 40)
    assert always.cost_balanced is not None
    assert always.cost_balanced.mean == pytest.approx(0.11 * 159)


def test_without_an_attack_there_is_neither_cost_nor_exposure() -> None:
    one = alarms_against([], [[1]])
    assert (one.cost_balanced, one.exposure_rounds, one.found_share, one.pr_auc) == (None,) * 4


def test_honest_messages_are_relative_to_the_clean_arm() -> None:
    """Links lose a tenth in the clean arm; blue processes 36 of 80."""
    arms = {
        "clean": replace(trace(), honest_messages=HonestMessages(100, 90)),
        "defended": replace(trace(), honest_messages=HonestMessages(80, 36)),
    }
    assert detection([arms] * 2).honest_messages_processed == pytest.approx((0.5, 0.5, 0.5))
    assert detection([{"defended": arms["defended"]}]).honest_messages_processed is None
