"""The outcome of a verification, as text."""

from __future__ import annotations

from swarmsec.replay.verification import Verified
from swarmsec.visible import one_line


def verification_lines(found: Verified) -> str:
    """The verdict, then the first difference of each differing file or run, and possible causes."""
    lines = [_verdict(found)]
    for one in found.differences:
        lines += [f"  {one.file}: {one.where}", f"    kept   {one.kept}", f"    again  {one.again}"]
    lines += [f"  {run} was not re-run: {why}" for run, why in found.refused]
    lines += [f"  perhaps: {reason}" for reason in found.reasons]
    lines += [f"  note: {note}" for note in found.notes]
    return "\n".join(lines)


def _verdict(found: Verified) -> str:
    subject = one_line(found.subject)
    what = f"{len(found.checked):,} of {found.of:,} {_noun(found)}"
    if found.differences and not found.checked:
        return f"{subject} is not what was run"
    if found.differences:
        return f"{subject} differs: {what} re-run"
    if not found.checked:
        return f"{subject}: none of its runs could be re-run"
    return f"{subject} is verified: {what} re-run, identical"


def _noun(found: Verified) -> str:
    noun = "seed" if found.checked and found.checked[0].startswith("seed") else "run"
    return noun if found.of == 1 else f"{noun}s"
