"""The size of a scenario is estimated before anything is allocated."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from swarmsec.cli.commands import main
from swarmsec.errors import ExitCode, TooLargeError, UsageError
from swarmsec.network import topology
from swarmsec.parameters import build
from swarmsec.registry import Registry
from swarmsec.scenario import load_scenario
from swarmsec.scenario.size import available_bytes, bytes_of, check_fits, size_of
from tests.running import PEAK_BYTES

NETWORKS: list[dict[str, Any]] = [
    {"kind": "circulant", "n": 100, "offsets": [1, 5]},
    {"kind": "complete", "n": 100},
    {"kind": "edges", "n": 3, "edges": [[0, 1], [1, 2]]},
    {"kind": "edges", "n": 3, "edges": [[0, 1], [1, 2]], "directed": True},
    {"kind": "erdos_renyi", "n": 200, "p": 0.1},
    {"kind": "grid", "n": 400},
    {"kind": "hypercube", "dimension": 7},
    {"kind": "k_in_random", "n": 100, "k": 7},
    {"kind": "path", "n": 100},
    {"kind": "random_regular", "n": 100, "degree": 8},
    {"kind": "ring", "n": 100},
    {"kind": "robust_attachment", "n": 200, "r": 2, "s": 2},
    {"kind": "scale_free", "n": 200, "attachments": 3},
    {"kind": "small_world", "n": 100, "neighbors": 6},
    {"kind": "star", "n": 100},
    {"kind": "stochastic_blocks", "n": 200, "blocks": 4, "p_in": 0.4, "p_out": 0.05},
    {"kind": "torus", "n": 400},
    {"kind": "wheel", "n": 100},
]


def scenario(n: int, *offsets: int, **more: Any) -> dict[str, Any]:
    network = {"kind": "circulant", "n": n, "offsets": list(offsets or (1,))}
    return {"name": "sized", "world": {"kind": "beliefs", "initial": "normal"}, "network": network, "rounds": 3, **more}


@pytest.mark.parametrize("spec", NETWORKS, ids=lambda spec: spec["kind"])
def test_the_expected_edges_of_a_topology_are_within_a_tenth(spec: dict[str, Any]) -> None:
    kind, parameters = spec["kind"], {key: value for key, value in spec.items() if key != "kind"}
    expected = build(Registry().get("topologies", kind), parameters).edges_expected()
    assert expected == pytest.approx(topology(kind, **parameters).m, rel=0.1)


@pytest.mark.parametrize(
    "more",
    [{"n": 10_000_000}, {"n": 300_000, "rounds": 10_000_000}, {"n": 1_000_000, "seeds": 10_000}],
    ids=["daemons", "rounds", "seeds"],
)
def test_what_is_too_large_is_refused_with_the_figures(more: dict[str, Any]) -> None:
    case = scenario(more.pop("n"), 1, 2, **more)
    with pytest.raises(TooLargeError, match=r"daemons, .* edges, .* rounds and .* seeds take about .* GB"):
        check_fits(size_of(load_scenario(case)), 2_000_000_000)


def test_processes_and_messages_in_transit_count() -> None:
    alone = size_of(load_scenario(scenario(100_000)))
    delayed = scenario(100_000)
    delayed["network"]["delay"] = [0, 1000]
    assert size_of(load_scenario(scenario(100_000)), jobs=4).memory_bytes > 3 * alone.memory_bytes
    assert size_of(load_scenario(delayed)).memory_bytes - alone.memory_bytes == 1000 * alone.edges * 8


@pytest.mark.parametrize("command", ["validate", "run"])
def test_the_commands_refuse_what_exceeds_the_limit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    file = tmp_path / "large.json"
    file.write_text(json.dumps(scenario(10_000_000, 1, 2)), encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        main([command, str(file), "--limit", "2.5GB"])
    assert end.value.code == ExitCode.SCENARIO_REJECTED
    assert "--limit allows 2.5 GB" in capsys.readouterr().err


def test_a_limit_of_the_address_space_is_the_default(tmp_path: Path) -> None:
    file = tmp_path / "large.json"
    file.write_text(json.dumps(scenario(10_000_000, 1, 2)), encoding="utf-8")
    program = f"from swarmsec.cli import main; main(['run', '{file}'])"
    command = f'ulimit -v 2500000; exec {sys.executable} -c "{program}"'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (ExitCode.SCENARIO_REJECTED, 1)
    assert "this machine has 2.6 GB" in done.stderr


@pytest.mark.parametrize(
    ("text", "expected"), [("4GB", 4 * 10**9), ("1.5g", 1_500_000_000), ("512 MB", 512_000_000), ("700", 700)]
)
def test_an_amount_of_memory_has_a_unit(text: str, expected: int) -> None:
    assert bytes_of(text) == expected


@pytest.mark.parametrize("text", ["", "GB", "-1GB", "4 apples", "1e3", "nan", "4GBB", "٤GB"])
def test_what_is_no_amount_of_memory_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="4GB"):
        bytes_of(text)


def test_this_machine_has_memory() -> None:
    assert (available_bytes() or 10**9) > 10**8


PEAK = f"""
import json, sys
from swarmsec import run
{PEAK_BYTES}
run(json.loads(sys.argv[1]), seeds=1)
print(peak_bytes())
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "case",
    [
        scenario(1_000),
        scenario(300_000, *range(1, 11)),
        scenario(1_000_000, 1, 2, attacks=[{"kind": "stubborn", "daemons": [0]}], defenses=[{"kind": "wmsr", "f": 1}]),
    ],
    ids=["small", "dense", "large"],
)
def test_the_estimate_is_about_the_measured_peak_and_at_most_twice_it(case: dict[str, Any]) -> None:
    """Measured: 0.26, 0.43 and 0.68 GB; estimated: 0.30, 0.59 and 0.71 GB."""
    done = subprocess.run([sys.executable, "-c", PEAK, json.dumps(case)], capture_output=True, text=True, check=True)
    estimate = size_of(load_scenario(case), seeds=1).memory_bytes
    assert 0.9 * int(done.stdout) < estimate < 2.0 * int(done.stdout)
