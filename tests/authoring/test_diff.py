import pytest

from tests.authoring.conftest import RING


@pytest.fixture
def changed(command, folder):
    """Compare the ring with a copy in which some text is replaced: the changes as JSON, by path."""

    def call(*replacements):
        text = RING
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        (folder / "new.yaml").write_text(text, encoding="utf-8")
        ran = command("diff", "ring.yaml", "new.yaml", "--json")
        assert ran.code == (1 if ran.json["changes"] else 0)
        return {one["path"]: (one.get("old"), one.get("new")) for one in ran.json["changes"]}, ran.json["same_runs"]

    return call


def test_order_comments_and_written_defaults_are_no_changes(changed):
    reordered = "n: 7, offsets: [1, 2], kind: circulant"
    assert changed(
        ("# A ring.\n", ""), ("kind: circulant, n: 7, offsets: [1, 2]", reordered), ("f: 1", "f: 1"), ("seeds", "seeds")
    ) == ({}, True)
    assert changed(("rounds: 20", "rounds: 20\nengine: arrays\nroot_seed: 0")) == ({}, True)


def test_a_changed_parameter_is_reported_with_both_values(changed):
    assert changed(("value: 100.0", "value: 7.0")) == ({"attacks[stubborn].value": (100.0, 7.0)}, False)


def test_keys_for_readers_do_not_change_a_run(changed):
    assert changed(("name: ring\n", "name: ring\ntitle: Ring\n")) == ({"title": ("", "Ring")}, True)


def test_plugins_are_matched_by_kind_and_not_by_position(changed):
    found, same = changed(("attacks:\n", "attacks:\n  - {kind: none}\n"))
    assert list(found) == ["attacks[none]"]
    assert found["attacks[none]"][0] is None
    assert not same


def test_a_list_in_another_order_is_reported_as_a_change_of_order(command, folder):
    two = RING.replace("  - {kind: wmsr, f: 1}\n", "  - {kind: wmsr, f: 1}\n  - {kind: none}\n")
    other = RING.replace("  - {kind: wmsr, f: 1}\n", "  - {kind: none}\n  - {kind: wmsr, f: 1}\n")
    (folder / "two.yaml").write_text(two)
    ran = command("diff", "two.yaml", "-", "--json", given=other)
    assert [one["path"] for one in ran.json["changes"]] == ["defenses (order)"]


def test_another_kind_is_one_change(changed):
    found, _ = changed(("{kind: beliefs, initial: [0, 0, 1, 2, 3, 4, 5]}", "{kind: trading}"))
    assert [path for path in found if path.startswith("world")] == ["world"]


def test_a_resolved_scenario_equals_its_source(command):
    text = command("resolve", "ring.yaml", "--origin").out
    ran = command("diff", "ring.yaml", "-", given=text)
    assert (ran.code, ran.out) == (0, "")


def test_the_text_output_has_one_line_per_change(command):
    ran = command("diff", "ring.yaml", "-", given=RING.replace("rounds: 20", "rounds: 30"))
    assert (ran.code, ran.out) == (1, "rounds  20 → 30\n")
    assert "the digest differs" in ran.err


def test_errors_have_distinct_exit_codes(command):
    assert command("diff", "ring.yaml", "nowhere.yaml").code == 2
    assert command("diff", "-", "-").code == 2
    assert command("diff", "ring.yaml", "-", given="name: 3").code == 3
