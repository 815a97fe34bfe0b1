"""The pictures that a world declares: panels over the rounds, and maps of flows."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest

from swarmsec.report.html.rounds import Rounds
from swarmsec.report.html.world_pictures import MapFigure, PanelFigure, world_pictures
from swarmsec.worlds import Bill, Chart, Flow, FlowMap, Metric, World


class Borders(World):
    """A class for its declarations alone."""

    bills: ClassVar[tuple[Bill, ...]] = (Bill(name="cost_usd", unit="USD"),)
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="north_gb", unit="GB", aggregation="sum"),
        Metric(name="south_gb", unit="GB", aggregation="sum"),
        Metric(name="load"),
    )
    pictures: ClassVar = (
        Chart(title="Cost and load", figures=("cost_usd", "load")),
        Chart(title="Traffic", figures=("north_gb", "south_gb")),
        FlowMap(
            title="Map",
            places=("north", "south", "east"),
            flows=(Flow("south", "north", "north_gb"), Flow("north", "south", "south_gb")),
        ),
        Chart(title="Not recorded", figures=("missing",)),
    )


def rounds(**figures):
    arms = ("clean", "attacked")
    return Rounds((0, 1), {name: dict(zip(arms, values, strict=True)) for name, values in figures.items()})


def constant(value):
    return np.full((2, 4), float(value))


@pytest.fixture
def drawn():
    zero = constant(0)
    run = rounds(
        cost_usd=(constant(1), constant(3)),
        load=(zero, constant(0.5)),
        north_gb=(constant(1), constant(10)),
        south_gb=(zero, constant(5)),
    )
    return world_pictures(Borders, run)


def test_pictures_are_those_that_the_world_declares_and_the_run_has(drawn):
    assert [(type(one), one.title) for one in drawn] == [
        (PanelFigure, "Cost and load"),
        (PanelFigure, "Traffic"),
        (MapFigure, "Map"),
    ]


def test_a_panel_has_a_line_for_every_arm(drawn):
    panels = drawn[0].panels
    assert [(one.name, one.unit) for one in panels] == [("cost", "USD"), ("load", "")]
    assert [[line.arm for line in panel.chart.lines] for panel in panels] == [["clean", "attacked"]] * 2
    assert panels[0].description == "Mean over seeds in the last round: clean $1, attacked $3."


def test_panels_of_one_unit_share_their_scale_and_others_do_not(drawn):
    cost, load = drawn[0].panels
    north, south = drawn[1].panels
    assert north.chart.values == south.chart.values
    assert cost.chart.values != load.chart.values


def test_a_map_has_the_flows_of_the_whole_run_on_one_scale(drawn):
    clean, attacked = drawn[2].maps
    assert (clean.arm, clean.total, attacked.total) == ("clean", "4", "60")
    assert clean.description == "south to north: 4."
    assert attacked.description == "south to north: 40; north to south: 20."
    assert [arrow.width for arrow in attacked.arrows] == [60.0, 30.0]
    assert [arrow.width for arrow in clean.arrows] == [6.0]


def test_a_map_without_flows_says_so():
    zero = constant(0)
    run = rounds(cost_usd=(zero, zero), load=(zero, zero), north_gb=(zero, zero), south_gb=(zero, zero))
    assert [one.description for one in world_pictures(Borders, run)[2].maps] == ["No flows.", "No flows."]
