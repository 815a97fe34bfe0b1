"""Run bilateral bargaining in NegMAS, in a separate environment; this file imports nothing of swarmsec.

The answer to each line with a JSON request, {"turns", "sessions"}, is {"seconds"} for that many sessions, or {"error"}.
"""

from __future__ import annotations

import json
import sys
import time

from negmas import SAOMechanism, make_issue
from negmas.outcomes import make_os
from negmas.preferences import LinearAdditiveUtilityFunction
from negmas.preferences.value_fun import AffineFun, LinearFun
from negmas.sao import AspirationNegotiator


def session(turns: int) -> None:
    """Two negotiators that concede linearly, one from 0 and one from 1, over one issue of 101 values."""
    outcomes = make_os([make_issue([value / 100 for value in range(101)], "x")])
    mechanism = SAOMechanism(outcome_space=outcomes, n_steps=turns)
    for worth in (AffineFun(-1, bias=1), LinearFun(1)):
        utility = LinearAdditiveUtilityFunction(values={"x": worth}, outcome_space=outcomes)
        mechanism.add(AspirationNegotiator(aspiration_type="linear", ufun=utility))
    agreement = mechanism.run().agreement
    assert agreement == (0.5,), agreement


def main() -> None:
    for line in sys.stdin:
        try:
            request = json.loads(line)
            start = time.perf_counter()
            for _ in range(request["sessions"]):
                session(request["turns"])
            reply: dict = {"seconds": time.perf_counter() - start}
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
