"""Selectors choose daemons without listing them, and report invalid values."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.errors import ParameterError, PluginError
from swarmsec.network import topology
from swarmsec.rng import stream
from swarmsec.teams import amount_of, select
from swarmsec.teams.selectors import named

STAR = topology("star", n=20)
ROLES = {"broker": np.array([7, 2], dtype=np.int32)}


def chosen(selector, network=STAR, seed=0):
    return select(selector, network=network, roles=ROLES, rng=stream(0, "test", seed, "red/0/targets")).tolist()


def test_all_selects_every_daemon() -> None:
    assert chosen("all") == list(range(20))


def test_a_list_selects_its_daemons_in_ascending_order() -> None:
    assert chosen([9, 3]) == [3, 9]


def test_a_role_selects_its_daemons_in_ascending_order() -> None:
    assert chosen("role=broker") == [2, 7]


@pytest.mark.parametrize(
    ("selector", "count"), [(12, 12), ("12", 12), ("5%", 1), ("1%", 1), ("50%", 10), ("12.5 %", 2), ("100%", 20)]
)
def test_a_number_or_share_selects_distinct_daemons_in_ascending_order(selector, count) -> None:
    daemons = chosen(selector)
    assert daemons == sorted(set(daemons))
    assert len(daemons) == count


def test_drawn_daemons_depend_on_the_seed_only() -> None:
    assert chosen(5, seed=1) == chosen(5, seed=1)
    assert chosen(5, seed=1) != chosen(5, seed=2)


def test_hubs_are_those_with_the_most_listeners() -> None:
    one_way = topology("edges", n=4, edges=[[2, 0], [2, 1], [3, 0], [3, 1], [3, 2], [0, 1]], directed=True)
    assert chosen("hubs:1", one_way) == [3]
    assert chosen("hubs:2", one_way) == [2, 3]
    assert chosen("hubs:50%", one_way) == [2, 3]


def test_hubs_default_to_a_tenth() -> None:
    assert chosen("hubs") == [0, 1]


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        (21, "from 0 to 20"),
        (-1, "from 0 to 20"),
        ("101%", "share"),
        ("-5%", "must be all"),
        ("everyone", "must be all"),
        ("hubs:x", "number"),
        ("hubs:99", "from 0 to 20"),
        ("role=brooker", "did you mean `broker`"),
        ([20], "no daemon 20"),
        ([-1], "no daemon -1"),
        ([True], "no daemon True"),
        ([1.5], "no daemon 1.5"),
        ([3, 3], "twice"),
        (True, "True given"),
        ("²", "given"),
    ],
)
def test_an_invalid_selector_is_refused(selector, message) -> None:
    with pytest.raises(ParameterError, match=message):
        chosen(selector)


@pytest.mark.parametrize("selector", [[], 0, "0%", "hubs:0"])
def test_an_empty_selection_is_refused(selector) -> None:
    with pytest.raises(ParameterError):
        chosen(selector)


@pytest.mark.parametrize(
    ("amount", "n", "count"),
    [("5%", 1200, 60), ("1%", 7, 1), ("0%", 7, 0), (3, 7, 3), (0, 7, 0), ("7", 7, 7), ("0.1%", 10_000, 10)],
)
def test_an_amount_is_a_number_or_a_share_rounded_to_at_least_one(amount, n, count) -> None:
    assert amount_of(amount, n) == count


def test_daemons_named_by_a_plugin_keep_their_order_without_duplicates() -> None:
    assert named(np.array([5, 2, 5, 9]), 10, act="blue.isolate").tolist() == [5, 2, 9]
    assert named([], 10, act="blue.isolate").tolist() == []


@pytest.mark.parametrize("daemons", [[10], [-1], [0.5], [[1]], [True]])
def test_the_error_of_an_unknown_daemon_names_the_call(daemons) -> None:
    with pytest.raises(PluginError, match="from 0 to 9") as refused:
        named(np.array(daemons), 10, act="blue.isolate")
    assert refused.value.where == "blue.isolate"
