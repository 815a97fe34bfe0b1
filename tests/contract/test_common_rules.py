"""The kit refuses plug-ins that break a rule of all families."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pytest

from swarmsec.teams import (
    Gt,
    Help,
)
from swarmsec.testing import _common, check_attack
from tests.contract.plugins import Broken, BrokenPlugins, Shift, SoundAttack

BROKEN = BrokenPlugins()


@BROKEN.breaks(check_attack, _common.it_is_a_keyword_only_dataclass)
@dataclass
class Positional(SoundAttack):
    """A positional field.

    It lacks kw_only.
    """

    extra: Shift = 1.0


@BROKEN.breaks(check_attack, _common.it_is_a_keyword_only_dataclass)
class Undecorated(SoundAttack):
    """A parameter without a field.

    The class lacks @dataclass.
    """

    extra: Shift = 1.0


@BROKEN.breaks(check_attack, _common.its_parameters_are_typed)
@dataclass(kw_only=True)
class Untyped(SoundAttack):
    """A parameter without a type.

    A scenario could not set it.
    """

    extra = 1.0


@BROKEN.breaks(check_attack, _common.every_parameter_has_a_line_of_help)
@dataclass(kw_only=True)
class WithoutHelp(SoundAttack):
    """A parameter without help.

    Its meaning is not documented.
    """

    extra: float = 1.0


@BROKEN.breaks(check_attack, _common.its_defaults_are_within_their_bounds)
@dataclass(kw_only=True)
class OutOfBounds(SoundAttack):
    """A default out of its bounds.

    It must be more than 0.
    """

    extra: Annotated[float, Gt(0), Help("More than 0.")] = -1.0


@BROKEN.breaks(check_attack, _common.its_parameters_are_stored_unchanged)
@dataclass(kw_only=True)
class Converting(SoundAttack):
    """A parameter that differs from the given value.

    It is halved.
    """

    extra: Shift = 3.0

    def __post_init__(self) -> None:
        self.extra /= 2.0


@BROKEN.breaks(check_attack, _common.its_docstring_explains_the_mechanism)
@dataclass(kw_only=True)
class Terse(SoundAttack):
    """One line."""


@BROKEN.breaks(check_attack, _common.its_docstring_explains_the_mechanism)
@dataclass(kw_only=True)
class Mute(SoundAttack):
    shift: Shift = 1.0


@pytest.mark.parametrize("broken", BROKEN, ids=[broken.plugin.__name__ for broken in BROKEN])
def test_a_broken_plugin_is_refused_by_the_rule_that_it_breaks(broken: Broken) -> None:
    BROKEN.assert_refused(broken)


@pytest.mark.slow
@pytest.mark.parametrize("broken", BROKEN[::8], ids=[broken.plugin.__name__ for broken in BROKEN[::8]])
def test_the_whole_check_names_the_broken_rule(broken: Broken) -> None:
    BROKEN.assert_refused_by_the_check(broken)


def test_every_rule_has_a_plugin_that_breaks_it() -> None:
    BROKEN.assert_complete(_common.COMMON_RULES)
