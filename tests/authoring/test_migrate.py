import pytest

from swarmsec.authoring.migrate import migrated
from swarmsec.authoring.yaml_layout import comments
from swarmsec.errors import ScenarioError
from swarmsec.scenario import load_scenario
from swarmsec.scenario.yaml_tree import parse
from tests.authoring.conftest import RING

OLD = """\
# an old one
apiVersion: swarmsec/v1alpha1
name: old   # name
# how many
agents: 7   # seven
world: {type: beliefs, initial: [0, 0, 1, 2, 3, 4, 5]}
network: {type: circulant, offsets: [1, 2]}  # a ring

# red
attack:   # one
  type: stubborn  # liar
  # whom
  daemons: [0]
# blue
defense: {type: wmsr, f: 1}   # wmsr
rounds: 20
# last
seed: 7  # lucky
# end
"""

NEW = """\
# an old one
apiVersion: swarmsec/v1
name: old  # name
world: {kind: beliefs, initial: [0, 0, 1, 2, 3, 4, 5]}
# how many
# seven
network: {kind: circulant, n: 7, offsets: [1, 2]}  # a ring
rounds: 20

# red
attacks:  # one
  - kind: stubborn  # liar
    # whom
    daemons: [0]
# blue
defenses:  # wmsr
  - {kind: wmsr, f: 1}
# last
seeds: [7]  # lucky
# end
"""


def test_an_old_scenario_becomes_one_of_today_with_all_its_comments():
    assert migrated(OLD) == NEW
    assert sorted(comments(NEW)) == sorted(comments(OLD))


def test_what_is_migrated_is_valid_and_means_the_same():
    document = load_scenario(parse(migrated(OLD), "").data).document
    assert document["network"] | {"kind": "circulant", "n": 7, "offsets": [1, 2]} == document["network"]
    assert document["attacks"][0]["kind"] == "stubborn"
    assert document["seeds"] == [7]


def test_what_is_of_today_stays_as_it_is():
    assert migrated(RING) == RING
    assert migrated("name: x\n") == "name: x\n"
    assert migrated(NEW) == NEW


def test_a_plugin_by_its_name_alone_becomes_a_mapping():
    text = "apiVersion: swarmsec/v1alpha1\nworld: beliefs\nnetwork: {type: circulant}\nagents: 5\nattack: none\n"
    assert parse(migrated(text), "").data == {
        "apiVersion": "swarmsec/v1",
        "world": {"kind": "beliefs"},
        "network": {"kind": "circulant", "n": 5},
        "attacks": [{"kind": "none"}],
    }


@pytest.mark.parametrize(
    ("line", "where", "said"),
    [
        ("attacks: []", "attack", "given next to `attacks`"),
        ("seeds: 3", "seed", "given next to `seeds`"),
    ],
)
def test_what_is_said_in_both_ways_is_refused(line, where, said):
    with pytest.raises(ScenarioError, match=said) as error:
        migrated(OLD + line + "\n", "old.yaml")
    assert error.value.where == f"old.yaml  {where}"


def test_agents_need_a_network_that_does_not_say_so_itself():
    with pytest.raises(ScenarioError, match=r"network\.n"):
        migrated(OLD.replace("offsets", "n: 7, offsets"))
    with pytest.raises(ScenarioError, match="no network"):
        migrated("apiVersion: swarmsec/v1alpha1\nagents: 3\n")


def test_a_version_that_nobody_knows_is_refused_with_those_that_are(command):
    ran = command("migrate", "--check", "-", given="apiVersion: swarmsec/v9\n")
    assert ran.code == 3
    assert "swarmsec/v1alpha1, swarmsec/v1" in ran.err


def test_check_says_what_is_old_and_write_mends_it(command, folder):
    (folder / "old.yaml").write_text(OLD, encoding="utf-8")
    ran = command("migrate", "--check", "old.yaml", "ring.yaml")
    assert (ran.code, ran.out) == (1, "old.yaml: would be migrated\n")
    assert (folder / "old.yaml").read_text(encoding="utf-8") == OLD
    assert command("migrate", "--write", "old.yaml", "ring.yaml").code == 0
    assert (folder / "old.yaml").read_text(encoding="utf-8") == NEW
    assert command("migrate", "--check", "old.yaml", "ring.yaml").code == 0
    assert command("validate", "old.yaml").code == 0


def test_validate_says_to_migrate_and_nothing_else(command, folder):
    (folder / "old.yaml").write_text(OLD, encoding="utf-8")
    ran = command("validate", "old.yaml")
    assert ran.code == 3
    assert "swarmsec migrate --write" in ran.err
    assert ran.err.count("old.yaml:") == 1
    assert "old.yaml:2:13" in ran.err


def test_standard_input_goes_to_standard_output(command):
    assert command("migrate", "-", given=OLD)[:2] == (0, NEW)


def test_usage_errors(command):
    assert command("migrate", "ring.yaml").code == 2
    assert command("migrate", "--check", "--write", "ring.yaml").code == 2
    assert command("migrate", "--check", "nowhere.yaml").code == 2
    assert command("migrate", "--check", "-", given="a: [").code == 3
