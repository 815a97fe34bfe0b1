"""The conformance kit: call it on a plug-in of your own, in a test of your own, and it says which rule is broken.

    from swarmsec.testing import check_attack

    def test_my_attack_keeps_the_rules():
        check_attack(MyAttack)

Every rule is one function, named for what it states, in the module of its kind: `attack`, `defense`, `protocol`,
`world`, and `_common` for what holds of all. Rules of a single technique belong in that technique's own test.
The kit needs no pytest. It plays dozens of small swarms, in a second or two.
"""

from __future__ import annotations

from swarmsec.testing.attack import check_attack
from swarmsec.testing.defense import check_defense
from swarmsec.testing.protocol import check_protocol
from swarmsec.testing.world import check_world

__all__ = ["check_attack", "check_defense", "check_protocol", "check_world"]
