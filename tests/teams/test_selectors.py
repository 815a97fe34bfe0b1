"""Selectors name daemons without enumerating them, and say what is wrong with one that cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pytest

from swarmsec.errors import ParameterError, PluginError, ScenarioError, UnknownNameError
from swarmsec.network import topology
from swarmsec.rng import stream
from swarmsec.scenario import load_scenario
from swarmsec.teams import Attack, Help, RedView, Selector, Surface, amount_of, select
from swarmsec.teams.selectors import checked_daemons
from tests.strategies import beliefs, play, swarm_of

STAR = topology("star", n=20)
ROLES = {"broker": np.array([7, 2], dtype=np.int32)}


def chosen(selector, network=STAR, seed=0):
    return select(selector, network=network, roles=ROLES, rng=stream(0, "test", seed, "red/0/targets")).tolist()


def test_all_is_everybody() -> None:
    assert chosen("all") == list(range(20))


def test_a_list_is_these_ascending() -> None:
    assert chosen([9, 3]) == [3, 9]


def test_a_role_is_who_has_it_ascending() -> None:
    assert chosen("role=broker") == [2, 7]


@pytest.mark.parametrize(
    ("selector", "count"), [(12, 12), ("12", 12), ("5%", 1), ("1%", 1), ("50%", 10), ("12.5 %", 2), ("100%", 20)]
)
def test_a_number_or_a_share_is_that_many_different_ones_ascending(selector, count) -> None:
    daemons = chosen(selector)
    assert daemons == sorted(set(daemons))
    assert len(daemons) == count


def test_whom_a_number_draws_depends_on_the_seed_and_on_nothing_else() -> None:
    assert chosen(5, seed=1) == chosen(5, seed=1)
    assert chosen(5, seed=1) != chosen(5, seed=2)


def test_hubs_are_those_with_the_most_listeners() -> None:
    one_way = topology("edges", n=4, edges=[[2, 0], [2, 1], [3, 0], [3, 1], [3, 2], [0, 1]], directed=True)
    assert chosen("hubs:1", one_way) == [3]
    assert chosen("hubs:2", one_way) == [2, 3]
    assert chosen("hubs:50%", one_way) == [2, 3]


def test_hubs_are_a_tenth_unless_said() -> None:
    assert chosen("hubs") == [0, 1]


@pytest.mark.parametrize(
    ("selector", "says"),
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
def test_a_selector_that_names_nobody_there_is_refused(selector, says) -> None:
    with pytest.raises(ParameterError, match=says):
        chosen(selector)


@pytest.mark.parametrize("selector", [[], 0, "0%", "hubs:0"])
def test_a_selector_that_names_no_daemon_is_refused(selector) -> None:
    with pytest.raises(ParameterError):
        chosen(selector)


@pytest.mark.parametrize(
    ("amount", "n", "count"),
    [("5%", 1200, 60), ("1%", 7, 1), ("0%", 7, 0), (3, 7, 3), (0, 7, 0), ("7", 7, 7), ("0.1%", 10_000, 10)],
)
def test_an_amount_is_a_number_or_a_share_of_at_least_one(amount, n, count) -> None:
    assert amount_of(amount, n) == count


def test_daemons_that_a_plugin_names_keep_its_order_each_once() -> None:
    assert checked_daemons(np.array([5, 2, 5, 9]), 10, act="blue.isolate").tolist() == [5, 2, 9]
    assert checked_daemons([], 10, act="blue.isolate").tolist() == []


@pytest.mark.parametrize("daemons", [[10], [-1], [0.5], [[1]], [True]])
def test_a_plugin_that_names_a_daemon_that_is_not_there_is_told_in_which_act(daemons) -> None:
    with pytest.raises(PluginError, match="from 0 to 9") as refused:
        checked_daemons(np.array(daemons), 10, act="blue.isolate")
    assert refused.value.where == "blue.isolate"


def test_a_share_of_a_role_is_drawn_from_those_that_have_it() -> None:
    roles = {"zone_5": np.arange(10, 20, dtype=np.int32)}
    rng = stream(0, "test", 0, "red/0/targets")
    drawn = select("role=zone_5:20%", network=STAR, roles=roles, rng=rng).tolist()
    assert len(set(drawn)) == 2
    assert set(drawn) <= set(range(10, 20))
    assert len(select("role=zone_5:3", network=STAR, roles=roles, rng=rng)) == 3
    with pytest.raises(ParameterError, match="11"):
        select("role=zone_5:11", network=STAR, roles=roles, rng=rng)


def test_around_are_those_that_the_daemon_listens_to() -> None:
    one_way = topology("edges", n=4, edges=[[0, 3], [1, 3], [3, 2]], directed=True)
    assert chosen("around:3", network=one_way) == [0, 1]
    with pytest.raises(ParameterError, match="listens to nobody"):
        chosen("around:0", network=one_way)
    with pytest.raises(ParameterError, match="no daemon '4'"):
        chosen("around:4", network=one_way)


def test_same_is_what_was_selected_before() -> None:
    rng = stream(0, "test", 0, "red/0/targets")
    before = {"stubborn": np.array([4, 5], dtype=np.int32)}
    assert select("same:stubborn", network=STAR, roles={}, rng=rng, same=before).tolist() == [4, 5]
    with pytest.raises(ParameterError, match=r"nothing before is called 'stuborn'.*stubborn"):
        select("same:stuborn", network=STAR, roles={}, rng=rng, same=before)


@dataclass(kw_only=True)
class Pair(Attack):
    """Has targets and accomplices."""

    surface = Surface.SIGNAL
    accomplices: Annotated[Selector, Help("Who helps.")] = "around:7"
    others: Annotated[Selector | None, Help("Who else.")] = None

    def begin(self, red: RedView) -> None:
        self.seen = {name: red.named(name).tolist() for name in ("daemons", "accomplices")}
        with pytest.raises(UnknownNameError, match="others"):
            red.named("others")


def test_every_parameter_of_the_type_selector_is_resolved() -> None:
    ring = topology("ring", n=12)
    first, second = Pair(daemons=[7]), Pair(daemons="same:Pair", accomplices="same:daemons")
    drawn = Pair(daemons=3, accomplices=3)
    play(swarm_of(ring, attacks=[first, second, drawn], arm="attacked"))
    assert first.seen == {"daemons": [7], "accomplices": [6, 8]}
    assert second.seen == {"daemons": [7], "accomplices": [7]}
    assert drawn.seen["daemons"] != drawn.seen["accomplices"]


@pytest.mark.parametrize(
    ("network", "selectors"),
    [
        ({"kind": "ring", "n": 8}, ["around:2"]),
        ({"kind": "edges", "n": 8, "edges": [[7, i] for i in range(7)]}, ["hubs:1", [0]]),
    ],
)
def test_a_budget_is_checked_on_the_edges_when_a_document_is_read(network, selectors) -> None:
    """A star whose hub is the last daemon: on a network without edges the hub would be daemon 0."""
    attacks = [{"kind": "stubborn", "daemons": selector} for selector in selectors]
    with pytest.raises(ScenarioError, match="2 hijacked daemons; the rules allow 1"):
        load_scenario(beliefs([0.0] * 8, network, attacks=attacks, rules={"red": {"daemons": 1}}))
    load_scenario(beliefs([0.0] * 8, network, attacks=attacks, rules={"red": {"daemons": 2}})).setup(0)


def test_a_budget_is_checked_on_the_networks_of_all_seeds() -> None:
    network = {"kind": "erdos_renyi", "n": 12, "p": 0.3}
    document = beliefs([0.0] * 12, network, attacks=[{"kind": "stubborn", "daemons": "around:2"}], seeds=[2, 0])
    sizes = [len(load_scenario(document).setup(seed).targets[0]) for seed in (2, 0)]
    assert sizes[0] < sizes[1]
    with pytest.raises(ScenarioError, match=f"{sizes[1]} hijacked daemons"):
        load_scenario({**document, "rules": {"red": {"daemons": sizes[0]}}})


def test_every_selector_of_an_attack_is_checked_when_a_document_is_read(tmp_path) -> None:
    (tmp_path / "helped.py").write_text(HELPED, encoding="utf-8")
    attack = {"kind": "helped", "daemons": [0]}
    for helpers in ([9], "around:9", "same:nobody"):
        document = beliefs([0.0] * 6, {"kind": "ring", "n": 6}, attacks=[{**attack, "helpers": helpers}])
        with pytest.raises(ScenarioError, match="helpers"):
            load_scenario(document, plugins=[tmp_path])


HELPED = '''"""Has helpers."""

from dataclasses import dataclass
from typing import Annotated

from swarmsec import Attack, Surface
from swarmsec.teams import Help, Selector


@dataclass(kw_only=True)
class Helped(Attack):
    """Has helpers."""

    surface = Surface.SIGNAL
    helpers: Annotated[Selector, Help("Who helps.")] = "all"
'''


def test_a_document_may_select_around_a_daemon() -> None:
    attack = {"kind": "stubborn", "daemons": "around:2"}
    scenario = load_scenario(beliefs([0.0] * 6, {"kind": "ring", "n": 6}, attacks=[attack]))
    assert [aimed.tolist() for aimed in scenario.setup(0).targets] == [[1, 3]]
