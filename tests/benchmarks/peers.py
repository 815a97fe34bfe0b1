"""Libraries of others that do the same work, in a separate environment: `.benchmarks/peers`.

They are never dependencies. A peer runs in a subprocess of that environment and gets requests over a pipe, in turn with
our code, so that both sides of a ratio are measured in one run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / ".benchmarks" / "peers"
PACKAGES = {
    # Only the rules of byzfl on NumPy are needed, not its training and plotting.
    "byzfl": ["numpy scipy torch==2.13.0", "--no-deps byzfl==0.0.11"],
    "negmas": ["negmas==0.16.0"],
}
"""What pip installs for each peer, one call after the other. A new peer needs a line here and a `peer_NAME.py`."""

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class PeerError(Exception):
    """A peer could not be installed, or a request to it failed."""


@cache
def interpreter(peer: str) -> Path:
    """The Python interpreter that has a peer; its environment is created on first use.

    Raises:
        PeerError: The peer cannot be installed here.
    """
    folder = HERE / peer
    python, done = folder / "bin" / "python", folder / ".installed"
    wanted = ", ".join(PACKAGES[peer])
    if done.is_file() and done.read_text() == wanted:
        return python
    print(f"installing {wanted} into {folder.relative_to(ROOT)}", file=sys.stderr)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    installs = [[*pip, *packages.split()] for packages in PACKAGES[peer]]
    for command in ([sys.executable, "-m", "venv", "--clear", str(folder)], *installs):
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        if ended.returncode:
            lines = (ended.stderr or ended.stdout).strip().splitlines()
            raise PeerError(lines[-1] if lines else f"{command[0]} ended with {ended.returncode}")
    done.write_text(wanted)
    return python


class Peer:
    """A running peer: `peer_NAME.py` in its environment answers each JSON request with one line."""

    def __init__(self, name: str) -> None:
        self._process = subprocess.Popen(
            [str(interpreter(name)), str(Path(__file__).parent / f"peer_{name}.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **ONE_THREAD},
        )

    def ask(self, **request: object) -> float:
        """Send a request: the seconds that the peer took for it.

        Raises:
            PeerError: The peer has ended, or cannot do the work.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise PeerError("it ended") from error
        line = self._process.stdout.readline()
        answer = json.loads(line) if line else {"error": "it ended"}
        if "error" in answer:
            raise PeerError(answer["error"])
        return float(answer["seconds"])

    def close(self) -> None:
        """Stop the peer."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
