"""Any encoding is good enough; standard output that fails has its own sentence and code, standard error has none."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from swarmsec.cli.streams import ERRORS, OutputLostError, guarded_streams
from tests.running import RING, clean_environment

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")


@pytest.fixture
def at_shell(program, tmp_path):
    """Run a line of a shell; `swarmsec` is the installed command."""
    (tmp_path / "s.yaml").write_text(json.dumps(RING | {"rounds": 2, "seeds": 2}))

    def call(line: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
        # Bash gives the exit code of the command, and not of the pipe's reader.
        return subprocess.run(
            ["bash", "-o", "pipefail", "-c", line.replace("swarmsec", program[0])],
            cwd=tmp_path,
            env=clean_environment(environment),
            capture_output=True,
            timeout=120,
            check=False,
        )

    return call


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a  ·  b", "a  -  b"),
        ("× 2.00", "x 2.00"),
        ("−3 ≥ ±4", "-3 >= +-4"),
        ("y → x…", "y -> x..."),
        ("▁▄█", "_:#"),
        ("naïve 日 \udcff", r"na\xefve \u65e5 \udcff"),
    ],
)
def test_characters_that_the_encoding_lacks_become_plain(text, plain) -> None:
    assert text.encode("ascii", ERRORS).decode("ascii") == plain


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1", "cp437", "koi8-r", "utf-8"])
def test_every_report_is_printed_in_any_encoding(encoding, monkeypatch, tmp_path) -> None:
    from swarmsec.cli import main

    monkeypatch.chdir(tmp_path)
    Path("s.yaml").write_text(json.dumps(RING | {"rounds": 2, "seeds": 2, "title": "Ring · 日本 × [b]"}))
    for words in (["run", "s.yaml"], ["run", "s.yaml", "--json"], ["show", "wmsr"], ["certify", "s.yaml"], ["list"]):
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True) for _ in range(2))
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        with pytest.raises(SystemExit) as end:
            main(words)
        printed = out.buffer.getvalue().decode(encoding)
        assert end.value.code in {0, 4}, err.buffer.getvalue().decode(encoding)
        assert printed.strip()
        if words[-1] == "--json":
            assert json.loads(printed)["seeds"] == [0, 1]


class Broken(io.StringIO):
    """A stream that fails with an error of the operating system."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error

    def write(self, text: str) -> int:
        raise self.error


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), OSError(5, "Input/output error")])
@pytest.mark.parametrize(
    "words", [["list"], ["show", "wmsr"], ["schema"], ["--version"], ["--help"], ["list", "--json"], ["lint", "-x"]]
)
def test_output_that_cannot_be_written_is_an_output_error(words, error, monkeypatch, capsys) -> None:
    from swarmsec.cli import main

    monkeypatch.setattr(sys, "stdout", Broken(error))
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2
    expected = f"swarmsec: standard output: cannot be written: {error.strerror}; what was written to files is kept\n"
    assert capsys.readouterr().err == expected if words != ["lint", "-x"] else True


def test_a_closed_pipe_is_141_without_a_word(monkeypatch, capsys) -> None:
    from swarmsec.cli import main

    monkeypatch.setattr(sys, "stdout", Broken(BrokenPipeError(32, "Broken pipe")))
    with pytest.raises(SystemExit) as end:
        main(["list"])
    assert (end.value.code, capsys.readouterr().err) == (141, "")


@pytest.mark.parametrize("error", [OSError(28, "full"), OSError(9, "closed"), BrokenPipeError(32, "gone")])
def test_a_failure_of_standard_error_is_ignored(error, cli, monkeypatch, tmp_path) -> None:
    (tmp_path / "s.yaml").write_text(json.dumps(RING | {"rounds": 2, "seeds": 2}))
    monkeypatch.setattr(sys, "stderr", Broken(error))
    assert cli("validate", tmp_path / "s.yaml", "nothing").code == 2
    assert cli("run", tmp_path / "s.yaml", "--out", tmp_path / "o").code == 0


def test_closed_streams_are_handled_like_failing_ones(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    with guarded_streams():
        sys.stderr.write("dropped")
        sys.stderr.flush()
        with pytest.raises(OutputLostError):
            sys.stdout.write("lost")
    assert sys.stdout is sys.stderr is None


def test_streams_are_restored() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict")
    before, sys.stdout = sys.stdout, stream
    try:
        with guarded_streams():
            sys.stdout.write("×")
        assert sys.stdout is stream
    finally:
        sys.stdout = before
    assert (stream.buffer.getvalue(), stream.errors) == (b"x", "strict")


LOST = "swarmsec: standard output: cannot be written: {}; what was written to files is kept\n"


@needs_full
@pytest.mark.parametrize(("to", "why"), [(">/dev/full", "No space left on device"), (">&-", "it is closed")])
def test_a_run_without_standard_output_keeps_its_folder(to, why, at_shell, tmp_path) -> None:
    done = at_shell(f"swarmsec run s.yaml {to}")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().endswith(LOST.format(why))
    manifest = json.loads((tmp_path / "runs/latest/manifest.json").read_text())
    assert manifest["status"] == "done"
    assert (tmp_path / "runs/latest/report.html").exists()


@needs_full
@pytest.mark.parametrize("to", ["2>/dev/full", "2>&-", "2>&1 >/dev/null | true"])
def test_a_command_without_standard_error_is_as_any_other(to, at_shell) -> None:
    assert at_shell(f"swarmsec show nothing {to}").returncode == 2


@needs_full
def test_a_run_without_standard_error_is_as_any_other(at_shell, tmp_path) -> None:
    done = at_shell("swarmsec run s.yaml 2>/dev/full")
    assert done.returncode == 0
    assert b"7 daemons, 2 rounds" in done.stdout


@pytest.mark.parametrize(
    ("command", "environment"),
    [
        ("schema", {}),
        ("list --json", {"PYTHONUNBUFFERED": "1"}),
        ("show wmsr", {"FORCE_COLOR": "1"}),
        ("--help", {}),
        ("list", {"FORCE_COLOR": "1"}),
        ("resolve s.yaml", {"PYTHONIOENCODING": "ascii"}),
    ],
)
def test_a_pipe_that_is_closed_early_ends_with_141_and_no_traceback(command, environment, at_shell) -> None:
    done = at_shell(f"swarmsec {command} | true", **environment)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.slow
def test_workers_run_without_any_standard_stream(at_shell, tmp_path) -> None:
    assert at_shell("swarmsec run s.yaml --jobs 2 <&- >&- 2>&-").returncode == 2
    assert json.loads((tmp_path / "runs/latest/manifest.json").read_text())["status"] == "done"


@needs_full
def test_nothing_works_and_the_code_is_still_that_of_the_output(at_shell) -> None:
    assert at_shell("swarmsec list >/dev/full 2>/dev/full").returncode == 2
    assert at_shell("swarmsec list >&- 2>&-").returncode == 2


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"PYTHONIOENCODING": "cp1252"}, marks=pytest.mark.slow),
        pytest.param({"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, marks=pytest.mark.slow),
        {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii:strict"},
    ],
)
def test_a_run_is_reported_in_the_locale_of_the_shell(environment, at_shell) -> None:
    done = at_shell("swarmsec run s.yaml", **environment)
    assert done.returncode == 0, done.stderr
    assert b"7 daemons, 2 rounds" in done.stdout


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="paths are text there")
@pytest.mark.parametrize("name", [b"d\xffx", b"\x80", b"caf\xe9 \xa0"])
def test_a_path_that_is_not_utf_8_works_everywhere(name, cli, tmp_path, monkeypatch) -> None:
    folder = tmp_path / os.fsdecode(name)
    folder.mkdir()
    monkeypatch.chdir(folder)
    scenario, store, out = folder / "s.yaml", folder / "t.sqlite", folder / "o"
    scenario.write_text(json.dumps(RING | {"rounds": 2, "seeds": 2}))
    for words in (
        ["validate", scenario],
        ["run", scenario, "--out", out],
        ["verify", out / "latest"],
        ["report", out / "latest", "--out", folder / "page.html"],
        ["replay", out / "latest", "--json"],
        ["tournament", scenario, "--store", store, "--no-nulls"],
        ["results", store],
        ["export", store, "--csv", folder / "csv", "--json"],
        ["report", store],
        ["fmt", scenario],
        ["new", folder / "new.yaml"],
        ["run", scenario, "--plugins", folder, "--json"],
    ):
        ran = cli(*words)
        assert ran.code == 0, (words, ran.err)
        assert "\ufffd" not in ran.out
    manifest = json.loads((out / "latest/manifest.json").read_text(encoding="utf-8"))
    assert str(scenario) in cli("validate", scenario, "--json").json[0]["scenario"]
    assert manifest["status"] == "done"
