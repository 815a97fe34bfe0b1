"""The bite table: where each attack of the library bites, one defense that it beats, and one that beats it.

`python -m swarmsec.report.bite_page` runs the rows of `attacks/bites.yaml` and `defenses/tuned_attacks.yaml`, and writes
`docs/bite-table.md`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from swarmsec.files import write_atomically
from swarmsec.parameters import build_checked
from swarmsec.report.numbers import amount, share_interval
from swarmsec.runs import JobCache, run_scenario, whole
from swarmsec.runs.runner import STILL
from swarmsec.scenario import Spec, load_scenario
from swarmsec.scoring import Result
