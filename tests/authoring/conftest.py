"""Fixtures of the authoring tests: a folder with a scenario, and the command line in it."""

import pytest

RING = """\
# A ring.
apiVersion: swarmsec/v1
name: ring
world: {kind: beliefs, initial: [0, 0, 1, 2, 3, 4, 5]}
network: {kind: circulant, n: 7, offsets: [1, 2]}
rounds: 20
attacks:
  - {kind: stubborn, daemons: [0], value: 100.0}  # the liar
defenses:
  - {kind: wmsr, f: 1}
seeds: 2
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A temporary folder with a ring, as the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ring.yaml").write_text(RING, encoding="utf-8")
    return tmp_path


@pytest.fixture
def command(folder, cli):
    """Run the command in that folder; `given` is its standard input."""
    return cli
