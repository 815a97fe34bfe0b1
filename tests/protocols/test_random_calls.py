"""Random calls keep the rules of protocols."""

from swarmsec.protocols.random_calls import RandomCalls
from swarmsec.testing import check_protocol


def test_random_calls_keep_the_rules_of_protocols() -> None:
    check_protocol(RandomCalls)
