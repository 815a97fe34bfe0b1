"""The kit passes valid plug-ins, and reports a broken rule with the finding and a line that repeats the check."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import pytest

from swarmsec.plugin import Plugin
from swarmsec.teams import (
    Help,
)
from swarmsec.testing import check_attack, check_defense, check_protocol, check_world
from tests.contract.plugins import SoundAttack, SoundDefense, SoundProtocol, SoundWorld
from tests.contract.test_attack_rules import Entropic, InPlace
from tests.contract.test_defense_rules import ReadsTheTruth


@pytest.mark.parametrize(
    ("check", "sound"),
    [
        (check_attack, SoundAttack),
        (check_defense, SoundDefense),
        (check_protocol, SoundProtocol),
        (check_world, SoundWorld),
    ],
)
def test_a_valid_plugin_passes(check: Callable[..., None], sound: type[Plugin]) -> None:
    check(sound)


def test_a_refusal_names_the_rule_the_finding_and_the_line_that_repeats_the_check() -> None:
    with pytest.raises(AssertionError) as refusal:
        check_attack(InPlace, shift=3.0)
    lines = str(refusal.value).splitlines()
    assert lines[1].strip() == (
        "rule    A hook returns new arrays: it writes neither into given arrays nor into arrays that it returned "
        "before."
    )
    assert lines[2].startswith("  found   `on_signals` writes into the array that it is given: ")
    assert lines[3].startswith("  repeat  from swarmsec.testing.attack import PluginCase, ")
    assert lines[3].endswith("(PluginCase(InPlace, {'shift': 3.0}))")


def test_the_printed_line_repeats_the_refusal() -> None:
    with pytest.raises(AssertionError) as refusal:
        check_defense(ReadsTheTruth)
    line = str(refusal.value).splitlines()[3].removeprefix("  repeat  ")
    with pytest.raises(AssertionError, match="once the list of attacked daemons is permuted"):
        exec(line, {"ReadsTheTruth": ReadsTheTruth})


def test_a_difference_is_reported_with_field_and_round() -> None:
    with pytest.raises(AssertionError, match=r"`states` differs first in round \d+, daemon \d+: "):
        check_attack(Entropic)


def test_required_parameters_are_given_by_keyword() -> None:
    @dataclass(kw_only=True)
    class NeedsParameter(SoundAttack):
        """Require the amount of the shift.

        It has no default.
        """

        by: Annotated[float, Help("What must be given.")]

    with pytest.raises(AssertionError, match="by: missing"):
        check_attack(NeedsParameter)
    check_attack(NeedsParameter, by=1.0)


def test_a_plugin_that_refuses_every_swarm_is_refused() -> None:
    @dataclass(kw_only=True)
    class RefusesEverySwarm(SoundDefense):
        """Refuse every swarm.

        It requires a million daemons.
        """

        def check(self, n: int) -> None:
            from swarmsec.errors import ParameterError

            raise ParameterError("must be a million")

    with pytest.raises(AssertionError, match="refuses every swarm"):
        check_defense(RefusesEverySwarm)


def test_the_kit_works_without_pytest() -> None:
    program = "import sys; sys.modules['pytest'] = None; import swarmsec.testing"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
