"""Shared fixtures for tests of reports: runs' folders, a tournament, and a browser."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from swarmsec.report.html import run_page, tournament_page
from swarmsec.runs import JobCache, run_scenario, whole, with_nulls
from swarmsec.runs.executors import Serial, open_executor
from swarmsec.runs.write_folder import RunFolder
from swarmsec.scenario import load_scenario
from swarmsec.store import Store
from swarmsec.swarm.arms import Arm
from swarmsec.tournament import Request, outcome_of, plan_of, run_plan
from tests import running

RING = {**running.RING, "name": "ring", "title": "A ring"}

TRADING = {
    **running.TRADING,
    "name": "small_trading",
    "title": "Small trading",
    "story": "Thirty daemons, and lies in three feeds of ten.",
    "rules": {"red": {"feeds": "30%", "rounds": 30}},
}

BUSY = {
    **TRADING,
    "name": "busy",
    "title": "Busy",
    "attacks": [
        {"kind": "hijack", "daemons": 3, "start": 30, "stop": 70},
        {"kind": "false_signal", "daemons": 5, "start": 40, "stop": 60},
    ],
    "defenses": [{"kind": "random_quarantine"}],
    "rules": {"red": {"daemons": "20%"}, "blue": {"quarantine": "20%"}},
}
"""Many events of both teams."""


def play_into(root: Path, scenario: dict[str, Any], *, nulls: bool = False, **options: Any) -> Path:
    """Run a scenario into a run's folder with its page."""
    loaded = load_scenario(scenario)
    seeds = options.pop("seeds", loaded.seeds)
    if "arms" in options:
        options["arms"] = [Arm(name) for name in options["arms"]]
    folder = RunFolder(root, loaded, seeds, ["swarmsec", "run"])
    with open_executor(jobs=options.pop("jobs", 1)) as executor:
        cache = JobCache(executor, whole)
        result = run_scenario(loaded, seeds, cache, each_seed=folder.add, **options)
        if nulls:
            result = with_nulls(result, loaded, cache)
    folder.finish(result)
    folder.keep_report(run_page(folder.path))
    return folder.path


@pytest.fixture(scope="session")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return play_into(tmp_path_factory.mktemp("ring"), RING)


@pytest.fixture(scope="session")
def trading(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return play_into(tmp_path_factory.mktemp("trading"), TRADING, nulls=True)


@pytest.fixture(scope="session")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return play_into(tmp_path_factory.mktemp("busy"), BUSY)


@pytest.fixture
def cut_short(ring: Path, tmp_path: Path) -> Path:
    """The folder of a run that was killed while it wrote."""
    folder = tmp_path / "cut"
    shutil.copytree(ring, folder)
    (folder / "result.json").unlink()
    (folder / "report.html").unlink()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps(manifest | {"status": "running"}), encoding="utf-8")
    for name in ("events.jsonl", "rounds.csv"):
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(text[: 3 * len(text) // 4 - 3], encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one tournament: two scenarios, three attacks, two defenses and the nulls, and a run that fails."""
    root = tmp_path_factory.mktemp("tournament")
    names = []
    for scenario in (RING, TRADING):
        names.append(str(root / f"{scenario['name']}.yaml"))
        Path(names[-1]).write_text(json.dumps({**scenario, "rounds": 30, "rules": {}, "seeds": 2}), encoding="utf-8")
    plugins = root / "plugins"
    plugins.mkdir()
    (plugins / "faulty.py").write_text(FAULTY, encoding="utf-8")
    draft = Request(
        scenarios=tuple(names),
        name="Two <worlds>",
        attacks=(
            ({"kind": "false_signal", "start": 10, "stop": 20},),
            ({"kind": "false_signal", "bias": -3.0, "start": 10, "stop": 20},),
            ({"kind": "stubborn", "value": -1.0, "daemons": 1},),
        ),
        defenses=(({"kind": "median_gate", "warm_up": 5},), ({"kind": "wmsr"},), ({"kind": "faulty"},)),
        plugins=(str(plugins),),
    )
    plan = plan_of(draft)
    with Store.open(root / "store.sqlite") as opened:
        drops = run_plan(plan, opened, Serial())
        document = outcome_of(plan, opened, drops).to_dict()
    (root / "tournament.json").write_text(json.dumps(document), encoding="utf-8")
    (root / "tournament.html").write_text(tournament_page(document), encoding="utf-8")
    return root / "store.sqlite"


@pytest.fixture(scope="session")
def tournament(store: Path) -> dict[str, Any]:
    return json.loads(store.with_name("tournament.json").read_text(encoding="utf-8"))


FAULTY = '''"""Break in round 25."""

from dataclasses import dataclass

from swarmsec import Defense, Vantage


@dataclass(kw_only=True)
class Faulty(Defense):
    """Raise an error whose text is HTML."""

    vantage = Vantage.LOCAL

    def respond(self, blue):
        if blue.round == 25:
            raise ValueError("<b>broken</b>")
'''


class Page(HTMLParser):
    """A page, parsed without a browser.

    Attributes:
        figures: Each `data` element: its JSON pointer, its exact value, its text.
        tags: Every element with its attributes.
        text: All text but styles and scripts.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.figures: list[tuple[str, float | None, str]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self._bases: list[tuple[int, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if tag in _VOID:
            return
        self._open.append(tag)
        if attributes.get("data-at"):
            self._bases.append((len(self._open), str(attributes["data-at"])))
        if "data-of" in attributes:
            value = attributes["value"]
            base = self._bases[-1][1] if self._bases else ""
            self.figures.append((base + str(attributes["data-of"]), float(value) if value else None, ""))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1] == tag, f"</{tag}> closes <{self._open[-1]}>"
        while self._bases and self._bases[-1][0] == len(self._open):
            self._bases.pop()
        self._open.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] in {"style", "script"}:
            return
        self.text += data
        if self._open[-1] == "data":
            source, value, text = self.figures[-1]
            self.figures[-1] = (source, value, text + data)


_VOID = {"meta", "input", "br", "wbr", "link"}


def pointed(document: Any, source: str) -> Any:
    """The value at a JSON pointer."""
    for step in source.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document


def _chromium() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if _chromium() is None:
        pytest.skip("no Chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as api:
        chromium = api.chromium.launch(executable_path=_chromium(), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open a file in a fresh context; at the end, check that there was no error and no request to elsewhere."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def opened(path: Path, **options: Any) -> Any:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(f"console {message.type}: {message.text}"))
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("request", lambda one: None if one.url == path.resolve().as_uri() else wrong.append(f"asks {one.url}"))
        page.goto(path.resolve().as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []
