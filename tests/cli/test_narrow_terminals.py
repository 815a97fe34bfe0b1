"""No table cuts a number, however narrow the terminal is."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from rich.table import Table

from swarmsec.report.console import LiteralConsole
from swarmsec.report.fitting import FittingTable
from swarmsec.report.progress_bar import FittingProgress
from swarmsec.report.tables import folded, plain_table
from tests.running import RING, TRADING

COMMANDS = [
    "run trading.yaml",
    "run sweep.yaml",
    "certify ring.yaml",
    "tournament t.yaml",
    "results",
    "results --matrix",
    "results --matrix --damage",
    "results --leaderboard",
    "results --failed",
    "results --compare wmsr none",
    "list attacks",
    "list scenarios",
    "show false_signal",
    "show blackswarm",
    "explain false_signal",
    "explain lint",
    "replay runs/latest --attribute",
    "replay runs/latest --without attack:0",
    "gauntlet ring.yaml --budget 2 --seeds 1, --map --shares 0.2,0.4 --strengths 1,2",
    "verify runs/latest",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("narrow")
    short = RING | {"rounds": 3, "seeds": 2}
    documents = {
        "trading": TRADING
        | {
            "rounds": 20,
            "network": {"kind": "ring", "n": 12},
            "attacks": [{"kind": "false_signal", "daemons": "30%", "start": 5, "stop": 15, "bias": -1.5}],
            "defenses": [{"kind": "median_gate", "warm_up": 3}],
            "seeds": 2,
        },
        "ring": short,
        "sweep": short | {"sweep": {"attacks[0].value": [100.0, 1000000.0]}},
        "t": {"kind": "Tournament", "scenarios": ["ring.yaml"], "seeds": 2},
    }
    for name, document in documents.items():
        (path / f"{name}.yaml").write_text(json.dumps(document))
    return path


def numbers(text: str, width: int) -> Counter[str]:
    """The words with digits that fit into a line; times of computing differ from run to run."""
    words = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).split()
    computing = {at + 2 for at, word in enumerate(words) if word == "CPU"}
    return Counter(
        word
        for at, word in enumerate(words)
        if re.search(r"\d", word) and len(word) <= min(width - 4, 24) and at not in computing
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_number_of_a_table_is_whole_at_every_width(command, cli, folder, monkeypatch) -> None:
    monkeypatch.chdir(folder)
    if command.startswith("results") and not Path("runs/tournaments.sqlite").exists():
        assert cli("tournament", "t.yaml").code == 0
    if command.startswith(("replay", "verify")):
        assert cli("run", "ring.yaml").code == 0
    plain = cli(*command.split())
    assert plain.code in {0, 4}, plain.err
    monkeypatch.setenv("FORCE_COLOR", "1")
    for width in (20, 40, 50, 80):
        monkeypatch.setenv("COLUMNS", str(width))
        shown = cli(*command.split())
        assert shown.code == plain.code
        missing = numbers(plain.out, width) - numbers(shown.out, width)
        assert not missing, f"{width} columns: {missing}\n{shown.out}"
        assert not re.search(r"\d…", shown.out)


@pytest.mark.parametrize("width", [12, 20, 33, 50, 200])
@pytest.mark.parametrize("amount", ["$1,189,714", "−$1,210,000", "[0.12, 0.34]", "1,000,000", "100%"])
def test_a_fitting_table_keeps_every_amount_whole(amount, width) -> None:
    table = Table(box=None, padding=(0, 0, 0, 4), show_edge=False, pad_edge=False)
    for head in ("", "clean", "attacked", "defended"):
        table.add_column(head, justify="right")
    table.add_row("misallocated, central", amount, amount, amount)
    console = LiteralConsole(width=width, force_terminal=False)
    with console.capture() as capture:
        console.print(FittingTable(table))
    lines = capture.get().splitlines()
    whole = [word for word in amount.split() if len(word) <= width - 4]
    for word in whole:
        assert " ".join(lines).split().count(word) == 3
    assert all(len(line.rstrip()) <= width for line in lines)


def test_a_plain_table_is_the_same_in_a_pipe_of_any_width(monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "10")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    assert plain_table([["seed", "bill"], ["3", "1,210,000"]], indent=0) == "seed  bill\n3     1,210,000"


def test_a_plain_table_becomes_blocks_on_a_narrow_terminal(monkeypatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "14")
    rows = [["seed", "bill", "when"], ["3", "1,210,000", "round 5"], ["4", "7", ""]]
    assert plain_table(rows, indent=0).splitlines() == [
        "seed", "3", "  bill  1,210,000", "  when  round 5", "4", "  bill  7",
    ]  # fmt: skip
    assert plain_table(rows[1:], indent=0, heading=False).splitlines()[:2] == ["3", "  1,210,000"]


def test_lines_are_folded_between_words() -> None:
    assert folded("  worst  $1,189,714 [$1, $2]\nshort", 18) == "  worst\n    $1,189,714\n    [$1, $2]\nshort"


@pytest.mark.parametrize("width", [5, 20, 40, 50, 80, 200])
def test_the_progress_bar_shortens_no_number(width) -> None:
    console = LiteralConsole(width=width, force_terminal=False)
    bar = FittingProgress(console)
    task = bar.add_task("ring_with_a_liar", total=200, text="")
    bar.update(task, completed=100, text="seed 12, attacked arm, round 1,234 of 5,678 (50%)")
    with console.capture() as capture:
        console.print(bar.make_tasks_table(bar.tasks))
    shown = capture.get()
    assert "50%" in shown
    assert "…" not in shown
    assert ("1,234" in shown) == (width >= 60)


@pytest.mark.parametrize("width", [20, 40, 50, 79, 80])
def test_help_shortens_no_word(width, shell) -> None:
    for command in ("--help", "gauntlet --help"):
        shown = shell(*command.split(), env={"COLUMNS": str(width)})
        assert shown.code == 0
        assert "…" not in shown.out
    assert "200]" in shown.out
