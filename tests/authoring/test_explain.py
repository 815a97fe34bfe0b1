"""Every topic is explained, and an unknown one gets a suggestion."""

import json
import subprocess
import sys

import pytest

from swarmsec.authoring.explain import explain, topics
from swarmsec.authoring.lint import RULES
from swarmsec.cli import main
from swarmsec.errors import ExitCode, UsageError
from swarmsec.parameters import describe
from swarmsec.plugin import FAMILIES
from swarmsec.registry import Registry
from swarmsec.scenario import check as check_module
from swarmsec.scenario.check import check
from swarmsec.scenario.model import Document

REGISTRY = Registry()


def kinds_of():
    yield from ((family, kind) for family in FAMILIES for kind in REGISTRY.kinds(family))


@pytest.fixture
def swarmsec(capsys):
    """Call the command line in this process: (exit code, standard output, standard error)."""

    def call(*arguments):
        with pytest.raises(SystemExit) as end:
            main([*arguments])
        return (int(end.value.code or 0), *capsys.readouterr())

    return call


def test_every_topic_is_explained():
    for topic in topics(REGISTRY):
        for page in explain(topic, REGISTRY):
            assert page.summary, topic


def test_every_field_has_an_example_that_is_yaml():
    from swarmsec.scenario.yaml_tree import parse

    for info in describe(Document):
        (page,) = explain(info.name)
        assert page.topic == info.name
        assert info.name in parse(page.example, "").data, info.name


@pytest.mark.parametrize(
    "topic", ["attacks", "defenses", "protocols", "worlds", "topologies", "rules", "rules.red", "rules.blue", "sweep"]
)
def test_topics_in_error_messages_exist(topic):
    assert explain(topic)


def test_topics_in_error_messages_of_every_kind_exist():
    for shelf, kind in kinds_of():
        (page,) = explain(f"{shelf}.{kind}", REGISTRY)
        assert page.topic == f"{shelf}.{kind}"


BROKEN = {
    "apiVersion": "swarmsec/v1",
    "wurld": {},
    "world": {"kind": "trading", "gane": 1},
    "network": {"kind": "small_wrld"},
    "protocol": {"kind": "friedkin_johnsen", "anchor": 7},
    "attacks": [{"kind": "false_signal", "bais": 1}, {"kind": "nobody"}, {}],
    "defenses": [{"kind": "wmsr", "f": -1}, {"kind": "nothing"}],
    "rules": {"red": {"daemon": 1}, "bleu": {}, "blue": 3},
    "score": {"bil": "x"},
}


def test_every_topic_in_the_errors_of_a_bad_scenario_is_explained():
    found = check(BROKEN, REGISTRY)
    found += check({**BROKEN, "network": {"kind": "circulant", "m": 3}}, REGISTRY)
    pointed = {one.topic for one in found if one.topic}
    assert {"attacks.false_signal", "topologies", "topologies.circulant", "rules.red", "rules"} <= pointed
    for topic in pointed:
        assert explain(topic, REGISTRY)


def test_every_topic_in_the_source_of_the_check_is_explained():
    import ast
    import inspect

    tree = ast.parse(inspect.getsource(check_module))
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "CheckProblem"
    ]
    topics = {call.args[1].value for call in calls if len(call.args) > 1 and isinstance(call.args[1], ast.Constant)}
    for topic in topics - {""}:
        assert explain(topic, REGISTRY)


@pytest.mark.parametrize(
    ("topic", "full"),
    [
        ("attacks[0].bias", "attacks.false_signal.bias"),
        ("attacks.0.bias", "attacks.false_signal.bias"),
        ("attacks[0].start", "attacks.start"),
        ("false_signal.bias", "attacks.false_signal.bias"),
        ("attack.false_signal", "attacks.false_signal"),
        ("trading", "worlds.trading"),
        ("world.trading", "worlds.trading"),
        ("network.small_world", "topologies.small_world"),
        ("rules.red.daemons", "rules.red.daemons"),
        ("sweep.from", "sweep.from"),
        ("schedule.phase", "schedule.phase"),
        ("attacks[0].daemons", "selectors"),
        ("sw004", "SW004"),
        ("score.bill", "score.bill"),
    ],
)
def test_a_topic_may_be_written_as_in_a_scenario(topic, full):
    assert full in {page.topic for page in explain(topic, REGISTRY)}


def test_an_ambiguous_name_gives_both_topics():
    assert [page.topic for page in explain("none")] == ["attacks.none", "defenses.none"]


@pytest.mark.parametrize(
    ("topic", "meant"),
    [
        ("attacks.bais", "attacks.bias"),
        ("attacks.false_signal.bais", "attacks.false_signal.bias"),
        ("falze_signal", "attacks.false_signal"),
        ("worlds.tradin", "worlds.trading"),
        ("ruonds", "rounds"),
        ("rules.read", "rules.red"),
        ("SW99", "SW009"),
        ("rules.red.daemon", "rules.red.daemons"),
    ],
)
def test_an_unknown_topic_gets_a_suggestion(topic, meant):
    with pytest.raises(UsageError, match=f"`{meant}`"):
        explain(topic)


@pytest.mark.parametrize("topic", ["", ".", "qqqqqqq", "a.b.c.d.e", "attacks.none.none.none", "rounds.rounds", "[0]"])
def test_a_meaningless_topic_is_a_usage_error(topic):
    with pytest.raises(UsageError):
        explain(topic)


def test_the_rules_of_lint_are_listed():
    (page,) = explain("lint")
    assert all(code in page.about for code in RULES)


def test_the_command_prints_text_or_json_and_exits_with_2_for_an_unknown_topic(swarmsec):
    code, out, _ = swarmsec("explain", "attacks.false_signal")
    assert code == ExitCode.DONE
    assert "The amount that is added to a targeted signal." in out
    page = json.loads(swarmsec("explain", "attacks.false_signal", "--json")[1])
    assert page["topic"] == "attacks.false_signal"
    assert {"bias", "daemons"} <= {one["name"] for one in page["parameters"]}
    assert len(json.loads(swarmsec("explain", "none", "--json")[1])) == 2
    code, _, err = swarmsec("explain", "ruonds")
    assert code == ExitCode.USAGE
    assert "did you mean `rounds`" in err


def test_explaining_imports_no_heavy_library():
    code = (
        "import sys\nfrom swarmsec.cli import main\ntry:\n    main(['explain', 'lint'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'mesa', 'numba', 'sklearn', 'pyod'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
