"""Pages in headless Chromium: no errors, no requests, accessible by keyboard and screen reader, readable, printable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from swarmsec.report.html import run_page
from tests.report.conftest import pointed

pytestmark = pytest.mark.slow  # Dozens of pages are opened.

FIGURES = """() => [...document.querySelectorAll('data[data-of]')].map((one) => [
    (one.closest('[data-at]')?.dataset.at ?? '') + one.dataset.of, one.value, one.textContent,
    one.checkVisibility() || one.closest('details:not([open])') !== null])"""

CONTRAST = r"""() => {
  const context = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (color) => {
    context.clearRect(0, 0, 1, 1); context.fillStyle = color; context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data].map((part, at) => at < 3 ? part : part / 255);
  };
  const light = ([r, g, b]) => [r, g, b].map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const over = ([r, g, b, a], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a), 1];
  const behind = (one) => {
    const layers = [];
    for (let at = one; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    const unseen = ['style', 'script', 'title', 'desc'].includes(one.tagName.toLowerCase());
    if (unseen || !walker.currentNode.data.trim() || !one.checkVisibility()) continue;
    const below = behind(one);
    const style = getComputedStyle(one);
    const ink = over(rgba(one instanceof SVGElement ? style.fill : style.color), below);
    const [a, b] = [light(ink), light(below)].sort((x, y) => y - x);
    const what = `${one.tagName}.${one.getAttribute('class')} ${walker.currentNode.data.trim().slice(0, 30)}`;
    found.push([(a + 0.05) / (b + 0.05), what]);
  }
  return found;
}"""

MARKS = r"""() => {
  const root = getComputedStyle(document.documentElement);
  return Object.fromEntries(['clean', 'attacked', 'defended', 'guarded', 'null', 'untouched', 'paper']
    .map((name) => [name, root.getPropertyValue('--' + name).trim()]));
}"""


@pytest.fixture(params=["busy", "tournament"])
def page_file(request) -> Path:
    return page_of(request, request.param)


def page_of(request, name: str) -> Path:
    if name == "tournament":
        return request.getfixturevalue("store").with_name("tournament.html")
    return request.getfixturevalue(name) / "report.html"


@pytest.mark.parametrize("name", ["ring", "trading", "busy", "tournament"])
def test_a_page_opens_without_errors_and_loads_nothing_else(request, visit, name):
    page = visit(page_of(request, name))
    assert page.title()
    assert page.evaluate("performance.getEntriesByType('resource').length") == 0


def test_the_content_security_policy_blocks_other_sources(browser, ring, tmp_path):
    html = (ring / "report.html").read_text(encoding="utf-8")
    hostile = "<img src='https://example.invalid/x.png'><script>document.title = 'obeyed'</script>"
    path = tmp_path / "injected.html"
    path.write_text(html.replace('<main id="content"', f'{hostile}<main id="content"'), encoding="utf-8")
    page = browser.new_page()
    failed, refused = [], []
    page.on("requestfailed", lambda one: failed.append((one.url, one.failure)))
    page.on("console", lambda message: refused.append(message.text))
    page.goto(path.as_uri())
    assert page.title() != "obeyed"
    assert failed == [("https://example.invalid/x.png", "csp")]
    assert len([text for text in refused if "Content Security Policy" in text]) == 2
    page.close()


def test_visible_figures_of_a_run_equal_its_result(visit, trading):
    result = json.loads((trading / "result.json").read_text(encoding="utf-8"))
    seen = visit(trading / "report.html").evaluate(FIGURES)
    assert len(seen) > 100
    wrong = [one for one in seen if (None if one[1] == "" else float(one[1])) != pointed(result, one[0]) or not one[3]]
    assert wrong == []


def test_visible_figures_of_a_tournament_equal_its_document(visit, store, tournament):
    seen = visit(store.with_name("tournament.html")).evaluate(FIGURES)
    assert len(seen) > 300
    wrong = [one for one in seen if (None if one[1] == "" else float(one[1])) != pointed(tournament, one[0])]
    assert wrong == []


def column(page, table: str, number: int) -> list[str]:
    return page.locator(f"{table} tbody tr:visible td:nth-child({number})").all_inner_texts()


def test_a_click_on_a_heading_sorts_and_a_second_click_reverses(visit, store):
    page = visit(store.with_name("tournament.html"))
    head = page.locator("table.cells th", has_text="defense").first
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert column(page, "table.cells", 3) == sorted(column(page, "table.cells", 3), key=str.lower)
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert column(page, "table.cells", 3) == sorted(column(page, "table.cells", 3), key=str.lower, reverse=True)


def test_figures_sort_by_exact_value_with_unknown_ones_last(visit, store):
    page = visit(store.with_name("tournament.html"))
    head = page.locator("table.cells th", has_text="prevented")
    exact = "rows => rows.map(row => row.cells[8].querySelector('data')?.value ?? '')"
    for way in (1, -1):
        head.locator("button").click()
        values = page.locator("table.cells tbody tr").evaluate_all(exact)
        known = [way * float(value) for value in values if value]
        assert known == sorted(known)
        assert 0 < len(known) < len(values)
        assert all(value == "" for value in values[len(known) :])


def test_the_keyboard_sorts_and_filters_like_the_mouse(visit, store):
    page = visit(store.with_name("tournament.html"))
    field = page.get_by_label("Filter cells")
    field.focus()
    page.keyboard.type("wmsr small_trading")
    rows = page.locator("table.cells tbody tr:visible")
    assert 0 < rows.count() < page.locator("table.cells tbody tr").count()
    assert all("wmsr" in text and "small_trading" in text for text in rows.all_inner_texts())
    assert f"{rows.count()} of" in page.locator("label.filter output").last.inner_text()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "scenario"
    page.keyboard.press("Enter")
    assert page.locator("table.cells th").first.get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Space")
    assert page.locator("table.cells th").first.get_attribute("aria-sort") == "descending"


def test_the_first_tab_stop_is_the_skip_link(visit, page_file):
    page = visit(page_file)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_the_focused_element_has_a_visible_outline(visit, page_file):
    page = visit(page_file)
    for _ in range(25):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break  # The focus is back at the start.
        shown = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert shown != "none", page.evaluate("document.activeElement.outerHTML.slice(0, 80)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_text_has_contrast_and_nothing_overflows(visit, page_file, scheme, width):
    page = visit(page_file, color_scheme=scheme, viewport={"width": width, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = page.evaluate(CONTRAST)
    assert len(found) > 100
    assert [one for one in found if one[0] < 4.5] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_have_contrast_with_the_background(visit, ring, scheme):
    colors = visit(ring / "report.html", color_scheme=scheme).evaluate(MARKS)
    paper = luminance(colors.pop("paper"))
    for name, color in colors.items():
        high, low = sorted((luminance(color), paper), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 3.0, name


def luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_button_switches_between_light_and_dark_for_any_system_setting(visit, ring):
    for scheme, other in (("light", "dark"), ("dark", "light")):
        page = visit(ring / "report.html", color_scheme=scheme)
        paper = "getComputedStyle(document.documentElement).backgroundColor"
        before = page.evaluate(paper)
        page.get_by_role("button", name=f"Change to {other} colors").click()
        changed = page.evaluate(paper)
        assert changed != before
        page.get_by_role("button", name=f"Change to {scheme} colors").click()
        assert page.evaluate(paper) == before


def test_the_copy_button_copies_the_replay_command(visit, ring):
    page = visit(ring / "report.html", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == json.loads((ring / "result.json").read_text(encoding="utf-8"))["replay"]


def test_without_javascript_the_page_has_all_content_and_no_buttons(visit, page_file):
    with_script, without = visit(page_file), visit(page_file, java_script_enabled=False)
    count = "data[data-of], svg[role=img], section, caption"
    assert without.locator(count).count() == with_script.locator(count).count() > 20
    assert without.locator("button:visible, input:visible").count() == 0


def test_in_print_all_details_are_open_and_buttons_are_hidden(visit, page_file, tmp_path):
    page = visit(page_file, color_scheme="dark")
    pdf = page.pdf(path=tmp_path / "page.pdf", format="A4")
    assert pdf.startswith(b"%PDF-")
    assert len(pdf) > 10_000
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    assert (
        page.locator("button.theme:visible, button[data-copy]:visible, label.filter:visible, nav:visible").count() == 0
    )
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert [one for one in page.evaluate(CONTRAST) if one[0] < 4.5] == []
    page.evaluate("dispatchEvent(new Event('afterprint'))")


UNNAMED = """() => [...document.querySelectorAll('svg[role=img]')].filter((one) =>
    one.getAttribute('aria-labelledby').split(' ').some((id) => !document.getElementById(id)?.textContent.trim()))"""

STRAY = """() => [...document.querySelectorAll('svg:not([role=img]):not([aria-hidden=true])')].filter((one) =>
    !one.parentElement.closest('svg[role=img], [aria-hidden=true]'))"""

TWICE = """() => [...document.querySelectorAll('[id]')].map((one) => one.id)
    .filter((id, at, all) => all.indexOf(id) !== at)"""


def test_figures_have_names_and_tables_have_captions_and_scopes(visit, page_file):
    page = visit(page_file)
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate(STRAY) == []
    assert page.evaluate(TWICE) == []
    assert page.locator("table:not(:has(> caption))").count() == 0
    assert page.locator("th:not([scope])").count() == 0


def test_the_accessibility_tree_has_headings_landmarks_figures_and_tables(visit, trading):
    heard = visit(trading / "report.html").locator("body").aria_snapshot()
    for expected in (
        'heading "Small trading" [level=1]',
        'heading "The bill in four arms" [level=2]',
        "main:",
        'navigation "Sections"',
        'img "Misallocated over rounds',
        'img "The network of the swarm',
        'columnheader "attacked"',
        'rowheader "precision"',
        'link "Skip to the content"',
        'button "Change to dark colors"',
    ):
        assert expected in heard, expected


def test_the_accessibility_tree_has_sort_directions_and_labels_of_filters(visit, store):
    page = visit(store.with_name("tournament.html"))
    assert page.get_by_role("searchbox", name="Filter cells").count() == 1
    assert page.get_by_role("searchbox", name="Filter failures").count() == 1
    assert page.get_by_role("region", name="All cells").count() == 1
    head = page.locator("table.cells").get_by_role("columnheader", name="defense").first
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert page.locator("table.cells th[aria-sort]").count() == 1


def test_the_page_of_an_interrupted_run_opens_without_errors(visit, cut_short):
    path = cut_short / "report.html"
    path.write_text(run_page(cut_short), encoding="utf-8")
    page = visit(path)
    assert "No verdict" in page.locator(".verdict").inner_text()
    assert page.locator("svg[role=img]").count() >= 2
