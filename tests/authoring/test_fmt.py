import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarmsec.authoring.fmt import formatted
from swarmsec.authoring.yaml_layout import comments
from swarmsec.scenario import library, load_scenario
from swarmsec.scenario.yaml_tree import parse
from tests.authoring.conftest import RING

MESSY = """\
# of the file

# still of the file
rounds: 30   # rounds!
x-base: &b {n: 7,   kind: circulant, offsets: [1,2]}


# the network
network:
    <<: *b   # merged
story: >  # note
      foo # no comment

      bar

# the world of
# beliefs
world: {initial: [0, 0, 1, 2, 3, 4, 5], kind: beliefs}
attacks:   # red
- value: 100.0
  kind: stubborn   # liar

  # above daemons
  daemons: [0]
  # - {kind: none}
-   # dash
  kind: stubborn
  daemons: [1,  # first
    2]
- {kind: stubborn,daemons: [1,2,3,4,5,6],value: 100.0,drift: 0.000000000001,swing: 0.00000000000001,start: 3}  # long
title: "foo   # bar
   baz"
rules: {red: {daemons: 7}}
# the end
"""

NEAT = """\
# of the file

# still of the file
title: "foo   # bar
  baz"
story: >  # note
  foo # no comment

  bar
x-base: &b {n: 7, kind: circulant, offsets: [1, 2]}

# the world of
# beliefs
world: {kind: beliefs, initial: [0, 0, 1, 2, 3, 4, 5]}

# the network
network:
  <<: *b  # merged
rounds: 30  # rounds!
attacks:  # red
  - kind: stubborn  # liar

    # above daemons
    daemons: [0]
    # - {kind: none}
    value: 100.0
  # dash
  - kind: stubborn
    daemons:
      - 1  # first
      - 2
  # long
  - kind: stubborn
    daemons: [1, 2, 3, 4, 5, 6]
    start: 3
    value: 100.0
    drift: 0.000000000001
    swing: 0.00000000000001
rules: {red: {daemons: 7}}
# the end
"""


def test_an_untidy_scenario_becomes_tidy():
    assert formatted(MESSY) == NEAT


def test_a_tidy_scenario_is_unchanged():
    assert formatted(NEAT) == NEAT


def test_formatting_the_library_keeps_meaning_and_comments_and_is_idempotent():
    for name, path in library().items():
        text = path.read_text(encoding="utf-8")
        new = formatted(text)
        assert parse(new, "").data == parse(text, "").data, name
        assert sorted(comments(new)) == sorted(comments(text)), name
        assert formatted(new) == new, name
        assert load_scenario(parse(new, "").data).digest == load_scenario(name).digest, name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: x\nx: |\n    a\n      b\n", "name: x\nx: |\n  a\n    b\n"),
        ("x: |+\n  a\n\n\nname: y\n", "name: y\nx: |+\n  a\n\n\n"),
        ("x: |2\n    a\n", 'x: "  a\\n"\n'),
        ("x: |\n  a\n\n\n\n  b\n\n\nname: y\n", "name: y\nx: |\n  a\n\n\n\n  b\n"),
        ("x: 'a\n\n  b'\n", "x: 'a\n\n  b'\n"),
        ("? x\n: 1\n", "x: 1\n"),
        ("---\nx: 1\n...\n", "x: 1\n"),
        ("x: [{a: 1}, [1,2], ]\n", "x: [{a: 1}, [1, 2]]\n"),
        ("x: {}\ny: []\nz:\n", "x: {}\ny: []\nz:\n"),
        ("x:\n- - 1\n  - 2\n- - 3\n", "x:\n  - - 1\n    - 2\n  - - 3\n"),
        ("x: &a\n  k: 1\ny: *a\n", "x: &a\n  k: 1\ny: *a\n"),
        ("rounds: &r 3\nname: *r\n", "rounds: &r 3\nname: *r\n"),  # An alias must stay below its anchor.
        ("x: 1\n\n\n\n# c\n\n\ny: 2\n", "x: 1\n\n# c\n\ny: 2\n"),
        ("sweep: {b: [1], a: [2]}\n", "sweep: {b: [1], a: [2]}\n"),
        ("x: 1\r\ny: 2\r\n", "x: 1\ny: 2\n"),
    ],
)
def test_yaml_of_every_form_is_formatted(text, expected):
    assert formatted(text) == expected
    assert formatted(expected) == expected


WORDS = st.sampled_from(["a", "b c", "kind", "'q # q'", '"x: y"', "1", "-2.5", "null", "off", "http://x#y"])
NODES = st.recursive(
    WORDS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: ("list", items)),
        st.dictionaries(st.sampled_from(["k", "kind", "name", "z"]), inner, max_size=3).map(lambda d: ("map", d)),
        st.lists(WORDS, max_size=3).map(lambda words: f"[{', '.join(words)}]"),
    ),
    max_leaves=12,
)


def lines_of(node, comment):
    """A node as YAML lines with random comments."""
    if isinstance(node, str):
        return [node]
    kind, inside = node
    if not inside:
        return ["[]" if kind == "list" else "{}"]
    found = []
    for key, value in enumerate(inside) if kind == "list" else inside.items():
        head = "-" if kind == "list" else f"{key}:"
        below = lines_of(value, comment)
        found += comment("")
        if isinstance(value, str) or (len(below) == 1 and below[0] in ("[]", "{}")):
            found.append(f"{head} {below[0]}{''.join(f'  {one}' for one in comment('behind'))}")
        else:
            found += [f"{head}{''.join(f'  {one}' for one in comment('behind'))}", *(f"   {line}" for line in below)]
        found += [f"  {one}" for one in comment("")]
    return found


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["world", "attacks", "x-a", "name", "rules"]), NODES, min_size=1), st.data())
def test_any_document_keeps_meaning_and_comments_and_is_stable_when_formatted_again(top, data):
    count = 0

    def comment(_):
        nonlocal count
        if not data.draw(st.booleans()):
            return []
        count += 1
        return [f"# {count}"]

    text = "\n".join(lines_of(("map", top), comment)) + "\n"
    new = formatted(text)
    assert parse(new, "").data == parse(text, "").data
    assert sorted(comments(new)) == sorted(comments(text))
    assert formatted(new) == new


def test_check_writes_nothing_and_exits_1(command, folder):
    (folder / "messy.yaml").write_text(MESSY, encoding="utf-8")
    ran = command("fmt", "--check", "ring.yaml", "messy.yaml")
    assert (ran.code, ran.out) == (1, "messy.yaml: would be formatted\n")
    assert (folder / "messy.yaml").read_text(encoding="utf-8") == MESSY


def test_files_are_rewritten_in_place_and_then_pass_the_check(command, folder):
    (folder / "messy.yaml").write_text(MESSY, encoding="utf-8")
    ran = command("fmt", "ring.yaml", "messy.yaml", "--json")
    assert (ran.code, [one["changed"] for one in ran.json["files"]]) == (0, [False, True])
    assert (folder / "messy.yaml").read_text(encoding="utf-8") == NEAT
    assert (folder / "ring.yaml").read_text(encoding="utf-8") == RING
    assert command("fmt", "--check", "ring.yaml", "messy.yaml").code == 0


def test_standard_input_is_formatted_to_standard_output(command):
    assert command("fmt", "-", given=MESSY)[:2] == (0, NEAT)
    assert command("fmt", "--check", "-", given=MESSY).code == 1


def test_an_invalid_file_is_refused_and_the_others_are_formatted(command, folder):
    (folder / "bad.yaml").write_text("a: [1\n")
    (folder / "messy.yaml").write_text(MESSY, encoding="utf-8")
    ran = command("fmt", "bad.yaml", "messy.yaml")
    assert ran.code == 3
    assert "bad.yaml:1:4" in ran.err
    assert (folder / "messy.yaml").read_text(encoding="utf-8") == NEAT
    assert command("fmt", "nowhere.yaml").code == 2
    assert command("fmt", "-", given="- a list\n").code == 3


def test_a_users_plugin_is_ordered_too(command, folder):
    (folder / "own").mkdir()
    (folder / "own" / "pull.py").write_text(
        textwrap.dedent('''
        """Pull."""
        from dataclasses import dataclass
        from swarmsec import Attack, Surface

        @dataclass(kw_only=True)
        class Pull(Attack):
            """Pull."""
            surface = Surface.SIGNAL
            z: float = 1.0
            a: float = 1.0
        ''')
    )
    text = "attacks:\n  - {kind: pull, a: 1, z: 2}\n"
    assert command("fmt", "-", "--plugins", "own", given=text).out == "attacks:\n  - {kind: pull, z: 2, a: 1}\n"
