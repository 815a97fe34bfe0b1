"""User text is printed literally: no markup, no emoji, no control characters; and by one module alone."""

from __future__ import annotations

import ast
import csv
import json
import re
from pathlib import Path

import pytest

from swarmsec.report.console import LiteralConsole
from swarmsec.report.html.render import _environment
from swarmsec.runs.read_folder import FileLine, parse_rounds
from tests.running import RING

ROOT = Path(__file__).parent.parent.parent
SOURCES = sorted((ROOT / "swarmsec").rglob("*.py"))
MARKUP = ["out [b3]", "[v2]", "team [/blue]", ":x: :skull:", "[link=http://x]a[/link]", "[/]", r"\[red]", "[#ff0000]x"]


def short(scenario, **changes):
    return json.dumps(RING | {"rounds": 2, "seeds": 1} | changes)


def without_style(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")


def calls(path: Path):
    """The names of everything that a module calls, as they are written."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def test_no_other_module_prints_or_makes_a_console() -> None:
    forbidden = {"print", "Console", "rich.print", "typer.echo", "typer.secho", "click.echo", "Text.from_markup"}
    found = {(path.name, call) for path in SOURCES for call in calls(path) if call in forbidden}
    written = {
        path.name for path in SOURCES for call in calls(path) if call in {"sys.stdout.write", "sys.stderr.write"}
    }
    assert found == set()
    pages = {"bite_page.py", "defense_page.py", "gallery.py", "still_page.py"}  # They are made by `make`.
    assert written == {"output.py", *pages}


def test_only_the_literal_console_extends_richs_console() -> None:
    extending = [path.name for path in SOURCES if re.search(r"^class \w+\(Console\)", path.read_text(), re.MULTILINE)]
    assert extending == ["console.py"]
    texts = {path.name: path.read_text(encoding="utf-8") for path in SOURCES if path.name != "console.py"}
    assert [name for name, text in texts.items() if re.search(r"(markup|emoji)=True|from rich import", text)] == []


@pytest.mark.parametrize("text", MARKUP)
@pytest.mark.usefixtures("terminal")
def test_markup_and_emoji_in_a_title_a_path_and_a_command_are_literal(text, cli, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.yaml").write_text(short(RING, title=text, name=text), encoding="utf-8")
    folder = text.replace("/", "")
    ran = cli("run", "s.yaml", "--out", folder)
    shown = without_style(ran.out)
    assert ran.code in {0, 4}
    assert shown.startswith(f"{text}  ·  ")
    assert f"kept in     {folder}/" in shown
    assert text in without_style(ran.err)
    assert without_style(cli("certify", "s.yaml").out).startswith(f"{text}  ·  ")


@pytest.mark.usefixtures("terminal")
def test_markup_in_the_name_of_a_tournament_is_literal(cli, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = " ".join(MARKUP)
    Path("s.yaml").write_text(short(RING, title="[b3]"), encoding="utf-8")
    ran = cli("tournament", "s.yaml", "--no-nulls", "--name", name)
    assert without_style(ran.out).startswith(f"{name}  ·  ")
    assert f"--name '{name}'" in without_style(ran.out)
    assert name in without_style(cli("results", "--matrix").out + cli("results").out)


@pytest.mark.parametrize(
    "path", ["a\x1b]0;owned\x07b", "a\x1b[2Jb", "a\nrepeat  rm b", "a\rvalid", "\u202eb", "a\x9bb"]
)
@pytest.mark.usefixtures("terminal")
def test_control_characters_of_a_path_do_not_reach_the_terminal(path, cli, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.yaml").write_text(short(RING), encoding="utf-8")
    bad = Path(f"{path}.yaml")
    bad.write_text(short(RING, rounds=0), encoding="utf-8")
    outputs = [
        cli("run", "s.yaml", "--out", path),
        cli("run", bad),
        cli("validate", bad, "s.yaml"),
        cli("validate", f"missing/{path}"),
        cli("lint", bad),
        cli("results", path),
        cli("report", "runs/latest", "--out", path),
        cli("show", path),
        cli("run", "s.yaml", "--set", f"{path}=1"),
        cli("run", "s.yaml", f"--{path}"),
    ]
    for ran in outputs:
        text = without_style(ran.out) + without_style(ran.err)
        assert path not in text
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text.replace("\r", ""))  # Rich's bar has some.
        assert ran.code != 70


def test_json_has_the_same_path_without_raw_control_characters(cli, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = cli("validate", "no/\x9b2J\u202ex", "--json")
    assert ran.json[0]["scenario"] == "no/\x9b2J\u202ex"
    assert not re.search(r"[\x80-\x9f\u202e]", ran.out)


def test_an_exception_of_a_plug_in_is_one_visible_line(cli, tmp_path) -> None:
    (tmp_path / "loud.py").write_text(
        "from dataclasses import dataclass\nfrom swarmsec.teams import Attack, Surface\n\n"
        '@dataclass\nclass Loud(Attack):\n    """Fail."""\n\n    surface = Surface.SIGNAL\n\n'
        "    def on_signals(self, red, signals):\n"
        '        raise ValueError("\\x1b]0;owned\\x07\\nswarmsec: verified \\u202e")\n'
    )
    (tmp_path / "s.yaml").write_text(short(RING))
    ran = cli("run", tmp_path / "s.yaml", "--attack", "loud", "--plugins", tmp_path, "--out", tmp_path / "o")
    assert ran.code == 5
    assert r"ValueError: \x1b]0;owned\x07\nswarmsec: verified \u202e" in ran.err
    assert "\nswarmsec: verified" not in ran.err


def test_the_console_escapes_strings_texts_and_cells() -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("a\x1b[2J")
    table.add_row("\x9b2J [b]\x1b]0;x\x07")
    console = LiteralConsole(width=80, force_terminal=False)
    with console.capture() as capture:
        console.print(":x: [b]\x1b[H", Text("\x1b[2J", style="bold"), table)
    shown = capture.get()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", shown)
    for text in (r":x: [b]\x1b[H", r"\x1b[2J", r"a\x1b[2J", r"\x9b2J [b]\x1b]0;x\x07"):
        assert text in shown


def test_a_html_page_has_no_control_characters() -> None:
    page = _environment().from_string("<p title='{{ a }}'>{{ a }} {{ n }} {{ b|breakable }}</p>")
    shown = page.render(a="<b>\x1b[2J\u202e", n=3, b="x:\x9by")
    assert shown == r"<p title='&lt;b&gt;\x1b[2J\u202e'>&lt;b&gt;\x1b[2J\u202e 3 x:<wbr>\x9by</p>"


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "-2+3", "+x", "=cmd|' /C calc'!A0", "＝1"])
def test_an_export_has_no_cell_that_a_spreadsheet_would_run(name, cli, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.yaml").write_text(short(RING), encoding="utf-8")
    assert cli("tournament", "s.yaml", "--no-nulls", f"--name={name}").code in {0, 4}
    assert cli("export", "--csv", "csv").code == 0
    with Path("csv/tournaments.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["name"] == f"'{name}"


def test_rounds_of_a_metric_named_like_a_formula_are_read_by_its_name() -> None:
    lines = [FileLine(1, "seed,arm,round,'=x,-1"), FileLine(2, "0,clean,0,-1.5,2.0")]
    assert parse_rounds(lines).metrics == ("=x", "-1")
