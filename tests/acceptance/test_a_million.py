"""A million daemons with degree 8 are attacked and defended for fifty rounds by the command line, within 4 GiB."""

import json
import subprocess
import sys

import pytest

from tests.running import PEAK_BYTES

GIB = 2**30

CHILD = f"""
import sys
from swarmsec.cli import main
{PEAK_BYTES}
try:
    main(sys.argv[1:])
finally:
    print(f"peak {{peak_bytes()}}", file=sys.stderr)
"""


def measured(*arguments, cwd):
    """Run a command: its output, its standard error and its peak memory."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=1200
    )
    *progress, last = done.stderr.splitlines()
    assert last.startswith("peak "), done.stderr
    return done, progress, int(last.removeprefix("peak "))


@pytest.mark.slow
def test_a_million_daemons_are_attacked_and_defended_within_4_gib(tmp_path):
    done, progress, peak = measured("run", "a_million", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["verdict"] == "limited"
    assert result["arms"]["defended"]["metrics"]["compromised"]["mean"] == 1000
    assert peak < 4 * GIB
    assert "a_million: seed 0 done, 1 of 2" in progress
    rows = next((tmp_path / "runs").glob("a_million-*/rounds.csv")).read_text().splitlines()
    assert len(rows) == 1 + 2 * 4 * 50


@pytest.mark.slow
def test_memory_does_not_grow_with_seeds(tmp_path):
    arguments = ("run", "a_million", "--json", "--rounds", "2", "--seeds")
    few, many = (measured(*arguments, seeds, cwd=tmp_path)[2] for seeds in ("2", "4"))
    # The score keeps two masks for each daemon and arm: 8 MB per seed. A network and its swarms would be 150 MB.
    assert many < few + 2 * 40 * 2**20


@pytest.mark.slow
def test_a_million_daemons_are_certified_by_bounds(tmp_path):
    done, _, peak = measured("certify", "a_million", "--seeds", "1", "--json", cwd=tmp_path)
    document = json.loads(done.stdout)
    assert (done.returncode, document["verdict"]) == (4, "unknown")
    assert document["networks"][0]["robustness"]["exact"] is False
    assert peak < 4 * GIB
