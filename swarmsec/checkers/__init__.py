"""Checkers: whether daemons agreed, on something that an honest one might have said, and came to an end.

Here belongs what can be said of values and of who is honest, by one function a file. The worlds bill by it, and tests
and scoring hold runs against it, so that there is one definition of each. Who is honest is given; nothing here knows
a swarm.
"""

from swarmsec.checkers._agreement import agreement
from swarmsec.checkers._termination import termination
from swarmsec.checkers._validity import validity
from swarmsec.checkers.hull import Hull, hull_of
from swarmsec.checkers.violation import Violation

__all__ = ["Hull", "Violation", "agreement", "hull_of", "termination", "validity"]
