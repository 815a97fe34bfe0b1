"""Run byzfl's aggregation rules on NumPy arrays, in byzfl's environment; this file imports nothing of swarmsec.

The answer to each line with a JSON request, {"rule", "n", "d", "f", "calls"}, is {"seconds"} for that many calls, or
{"error"}.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
import types

import numpy as np

# Its public API imports Torchvision and more, which the rules do not need.
found = importlib.util.find_spec("byzfl")
assert found is not None
assert found.submodule_search_locations is not None
package = sys.modules["byzfl"] = types.ModuleType("byzfl")
package.__path__ = list(found.submodule_search_locations)

import byzfl.aggregators as byzfl  # noqa: E402

RULES = {
    "mean": lambda f: byzfl.Average(),
    "median": lambda f: byzfl.Median(),
    "trimmed_mean": byzfl.TrMean,
    "krum": byzfl.Krum,
    "multi_krum": byzfl.MultiKrum,
    "geometric_median": lambda f: byzfl.GeometricMedian(),
    "centered_clipping": lambda f: byzfl.CenteredClipping(tau=10.0),
    "meamed": byzfl.Meamed,
    "monna": byzfl.MoNNA,
    "nnm": byzfl.NNM,
    "bucketing": lambda f: byzfl.Bucketing(2),
}


def answer(request: dict, inputs: dict) -> dict:
    n, d = request["n"], request["d"]
    if (n, d) not in inputs:
        inputs[n, d] = np.random.default_rng(0).normal(size=(n, d))
    rule = RULES[request["rule"]](request["f"])
    start = time.perf_counter()
    for _ in range(request["calls"]):
        rule(inputs[n, d])
    return {"seconds": time.perf_counter() - start}


def main() -> None:
    inputs: dict = {}
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line), inputs)
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
