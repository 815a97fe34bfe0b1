"""Jobs that fail in many ways, and functions that find leftover processes."""

from __future__ import annotations

import time
from pathlib import Path

from swarmsec.runs.jobs import Job, job
from swarmsec.scenario import load_scenario
from swarmsec.swarm.arms import Arm

TROUBLE = '''
import os
import re
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from swarmsec.teams import Attack, Surface

HERE = Path(__file__).parent


@dataclass(kw_only=True)
class Trouble(Attack):
    """Make trouble in round 2.

    Written for the tests.
    """

    surface = Surface.DAEMON

    how: Literal["none", "kill", "exit", "quit", "raise", "memory", "sleep", "spin", "kill_once", "deaf"] = "none"

    def on_daemons(self, state, red):
        if red.round == 2:
            getattr(self, self.how)()
        return state.copy()

    def none(self):
        pass

    def kill(self):
        with (HERE / "deaths").open("a") as deaths:
            deaths.write("x")
        os.kill(os.getpid(), signal.SIGKILL)

    def exit(self):
        os._exit(3)

    def quit(self):
        sys.exit("no more")

    def memory(self):
        raise MemoryError("not a byte left")

    def sleep(self):
        time.sleep(600)

    def spin(self):  # Keeps the interpreter to itself: no thread of this process gets a turn.
        self.tell("spinning")
        re.match(r"(a+)+$", "a" * 64 + "b")

    def deaf(self):
        self.tell("sleeping")
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)

    def tell(self, what):
        (HERE / f".{what}").write_text(str(os.getpid()))
        (HERE / f".{what}").rename(HERE / what)

    def kill_once(self):
        if not (HERE / "died").exists():
            (HERE / "died").touch()
            self.kill()


# A method cannot be named `raise`.
setattr(Trouble, "raise", lambda self: 1 / 0)
'''


def folder_of_trouble(tmp_path: Path) -> Path:
    """A folder of plug-ins with the attack `trouble`."""
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "trouble.py").write_text(TROUBLE, encoding="utf-8")
    return folder


def short_jobs(count: int, *, rounds: int = 20) -> list[Job]:
    """Jobs of a few milliseconds in all four arms."""
    scenario = load_scenario("ring_with_a_liar", settings={"rounds": rounds})
    arms = list(Arm)
    return [job(scenario, number // len(arms), arms[number % len(arms)]) for number in range(count)]


def jobs_with(how: str, folder: Path, *, count: int = 1) -> list[Job]:
    """Jobs in which the attack `trouble` fails in the way `how`."""
    scenario = load_scenario(
        "ring_with_a_liar",
        settings={"rounds": 20},
        attack={"kind": "trouble", "how": how, "daemons": [0]},
        plugins=[folder],
    )
    return [job(scenario, seed, Arm.ATTACKED) for seed in range(count)]


def runs(pid: int) -> bool:
    """Whether a process is running; a zombie is not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def of_session(session: int) -> list[int]:
    """The running processes of a session."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found


def until(condition, *, seconds: float = 30.0) -> bool:
    """Wait for a condition; return whether it became true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
