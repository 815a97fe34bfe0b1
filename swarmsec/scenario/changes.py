"""What was changed in a scenario after it was read: enough to say the command line that repeats it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from swarmsec.scenario.model import Spec
from swarmsec.scenario.overrides import as_option, steps


@dataclass(frozen=True)
class Changes:
    """Other attacks, other defenses, and single values on top of them.

    Attributes:
        attacks: What plays instead of the scenario's attacks, or None for its own.
        defenses: What plays instead of its defenses, or None.
        settings: path → value.
        point: Which point of the scenario's sweep, counted from 0, or None.
    """

    attacks: tuple[Spec, ...] | None = None
    defenses: tuple[Spec, ...] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    point: int | None = None

    def with_team(self, key: str, specs: Sequence[Spec]) -> Changes:
        """With other `attacks` or `defenses`; what had been set in those before is gone with them."""
        kept = {path: value for path, value in self.settings.items() if steps(path)[:1] != (key,)}
        changed = replace(self, settings=kept)
        return replace(changed, attacks=tuple(specs)) if key == "attacks" else replace(changed, defenses=tuple(specs))

    def with_setting(self, path: str, value: Any) -> Changes:
        """With one more value."""
        return replace(self, settings={**self.settings, path: value})

    def words(self) -> tuple[str, ...]:
        """The options of `swarmsec run` that make the same changes."""
        words: list[str] = []
        for option, key, specs in (("--attack", "attacks", self.attacks), ("--defense", "defenses", self.defenses)):
            if specs is not None and not specs:
                words += ["--set", f"{key}=[]"]
            for spec in specs or ():
                words += [option, as_option(spec)]
        for path, value in self.settings.items():
            words += ["--set", f"{path}={json.dumps(value, ensure_ascii=False)}"]
        if self.point is not None:
            words += ["--point", str(self.point)]
        return tuple(words)
