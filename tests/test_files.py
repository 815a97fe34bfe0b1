"""Whole files are written atomically."""

from __future__ import annotations

from contextlib import suppress

import pytest

from swarmsec.errors import OutputError
from swarmsec.files import replacing, write_atomically


def test_replacing_a_file_keeps_its_mode_and_its_symbolic_link(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o600)
    link.symlink_to(target)
    write_atomically(link, "new\n")
    assert (target.read_bytes(), target.stat().st_mode & 0o777, link.is_symlink()) == (b"new\n", 0o600, True)


def test_a_failed_write_keeps_the_old_file_and_leaves_no_other(tmp_path):
    target = tmp_path / "target"
    target.write_text("old", encoding="utf-8")
    with suppress(ZeroDivisionError), replacing(target) as unfinished:
        unfinished.write_text("half", encoding="utf-8")
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.iterdir()] == ["target"]
    assert target.read_text(encoding="utf-8") == "old"


def test_a_write_error_names_the_path(tmp_path):
    with pytest.raises(OutputError, match="cannot be written") as caught:
        write_atomically(tmp_path / "no" / "file", "x")
    assert caught.value.where == str(tmp_path / "no" / "file")


def test_a_special_file_is_written_in_place(tmp_path):
    device = tmp_path / "null"
    device.symlink_to("/dev/null")
    write_atomically(device, "x")
    assert not device.is_file()
