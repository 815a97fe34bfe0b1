"""Networks and prices from files: relative to the scenario, part of its identity, all faults at once."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from swarmsec import load_scenario, run
from swarmsec.errors import ScenarioError
from swarmsec.network import topology
from swarmsec.scenario import InvalidScenarioError
from swarmsec.scenario.model import digest_of

EDGES = [(0, 1), (1, 2), (2, 0), (2, 3)]
GRAPHML = """<?xml version="1.0"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="{}">{}{}</graph></graphml>"""


def graphml(labels: str, edges: list[tuple[str, str]], *, default: str = "undirected") -> str:
    nodes = "".join(f'<node id="{label}"/>' for label in labels)
    return GRAPHML.format(default, nodes, "".join(f'<edge source="{u}" target="{v}"/>' for u, v in edges))


def node_link(labels: list[Any], edges: list[tuple[Any, Any]], **more: Any) -> str:
    links = [{"source": u, "target": v, "weight": 2.5} for u, v in edges]
    return json.dumps({"nodes": [{"id": label} for label in labels], "links": links, **more})


SAME = {
    "net.csv": "source,target,weight\n0,1,5\n1,2,1\n2,0,1\n2,3,1\n",
    "net.txt": "# a comment\n0 1\n1 2\n\n2 0\n2\t3\n",
    "semicolons.csv": "\ufeff0;1\r\n1;2\r\n2;0\r\n2;3\r\n",
    "quoted.csv": '"from","to"\n"a","b"\n"b","c"\n"c","a"\n"c","d"\n',
    "net.graphml": graphml("abcd", [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")]),
    "net.json": node_link([0, 1, 2, 3], EDGES, directed=False),
    "edges.json": json.dumps(
        {"nodes": ["a", "b", "c", "d"], "edges": [["a", "b"], ["b", "c"], ["c", "a"], ["c", "d"]]}
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_every_format_gives_the_same_network(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(SAME[name], encoding="utf-8")
    network = topology("file", path=str(tmp_path / name))
    expected = topology("edges", n=4, edges=[list(edge) for edge in EDGES])
    assert (network.indptr.tolist(), network.indices.tolist()) == (expected.indptr.tolist(), expected.indices.tolist())


@pytest.mark.parametrize("name", ["net.graphml", "net.json"])
def test_a_file_that_declares_its_edges_directed_is_directed(tmp_path: Path, name: str) -> None:
    edges = [("0", "1"), ("1", "0"), ("1", "2")]
    directed = (
        graphml("012", edges, default="directed")
        if name == "net.graphml"
        else node_link([0, 1, 2], edges, directed=True)
    )
    (tmp_path / name).write_text(directed, encoding="utf-8")
    assert topology("file", path=str(tmp_path / name)).m == 3


def test_more_daemons_than_nodes_are_isolated(tmp_path: Path) -> None:
    (tmp_path / "net.csv").write_text("0,1\n", encoding="utf-8")
    assert topology("file", path=str(tmp_path / "net.csv"), n=5).degrees.tolist() == [1, 1, 0, 0, 0]


def test_all_faults_are_told_at_once_unless_they_are_dropped(tmp_path: Path) -> None:
    file = tmp_path / "grid.csv"
    file.write_text("a,b\nb,a\nc,c\nb,c\na,b\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"line 2.*line 3.*line 5"):
        topology("file", path=str(file))
    assert topology("file", path=str(file), duplicates="drop", self_loops="drop").m == 4


def test_of_many_faults_the_first_are_told_and_the_others_counted(tmp_path: Path) -> None:
    file = tmp_path / "net.csv"
    file.write_text("a,b\n" * 282, encoding="utf-8")
    with pytest.raises(ScenarioError, match="and 261 more"):
        topology("file", path=str(file))


def test_all_wrong_edges_of_a_list_are_found_at_their_places(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    network = "{kind: edges, n: 4, edges: [[0, 1], [1, 0], [2, 2], [2, 3], [3, 9]]}"
    file.write_text(f"name: x\nworld: {{kind: beliefs}}\nnetwork: {network}\n", encoding="utf-8")
    with pytest.raises(InvalidScenarioError) as refused:
        load_scenario(file)
    found = refused.value.findings
    assert [one.path for one in found] == ["network.edges[1]", "network.edges[2]", "network.edges[4]"]
    assert len({one.span for one in found}) == 3


def test_far_more_edges_than_a_scenario_may_have_values(tmp_path: Path) -> None:
    file = tmp_path / "net.txt"
    file.write_text("".join(f"{i} {i + 1}\n" for i in range(50_000)), encoding="utf-8")
    assert topology("file", path=str(file)).m == 100_000


BAD: dict[str, bytes | Callable[[Path], object]] = {
    "empty.csv": b"",
    "one.csv": b"a\n",
    "half.csv": b"a,\n",
    "latin.csv": b"\xe9,b\n",
    "nul.csv": b"\0" * 100,
    "half.graphml": b"<graphml><graph><node id='a'/>",
    "bomb.graphml": b'<!DOCTYPE x [<!ENTITY a "aaaa">]><graphml><graph>&a;</graph></graphml>',
    "two.graphml": b"<graphml><graph/><graph/></graphml>",
    "ghost.graphml": graphml("ab", [("a", "z")]).encode(),
    "mixed.graphml": b"<g><graph edgedefault='directed'><edge source='a' target='b' directed='false'/></graph></g>",
    "half.json": b'{"nodes": [',
    "list.json": b"[1, 2]",
    "deep.json": b"[" * 100_000,
    "types.json": b'{"nodes": [{"id": null}], "links": [{"source": true, "target": {}}]}',
    "twice.json": b'{"nodes": ["a", "a"], "links": []}',
    "missing.csv": lambda path: None,
    "folder.csv": Path.mkdir,
    "pipe.csv": os.mkfifo,
    "device.csv": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_no_graph_is_a_rejected_scenario(tmp_path: Path, name: str) -> None:
    content = BAD[name]
    if isinstance(content, bytes):
        (tmp_path / name).write_bytes(content)
    else:
        content(tmp_path / name)
    with pytest.raises(ScenarioError, match="path"):
        load_scenario(scenario(str(tmp_path / name)))


def scenario(path: str, **more: Any) -> dict[str, Any]:
    network = {"kind": "file", "path": path}
    return {
        "name": "from_file",
        "world": {"kind": "beliefs", "initial": "normal"},
        "network": network,
        "rounds": 3,
        **more,
    }


def test_a_path_is_relative_to_the_file_that_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "net.csv").write_text("0,1\n1,2\n", encoding="utf-8")
    (folder / "base.yaml").write_text(json.dumps(scenario("net.csv")), encoding="utf-8")
    (tmp_path / "child.yaml").write_text("extends: data/base.yaml\nrounds: 4\n", encoding="utf-8")
    monkeypatch.chdir("/")
    assert load_scenario(folder / "base.yaml").n == 3
    assert load_scenario(tmp_path / "child.yaml").n == 3


@pytest.mark.parametrize("name", ["absolute", "above", "link"])
def test_a_file_outside_of_the_scenarios_folder_needs_its_digest(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.csv").write_text("hunter2,hunter2\n", encoding="utf-8")
    (folder := tmp_path / "scenarios").mkdir()
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    path = {"absolute": str(tmp_path / "secret.csv"), "above": "../secret.csv", "link": "link.csv"}[name]
    file = folder / "s.yaml"
    file.write_text(json.dumps(scenario(path)), encoding="utf-8")
    with pytest.raises(ScenarioError, match="is not below") as refused:
        load_scenario(file)
    assert "hunter2" not in str(refused.value)
    (tmp_path / "secret.csv").write_text("0,1\n1,2\n", encoding="utf-8")
    document = load_scenario(scenario(str(tmp_path / "secret.csv"))).document
    file.write_text(json.dumps(document), encoding="utf-8")
    assert load_scenario(file).n == 3


def test_a_setting_names_any_file(tmp_path: Path) -> None:
    (tmp_path / "net.csv").write_text("0,1\n1,2\n", encoding="utf-8")
    (folder := tmp_path / "scenarios").mkdir()
    (folder / "s.yaml").write_text(json.dumps(scenario("none.csv")), encoding="utf-8")
    assert load_scenario(folder / "s.yaml", settings={"network.path": str(tmp_path / "net.csv")}).n == 3


def test_the_content_belongs_to_the_identity_and_the_place_does_not(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "net.csv").write_text("0,1\n1,2\n", encoding="utf-8")
        (tmp_path / name / "s.yaml").write_text(json.dumps(scenario("net.csv")), encoding="utf-8")
    digests = [load_scenario(tmp_path / name / "s.yaml").digest for name in ("one", "two")]
    (tmp_path / "two" / "net.csv").write_text("0,1\n0,2\n", encoding="utf-8")
    changed = load_scenario(tmp_path / "two" / "s.yaml").digest
    assert digests[0] == digests[1] != changed


def test_a_resolved_scenario_refuses_a_file_that_has_changed(tmp_path: Path) -> None:
    (tmp_path / "net.csv").write_text("0,1\n1,2\n", encoding="utf-8")
    document = load_scenario(scenario(str(tmp_path / "net.csv"))).document
    assert run(document, seeds=1).to_dict()["scenario_digest"] == load_scenario(document).digest
    (tmp_path / "net.csv").write_text("0,1\n0,2\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match="has changed"):
        load_scenario(document)


def trading(path: str | None, **more: Any) -> dict[str, Any]:
    world = {"kind": "trading", "feed": "file", "path": path, "news": 0, **more}
    return {"name": "prices", "world": world, "network": {"kind": "ring", "n": 5}, "rounds": 3}


@pytest.mark.parametrize(
    "text",
    [
        "100\n101\n102\n103\n",
        "date,close,volume\n2020-01-01,100,5\n,101,5\n,102,5\n,103,5\n",
        "# c\nday;x\n".replace(";", ",") + "1,100\n2,101\n3,102\n4,103\n",
    ],
)
def test_prices_of_a_file_move_the_fundamental(tmp_path: Path, text: str) -> None:
    (tmp_path / "prices.csv").write_text(text, encoding="utf-8")
    metrics = run(trading(str(tmp_path / "prices.csv")), seeds=1).seed_runs[0]
    trace = next(iter(metrics.traces.values()))
    assert trace.metrics["fundamental_usd"].tolist() == pytest.approx([101.0, 102.0, 103.0])


@pytest.mark.parametrize("text", ["", "100\n", "100\n-1\nx\n102\n", "100\n0\n5\n", "close\nnan\ninf\n", "1,\n2,\n"])
def test_a_file_without_prices_is_a_rejected_scenario(tmp_path: Path, text: str) -> None:
    (tmp_path / "prices.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match="path"):
        load_scenario(trading(str(tmp_path / "prices.csv")))


@pytest.mark.parametrize("more", [{"path": None}, {"feed": "random_walk", "path": "x.csv"}])
def test_a_path_and_the_feed_of_a_file_need_each_other(more: dict[str, Any]) -> None:
    case = trading("x.csv")
    with pytest.raises(ScenarioError, match="feed: file"):
        load_scenario({**case, "world": {**case["world"], **more}})


def test_worlds_without_a_file_keep_their_digests() -> None:
    document = dict(load_scenario("blackswarm").document)
    world = {key: value for key, value in document["world"].items() if key not in {"path", "digest"}}
    assert digest_of(document) == digest_of({**document, "world": world})
