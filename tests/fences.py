"""Run the commands in fences of documentation pages, and compare the output with the printed one."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest

FENCE = re.compile(r"^```(\S*)(?: ([^\n]*))?\n(.*?)^```", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"[−-]?\d[\d,]*(?:\.\d+)?")
RUN_ID = re.compile(r"-[0-9a-f]{10}\b")


def fences(page):
    """Find every fence of a page: its language, the words after the language, and its text."""
    return [(match[1], match[2] or "", match[3]) for match in FENCE.finditer(page)]


def of_kind(found, language, mark=""):
    """The texts of the fences in a language whose mark starts with `mark`; without `mark`, of those without a mark."""
    return [
        text for kind, info, text in found if kind == language and info.startswith(mark) and bool(info) == bool(mark)
    ]


def write_files(found, folder):
    """Write the files that a page defines: `python plugin=PATH` and `yaml PATH`."""
    for kind, info, text in found:
        path = folder / (info.removeprefix("plugin=") if kind == "python" else info)
        if (kind == "python" and info.startswith("plugin=")) or (kind == "yaml" and info):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def run_python(code, folder):
    """Run a Python example in a folder."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=False)


def run(arguments, folder):
    """Run `swarmsec WORDS` in a folder."""
    command = [sys.executable, "-c", "from swarmsec.cli import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)


def numbers(text):
    return [float(number.replace(",", "").replace("−", "-")) for number in NUMBER.findall(text)]


def assert_alike(printed, shown):
    """Assert equal text except for the run's id; figures may differ by 2%, for rounding on other machines."""
    printed, shown = (RUN_ID.sub("", text.strip()) for text in (printed, shown))
    assert NUMBER.sub("#", printed) == NUMBER.sub("#", shown)
    assert numbers(printed) == pytest.approx(numbers(shown), rel=0.02, abs=0.1)


def words_of(command):
    """The words of a line such as `$ swarmsec run blackswarm`, without the first."""
    return shlex.split(command.removeprefix("$ "))[1:]
