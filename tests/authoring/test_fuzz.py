"""Every mutant of a scenario is valid or refused at a place in the file, quickly and in little memory.

A case is identified by its number: `case(number)` gives the same text again.
"""

from __future__ import annotations

import copy
import json
import random
import resource
import time
import tracemalloc
from functools import lru_cache
from pathlib import Path

import pytest

from swarmsec import load_scenario
from swarmsec.scenario import InvalidScenarioError, library, yaml_tree
from swarmsec.scenario.yaml_tree import parse

LIBRARY = {name: path.read_text(encoding="utf-8") for name, path in library().items()}
SECONDS_WANTED = 1.0  # Reported, not asserted, because a slow machine is no defect.
SECONDS_HANGING = 60.0
BYTES_MAX = 500 << 20

SCALARS = [
    None,
    True,
    False,
    0,
    1,
    -1,
    2,
    3,
    7,
    100,
    10**6,
    10**7,
    10**9,
    2**31,
    2**63,
    10**40,
    -(10**40),
    0.0,
    -0.0,
    0.5,
    -1.5,
    1e308,
    1e-320,
    float("inf"),
    float("-inf"),
    float("nan"),
    "",
    " ",
    "x",
    "all",
    "hubs",
    "hubs:110%",
    "5%",
    "1000%",
    "role=",
    "role=broker",
    "²",
    "٣",
    "12 ",
    "\ud7ff",
    "🐝",
    "\u2028",
    "\x85",
    "a" * 5000,
    "off",
    "null",
    "<<",
    "*a",
    "&a",
    "ring",
    "complete",
    "edges",
    "torus",
    "hypercube",
    "stochastic_blocks",
    "scale_free",
    "random_regular",
    "agents",
    "wmsr",
    "pyod_detector",
    "hijack",
    "../../etc/passwd",
    "\x00".replace("\x00", "\\0"),
    "swarmsec/v1",
]
CONTAINERS = (
    [],
    {},
    [[]],
    [{}],
    {"a": {}},
    [1, 2],
    [[0, 1], [1, 0]],
    {"from": 0, "to": 1, "steps": 10**7},
    {"kind": "none"},
)
KEYS = [
    "apiVersion",
    "kind",
    "name",
    "version",
    "extends",
    "world",
    "network",
    "protocol",
    "rounds",
    "engine",
    "attacks",
    "defenses",
    "schedule",
    "campaigns",
    "campaign",
    "phase",
    "for",
    "sweep",
    "rules",
    "seeds",
    "root_seed",
    "score",
    "n",
    "offsets",
    "sizes",
    "rows",
    "columns",
    "dimension",
    "edges",
    "degree",
    "daemons",
    "start",
    "stop",
    "strength",
    "initial",
    "f",
    "drop",
    "red",
    "blue",
    "bill",
    "x-",
    "x-note",
    "<<",
    "",
    "attacks[0].bias",
    "network.n",
    "parameters",
]
SNIPPETS = [
    "\t",
    "\r",
    "\n",
    "\r\n",
    " ",
    ":",
    ": ",
    "- ",
    "? ",
    "|",
    ">",
    "{",
    "}",
    "[",
    "]",
    ",",
    "&a ",
    "*a",
    "<<: *a",
    "!!int ",
    "!!binary ",
    "!!python/object:os.system ",
    "%YAML 1.1\n---\n",
    "\n---\n",
    "\n...\n",
    "#",
    "'",
    '"',
    "\\",
    "\ufeff",
    "\u2028",
    "\x85",
    "é",
    "🐝",
    "\x07",
    "~",
    "1e999",
    ".nan",
    "0x",
    "0o9",
    "1_000",
    '"\\ud800"',
    "extends: blackswarm\n",
    "sweep: {rounds: [1, 2]}\n",
    "schedule: [{phase: a, rounds: 3}]\n",
    "network: {kind: complete, n: 10000000}\n",
    "campaigns: {c: [{kind: none, for: 3}]}\n",
    "extends: extends\n",
    "seeds: 100000\n",
    "rounds: 99999999999999999999\n",
]


def case(number):
    """The bytes of a mutant."""
    draw = random.Random(number)
    text = LIBRARY[draw.choice(sorted(LIBRARY))]
    kinds = draw.choices(
        [of_bytes, of_text, of_values, of_keys, of_sizes, of_depth, of_anchors], k=draw.choice([1, 1, 2, 4])
    )
    raw = text.encode()
    for mutate in kinds:
        raw = mutate(raw, draw)
    return raw


def of_bytes(raw, draw):
    changed = bytearray(raw)
    for _ in range(draw.choice([1, 1, 3, 20])):
        at = draw.randrange(len(changed) + 1)
        match draw.randrange(4):
            case 0:
                changed[at:at] = bytes([draw.randrange(256)])
            case 1:
                del changed[at : at + draw.choice([1, 2, 50])]
            case 2:
                changed[at : at + 1] = bytes([draw.randrange(32, 127)])
            case _:
                there = draw.randrange(len(changed) + 1)
                changed[at:at] = changed[there : there + draw.choice([1, 10, 200])]
    return bytes(changed)


def of_text(raw, draw):
    text = raw.decode(errors="surrogateescape")
    for _ in range(draw.choice([1, 1, 4])):
        at = draw.randrange(len(text) + 1)
        if draw.random() < 0.5:
            at = text.rfind("\n", 0, at) + 1
        text = text[:at] + draw.choice(SNIPPETS) + text[at:]
    return text.encode(errors="surrogateescape")


@lru_cache(maxsize=64)
def data_of(raw):
    return parse(raw.decode(), "").data


def structural(mutate):
    """A mutation of the document's data, written in flow style; a mutation of its text if it is no valid YAML."""

    def changed(raw, draw):
        try:
            data = data_of(raw)
        except Exception:
            return of_text(raw, draw)
        holder = {"": copy.deepcopy(data)}
        mutate(holder, draw)
        text = json.dumps(holder[""], ensure_ascii=draw.random() < 0.5)
        text = text.replace("NaN", ".nan").replace("-Infinity", "-.inf").replace("Infinity", ".inf")
        return text.encode(errors="surrogatepass")  # A mutation can leave half of an escaped pair.

    return changed


def spots(value):
    """Every (container, key) of a document, down to a limited depth."""
    found, open_ = [], [value]
    while open_ and len(found) < 2000:
        holder = open_.pop()
        for key in list(holder) if isinstance(holder, dict) else range(len(holder)):
            found.append((holder, key))
            if isinstance(holder[key], (dict, list)):
                open_.append(holder[key])
    return found


@structural
def of_values(root, draw):
    for _ in range(draw.choice([1, 1, 2, 5])):
        holder, key = draw.choice(spots(root))
        there = spots(root)
        match draw.randrange(4):
            case 0:
                holder[key] = json.loads(json.dumps(draw.choice(CONTAINERS)))
            case 1:
                other, name = draw.choice(there)
                holder[key] = json.loads(json.dumps(other[name]))
            case _:
                holder[key] = draw.choice(SCALARS)


@structural
def of_keys(root, draw):
    for _ in range(draw.choice([1, 1, 3])):
        mappings = [(holder, key) for holder, key in spots(root) if isinstance(holder, dict) and key != ""]
        if not mappings:
            return
        holder, key = draw.choice(mappings)
        match draw.randrange(4):
            case 0:
                del holder[key]
            case 1:
                holder[draw.choice(KEYS)] = holder.pop(key)
            case 2:
                holder[draw.choice(KEYS)] = draw.choice(SCALARS)
            case _:
                at = draw.randrange(len(key) + 1)
                holder[key[:at] + draw.choice("aeix_- ") + key[at:]] = holder.pop(key)


@structural
def of_sizes(root, draw):
    holder, key = draw.choice(spots(root))
    value = holder[key]
    if isinstance(value, list) and value:
        holder[key] = (value * 5000)[: draw.choice([2, 30, 500, 3000])]
    elif isinstance(value, dict):
        value |= {f"{draw.choice(KEYS)}{i}": draw.choice(SCALARS) for i in range(draw.choice([2, 30, 500, 2000]))}
    elif isinstance(value, str):
        holder[key] = (value or "x") * draw.choice([2, 100, 2000])
    else:
        holder[key] = draw.choice([10**3, 10**5, 10**6, 10**7, 10**7 + 1, 10**12, [value] * 3000])


@structural
def of_depth(root, draw):
    holder, key = draw.choice(spots(root))
    for _ in range(draw.choice([1, 2, 5, 50, 98, 101, 400])):
        holder[key] = [holder[key]] if draw.random() < 0.5 else {draw.choice(KEYS): holder[key]}


def of_anchors(raw, draw):
    text = raw.decode(errors="surrogateescape")
    match draw.randrange(4):
        case 0:
            levels, width = draw.choice([2, 4, 9]), draw.choice([2, 9])
            bomb = "x-a0: &a0 [x, x]\n" + "".join(
                f"x-a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * width)}]\n" for i in range(1, levels)
            )
            text = bomb + text
        case 1:
            text = text.replace(": {", ": &a {", 1).replace("  - {", "  - {<<: *a, ", 1)
        case 2:
            text = text.replace(": ", ": &a ", draw.choice([1, 3])).replace(", ", ", *a, ", draw.choice([1, 150]))
        case _:
            text = text.replace("{", "&a {again: *a, ", 1)
    return text.encode(errors="surrogateescape")


def check(number, path):
    """Load a mutant, and report what is wrong with the outcome."""
    path.write_bytes(case(number))
    began = time.process_time()
    try:
        load_scenario(path)
    except InvalidScenarioError as refused:
        lines = path.read_bytes().count(b"\n") + path.read_bytes().count(b"\r") + 1
        if not refused.findings:
            return f"{number}: no findings: {refused}"
        for finding in refused.findings:
            if finding.span is None or not (1 <= finding.span.line <= max(lines, 40)) or not finding.message:
                return f"{number}: not located: {finding}"
    except Exception as error:
        return f"{number}: {type(error).__name__}: {error}"
    took = time.process_time() - began
    if took > SECONDS_WANTED:
        print(f"mutant {number} takes {took:.2f} s")
    return f"{number}: {took:.2f} s" if took > SECONDS_HANGING else ""


def wrong_with(numbers, tmp_path, *, measured_every=100):
    """The problems found with mutants, by number; the memory of every `measured_every`th is measured."""
    path = tmp_path / "mutant.yaml"
    load_scenario("blackswarm")
    wrong = []
    for number in numbers:
        if number % measured_every:
            wrong.append(check(number, path))
            continue
        tracemalloc.start()
        outcome = check(number, path)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        wrong.append(f"{number}: {peak >> 20} MiB" if peak > BYTES_MAX else "" if outcome.endswith(" s") else outcome)
    return [outcome for outcome in wrong if outcome]


def test_150_mutants_are_valid_or_refused_at_a_place(tmp_path):
    assert wrong_with(range(150), tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_10_000_mutants_are_valid_or_refused_at_a_place(tmp_path, part):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert wrong_with(range(part * 2500, (part + 1) * 2500), tmp_path) == []
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10
    assert grown < BYTES_MAX


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def test_a_bomb_of_aliases_is_refused_before_it_is_expanded(monkeypatch, capsys):
    expanded = []
    plain = yaml_tree._TreeReader.plain
    monkeypatch.setattr(yaml_tree._TreeReader, "plain", lambda *args: expanded.append(1) or plain(*args))
    assert len(BOMB) < 400
    began = time.perf_counter()
    with pytest.raises(yaml_tree.UnreadableError, match="expands to more than 100,000 values"):
        parse(BOMB, "bomb.yaml")
    with capsys.disabled():
        print(f"\n  {len(BOMB)} bytes of aliases refused in {1000 * (time.perf_counter() - began):.0f} ms")
    assert expanded == []


def test_a_bomb_of_merge_keys_is_refused_before_it_is_expanded(monkeypatch):
    bomb = "a: &a {k: x}\n" + "".join(
        f"{name}: &{name} {{<<: [{','.join([f'*{before}'] * 9)}], {name}: [{','.join([f'*{before}'] * 9)}]}}\n"
        for before, name in zip("abcde", "bcdef", strict=True)
    )
    monkeypatch.setattr(yaml_tree._TreeReader, "plain", lambda *args: pytest.fail("it was expanded"))
    with pytest.raises(yaml_tree.UnreadableError, match="expands to more than"):
        parse(bomb, Path("bomb.yaml").name)


def written(count):
    """A document with `count` written values: two keys, a list, and its items."""
    return f"name: x\ninitial: [{', '.join(['0'] * (count - 5))}]\n"


def test_a_text_may_have_at_most_20_000_written_values():
    assert len(parse(written(20_000), "x.yaml").data["initial"]) == 19_995
    with pytest.raises(yaml_tree.UnreadableError, match="may have at most 20,000 values; use a topology"):
        parse(written(20_001), "x.yaml")


def test_aliases_may_expand_to_more_values_than_a_text_may_have():
    text = f"a: &a [{', '.join(['0'] * 900)}]\n" + "".join(f"a{i}: *a\n" for i in range(99))
    assert len(parse(text, "x.yaml").data["a98"]) == 900


def test_aliases_that_expand_to_too_many_levels_are_refused():
    text = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 100))
    with pytest.raises(yaml_tree.UnreadableError, match="expands to more than 100 levels"):
        parse(text, "x.yaml")


def test_reading_stops_at_the_first_value_beyond_the_limit():
    with pytest.raises(yaml_tree.UnreadableError, match="may have at most") as refused:
        parse(written(30_000) + "}: this is no YAML", "x.yaml")
    assert refused.value.faults[0].span.line == 2


def test_a_long_list_of_settings_visits_every_place_once(tmp_path, monkeypatch):
    from swarmsec.scenario import extends

    names = [f"a{i}" for i in range(300)]
    attacks = ", ".join(f"{{kind: stubborn, name: {name}, daemons: 1}}" for name in names)
    base = f"world: {{kind: beliefs}}\nnetwork: {{kind: ring, n: 7}}\nattacks: [{attacks}]\n"
    (tmp_path / "base.yaml").write_text(base, encoding="utf-8")
    changes = ", ".join(f"{{name: {name}, stop: 3}}" for name in names)
    (tmp_path / "child.yaml").write_text(f"extends: base.yaml\nattacks: [{changes}]\n", encoding="utf-8")
    seen = []
    ways = extends._ways
    monkeypatch.setattr(extends, "_ways", lambda value: seen.append(1) or ways(value))
    assert all(attack["stop"] == 3 for attack in load_scenario(tmp_path / "child.yaml").document["attacks"])
    assert len(seen) < 20 * len(names)


def test_too_many_attacks_in_campaigns_are_refused_before_they_are_expanded(tmp_path, monkeypatch):
    from swarmsec.scenario import schedule as expand

    steps = ", ".join(["{kind: none, for: 1}"] * 900)
    uses = ", ".join(["{campaign: c}"] * 900)
    path = tmp_path / "bomb.yaml"
    path.write_text(
        f"world: {{kind: beliefs}}\nnetwork: {{kind: ring, n: 7}}\ncampaigns: {{c: [{steps}]}}\nattacks: [{uses}]\n",
        encoding="utf-8",
    )
    timed = []
    real = expand._timed
    monkeypatch.setattr(expand, "_timed", lambda *those: timed.append(1) or real(*those))
    with pytest.raises(InvalidScenarioError, match="more than 1,000 attacks") as refused:
        load_scenario(path)
    assert (refused.value.findings[0].path, refused.value.findings[0].span.line) == ("attacks", 4)
    assert len(timed) == 2
