"""The conformance kit checks that a plug-in keeps the contract of its family, and reports the rule that it breaks.

Call it in your own test:

    from swarmsec.testing import check_attack

    def test_my_attack_keeps_the_rules():
        check_attack(MyAttack)

Every rule is one function, named for what it requires, in the module of its family: `attack`, `defense`, `protocol`,
`world`, and `_common` for all families. Rules of a single technique belong in that technique's own test.
The kit needs no pytest. It runs dozens of small swarms, which takes a second or two.
"""

from __future__ import annotations

from swarmsec.testing.attack import check_attack
from swarmsec.testing.defense import check_defense
from swarmsec.testing.protocol import check_protocol
from swarmsec.testing.world import check_world

__all__ = ["check_attack", "check_defense", "check_protocol", "check_world"]
