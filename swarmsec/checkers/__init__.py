"""Checkers of the conditions of consensus: agreement, validity and termination; and the hull of values.

Each checker is a function of recorded states and of the honest daemons, in a file of its own. They are a public tool
for tests, for traces of `simulate(..., record_states=True)`, and for worlds. The world `beliefs` bills by `hull_of`,
the same definition by which `validity` checks. Definitions that need a swarm, a scenario or a network do not belong
here.

Examples:
    >>> import numpy as np
    >>> states = np.array([[[0.0], [1.0], [9.0]], [[0.5], [0.5], [9.0]]])  # (rounds, n, d)
    >>> honest = np.array([True, True, False])
    >>> agreement(states, honest) is None and validity(states, honest) is None
    True
    >>> termination(states, honest)
    Violation(round=1, daemon=0, amount=0.5)
"""

from swarmsec.checkers._agreement import agreement
from swarmsec.checkers._termination import termination
from swarmsec.checkers._validity import validity
from swarmsec.checkers.hull import Hull, hull_of
from swarmsec.checkers.violation import Violation

__all__ = ["Hull", "Violation", "agreement", "hull_of", "termination", "validity"]
