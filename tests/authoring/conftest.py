"""What the authoring tests share: a folder of their own, and the command line in this process."""

import io
import json
import sys
from typing import Any, NamedTuple

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


class Ran(NamedTuple):
    """What a call of the command line gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of the test's own, with a ring in it, to work in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ring.yaml").write_text(RING, encoding="utf-8")
    return tmp_path


@pytest.fixture
def command(folder, capsys, monkeypatch):
    """Run the command; `given` is its standard input."""
    from swarmsec.cli import main

    def call(*words: object, given: str = "") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode()), encoding="utf-8"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in words])
        return Ran(int(end.value.code or 0), *capsys.readouterr())

    return call
