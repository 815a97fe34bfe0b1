"""Kernels are compiled whatever happened to their cache."""

from __future__ import annotations

import importlib.util
import os
import pickle
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numba
import pytest

from swarmsec.compile import compiled

SOURCE = "def double(x):\n    return 2 * x\n"


@pytest.fixture(autouse=True)
def _no_hang() -> Iterator[None]:
    signal.alarm(60)
    yield
    signal.alarm(0)


def kernel(folder: Path) -> Any:
    """A new dispatcher of a function whose source and cache are in `folder`."""
    file = folder / "kernel.py"
    if not file.exists():
        file.write_text(SOURCE, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("kernel", file)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    exec(compile(SOURCE, str(file), "exec"), module.__dict__)
    return compiled(module.double)


def hits(dispatcher: Any) -> int:
    assert dispatcher(21) == 42
    return sum(dispatcher.stats.cache_hits.values())


def cached(folder: Path, suffix: str) -> Path:
    (file,) = (folder / "__pycache__").glob(f"*{suffix}")
    return file


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0x10
    file.write_bytes(content)


def replaced(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        file.unlink()
        make(file)

    return damage


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda file: file.write_bytes(b""),
    "one byte": lambda file: file.write_bytes(b"\x80"),
    "half": lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
    "one byte short": lambda file: file.write_bytes(file.read_bytes()[:-1]),
    "longer": lambda file: file.write_bytes(file.read_bytes() + b"\0"),
    "flipped bit": flip,
    "zeros": lambda file: file.write_bytes(bytes(file.stat().st_size)),
    "text": lambda file: file.write_text("<<<<<<< HEAD", encoding="utf-8"),
    "numba's own format": lambda file: file.write_bytes(pickle.dumps(numba.__version__) + pickle.dumps(("s", {}))),
    "deleted": Path.unlink,
    "dangling link": replaced(lambda file: file.symlink_to("nowhere")),
    "link to itself": replaced(lambda file: file.symlink_to(file)),
    "named pipe": replaced(os.mkfifo),
}


def test_an_undamaged_cache_is_used(tmp_path: Path) -> None:
    assert [hits(kernel(tmp_path)) for _ in range(2)] == [0, 1]


@pytest.mark.parametrize("suffix", [".nbi", ".nbc"])
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_cache_is_compiled_anew_and_repaired(
    tmp_path: Path, damage: Callable[[Path], object], suffix: str
) -> None:
    hits(kernel(tmp_path))
    damage(cached(tmp_path, suffix))
    assert [hits(kernel(tmp_path)) for _ in range(2)] == [0, 1]


@pytest.mark.parametrize("suffix", [".nbi", ".nbc"])
def test_a_folder_in_place_of_a_file_is_compiled_in_memory(tmp_path: Path, suffix: str) -> None:
    hits(kernel(tmp_path))
    replaced(Path.mkdir)(cached(tmp_path, suffix))
    assert [hits(kernel(tmp_path)) for _ in range(2)] == [0, 0]


def test_the_cache_of_another_numba_is_compiled_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hits(kernel(tmp_path))
    monkeypatch.setattr(numba, "__version__", "0.0.0")
    assert [hits(kernel(tmp_path)) for _ in range(2)] == [0, 1]


def unwritable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no place for a cache: neither beside the source nor at home; also for root, whom no mode stops."""
    (folder / "__pycache__").write_text("", encoding="utf-8")
    for variable in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, str(folder / "__pycache__"))


def test_without_a_place_for_the_cache_kernels_are_compiled_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unwritable(tmp_path, monkeypatch)
    assert [hits(kernel(tmp_path)) for _ in range(2)] == [0, 0]


def test_a_cache_that_cannot_be_written_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hits(kernel(tmp_path))

    def read_only(*_: object, **__: object) -> None:
        raise OSError("read-only file system")

    monkeypatch.setattr("tempfile.TemporaryFile", read_only)
    assert hits(kernel(tmp_path)) == 1


def test_without_its_source_file_a_kernel_is_compiled_in_memory(tmp_path: Path) -> None:
    names: dict[str, Any] = {}
    exec(compile(SOURCE, str(tmp_path / "gone.py"), "exec"), names)
    assert hits(compiled(names["double"])) == 0
