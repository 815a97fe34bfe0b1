"""Bradley–Terry ratings: a published example, the effect of the prior, and properties of arbitrary results."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from swarmsec.scoring.bradley_terry import bradley_terry
from swarmsec.scoring.ratings import AVERAGE, rate

# Agresti, Categorical Data Analysis (2nd ed. 2002), Table 10.10: the American League's Eastern Division in 1987, how
# often the row's team beat the column's. Milwaukee, Detroit, Toronto, New York, Boston, Cleveland, Baltimore.
BASEBALL_1987 = np.array(
    [
        [0, 7, 9, 7, 7, 9, 11],
        [6, 0, 7, 5, 11, 9, 9],
        [4, 6, 0, 7, 7, 8, 12],
        [6, 8, 6, 0, 6, 7, 10],
        [6, 2, 6, 7, 0, 7, 12],
        [4, 4, 5, 6, 6, 0, 6],
        [2, 4, 1, 3, 1, 7, 0],
    ],
    dtype=float,
)
results = (
    st.integers(2, 5)
    .flatmap(lambda k: arrays(np.float64, (k, k), elements=st.integers(0, 9)))
    .map(lambda wins: wins * (1 - np.eye(len(wins))))
)


def outcomes_of(best_first, seeds, *, upsets=()):
    """(seeds, 1, k) outcomes with one order of contestants, which is reversed in the seeds `upsets`."""
    k = len(best_first)
    scores = np.zeros(k)
    scores[list(best_first)] = np.arange(k, 0, -1)
    return np.array([[scores if seed not in upsets else -scores] for seed in range(seeds)])


def test_baseball_of_1987_has_the_published_estimates():
    """Table 10.11, column 3: log strengths relative to Baltimore, in descending order."""
    logs = bradley_terry(BASEBALL_1987, prior=0)
    assert (logs - logs[6]).round(2).tolist() == [1.58, 1.44, 1.29, 1.25, 1.11, 0.68, 0.0]


def test_two_contestants_have_the_log_odds_of_their_wins():
    logs = bradley_terry(np.array([[0.0, 8.0], [2.0, 0.0]]), prior=0)
    assert logs[0] - logs[1] == pytest.approx(np.log(4))


def test_a_batch_gives_the_estimates_of_its_members():
    batch = np.stack([BASEBALL_1987, BASEBALL_1987.T, BASEBALL_1987 * 2])
    alone = [bradley_terry(wins) for wins in batch]
    assert bradley_terry(batch) == pytest.approx(np.array(alone), abs=1e-8)


def test_the_prior_gives_an_unbeaten_contestant_a_finite_strength():
    logs = bradley_terry(np.array([[0.0, 5.0], [0.0, 0.0]]))
    assert np.isfinite(logs).all()
    assert logs[0] > logs[1]


def test_the_prior_gives_separate_groups_equal_means():
    wins = np.zeros((4, 4))
    wins[0, 1] = wins[2, 3] = 3
    assert bradley_terry(wins)[[0, 1]] == pytest.approx(bradley_terry(wins)[[2, 3]])


def test_a_contestant_without_comparisons_is_average():
    wins = np.zeros((3, 3))
    wins[0, 1] = wins[1, 0] = 2
    assert bradley_terry(wins) == pytest.approx(np.zeros(3))


@given(results)
@settings(max_examples=50, deadline=None)
def test_expected_wins_equal_counted_wins(wins):
    """The score of the likelihood is zero at its maximum, so expected wins equal counted wins."""
    anchored = np.pad(wins, (0, 1), constant_values=0.5)  # The prior is one tie with an average contestant.
    anchored[-1, -1] = 0.0
    strength = np.exp(bradley_terry(wins))
    scale = np.exp(-_offset(wins))
    strength = np.append(strength * scale, 1.0)
    expected = ((anchored + anchored.T) * strength[:, None] / (strength[:, None] + strength)).sum(axis=1)
    assert expected[:-1] == pytest.approx(anchored.sum(axis=1)[:-1], abs=1e-6)


def _offset(wins):
    """The shift that centers the estimates at 0, computed from the expected wins of the anchor."""
    logs = bradley_terry(wins)
    low, high = -50.0, 50.0
    for _ in range(200):
        middle = (low + high) / 2
        against_average = (1 / (1 + np.exp(-(logs - middle)))).sum()
        low, high = (middle, high) if against_average > len(wins) / 2 else (low, middle)
    return (low + high) / 2


@given(results, st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_strengths_do_not_depend_on_the_order_of_contestants(wins, random):
    order = list(range(len(wins)))
    random.shuffle(order)
    assert bradley_terry(wins[np.ix_(order, order)]).tolist() == bradley_terry(wins)[order].tolist()


@pytest.mark.parametrize("seeds", [1, 5, 45])
def test_ratings_do_not_depend_on_the_order_of_contestants_and_equals_are_rated_equal(seeds):
    """Contestant 9 has the outcomes of contestant 2. From 41 seeds on, intervals are of the bootstrap."""
    outcomes = np.random.default_rng(7).normal(size=(seeds, 4, 9))
    outcomes = np.concatenate([outcomes, outcomes[..., 2:3]], axis=2)
    order = np.random.default_rng(8).permutation(10)
    rated = rate(outcomes)
    assert rated[9] == rated[2]
    assert rate(outcomes[..., order]) == tuple(rated[at] for at in order)


@given(results)
@settings(max_examples=50, deadline=None)
def test_reversed_results_give_negated_strengths(wins):
    assert bradley_terry(wins.T) == pytest.approx(-bradley_terry(wins), abs=1e-7)


def test_comparisons_are_counted_within_a_seed_and_a_case():
    outcomes = np.array([[[1.0, 2.0, 2.0], [5.0, 4.0, np.nan]]])
    first, second, third = rate(outcomes)
    assert (first.wins, first.losses, first.ties) == (1, 2, 0)
    assert (second.wins, second.losses, second.ties) == (1, 1, 1)
    assert (third.wins, third.losses, third.ties) == (1, 0, 1)


def test_differences_by_rounding_are_ties():
    first, second = rate(np.array([[[0.1 + 0.2, 0.3]]]))
    assert first.ties == second.ties == 1
    assert first.points.mean == second.points.mean == AVERAGE


def test_better_contestants_are_rated_higher_and_the_mean_is_the_average():
    rated = rate(outcomes_of([2, 0, 1], seeds=5, upsets={4}))
    assert rated[2].points.mean > rated[0].points.mean > rated[1].points.mean
    assert np.mean([one.points.mean for one in rated]) == pytest.approx(AVERAGE)


@pytest.mark.parametrize("seeds", [5, 12])
def test_an_interval_contains_its_rating_and_narrows_with_seeds(seeds):
    def width(count):
        points = rate(outcomes_of([0, 1], seeds=count, upsets=range(0, count, 4)))[0].points
        assert points.low < points.mean < points.high
        return points.high - points.low

    assert width(4 * seeds) < width(seeds)


def test_one_seed_has_no_interval():
    points = rate(outcomes_of([0, 1], seeds=1))[0].points
    assert (points.low, points.high) == (None, None)


@pytest.mark.parametrize("seeds", [4, 10])
def test_ratings_are_reproducible(seeds):
    outcomes = outcomes_of([1, 0, 2], seeds=seeds, upsets={0})
    assert rate(outcomes) == rate(outcomes)


def test_intervals_of_differences_have_nominal_coverage():
    """Forty simulated leagues of 12 seeds and 20 cases with known strengths."""
    rng = np.random.default_rng(3)
    strengths = np.array([0.5, 0.0, -0.5])
    inside = 0
    for _ in range(40):
        noise = rng.gumbel(size=(12, 20, 3))  # Gumbel noise on log strengths is the Bradley–Terry model (Luce 1959).
        rated = rate(strengths + noise)
        true = AVERAGE + 400 / np.log(10) * strengths
        inside += sum(one.points.low <= value <= one.points.high for one, value in zip(rated, true, strict=True))
    assert inside >= 0.85 * 120
