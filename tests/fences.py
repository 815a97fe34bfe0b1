"""Helpers that run the fenced code of a page and compare its output with the output that the page shows."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest

FENCE = re.compile(r"^```(\S*)(?: ([^\n]*))?\n(.*?)^```", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"[−-]?\d[\d,]*(?:\.\d+)?")
FILES = ("yaml", "csv")
RUN_ID = re.compile(r"-[0-9a-f]{10}\b|  ·  CPU × [\d.]+| in [\d.]+s$")
PROGRAMS = {"swarmsec": ["-c", "from swarmsec.cli import main; main()"], "pytest": ["-m", "pytest"]}


def fences(page):
    """Every fence of a page: its language, the text behind the language, and its content."""
    return [(match[1], match[2] or "", match[3]) for match in FENCE.finditer(page)]


def of_kind(found, language, mark=""):
    """The content of the fences in a language whose mark starts with `mark`; without `mark`, of fences with no mark."""
    return [
        text for kind, info, text in found if kind == language and info.startswith(mark) and bool(info) == bool(mark)
    ]


def write_files(found, folder):
    """Write the files of a page: fences `python plugin=PATH`, `csv PATH`, `yaml PATH`; `+PATH` appends to a file."""
    for kind, info, text in found:
        if (kind == "python" and info.startswith("plugin=")) or (kind in FILES and info):
            path = folder / info.removeprefix("plugin=").removeprefix("+")
            path.parent.mkdir(parents=True, exist_ok=True)
            before = path.read_text(encoding="utf-8") if info.startswith("+") else ""
            path.write_text(before + text, encoding="utf-8")


def number_in(info, name):
    """The number in the mark of a fence such as `exit=3 tail=5`; 0 if it is not there."""
    found = re.search(rf"{name}=(\d+)", info)
    return int(found[1]) if found else 0


def shown_by(done, info):
    """The output of a command, or its errors if it has none: its first lines with `head=N`, its last with `tail=N`."""
    lines = (done.stdout or done.stderr).rstrip().splitlines()
    return "\n".join(lines[-number_in(info, "tail") :][: number_in(info, "head") or None])


def run_python(code, folder):
    """Run a Python example in a folder."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=False)


def run(words, folder, program="swarmsec"):
    """Run `swarmsec ARGUMENTS` or `pytest ARGUMENTS` in a folder."""
    command = [sys.executable, *PROGRAMS[program], *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)


def run_line(command, folder):
    """Run a line such as `$ swarmsec run blackswarm` in a folder."""
    return run(words_of(command), folder, command.removeprefix("$ ").split()[0])


def assert_steps_work(page, folder):
    """Go through a page: write its files, run its commands in the same order, and compare exit codes and outputs."""
    for kind, info, text in fences(page):
        write_files([(kind, info, text)], folder)
        if kind == "console":
            command, _, expected = text.partition("\n")
            done = run_line(command, folder)
            assert done.returncode == number_in(info, "exit"), f"{command}\n{done.stdout}\n{done.stderr}"
            assert_alike(shown_by(done, info), expected)


def numbers(text):
    return [float(number.replace(",", "").replace("−", "-")) for number in NUMBER.findall(text)]


def assert_alike(printed, shown):
    """Assert equal text without run ids and times; numbers within 2%, because machines can round differently."""
    printed, shown = (RUN_ID.sub("", text.strip()) for text in (printed, shown))
    assert NUMBER.sub("#", printed) == NUMBER.sub("#", shown)
    assert numbers(printed) == pytest.approx(numbers(shown), rel=0.02, abs=0.1)


def words_of(command):
    """The arguments in a line such as `$ swarmsec run blackswarm`."""
    return shlex.split(command.removeprefix("$ "))[1:]
