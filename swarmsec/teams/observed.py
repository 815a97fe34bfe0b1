"""What a world shows after a round: to all, and to each daemon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from swarmsec.arrays import Floats
from swarmsec.short_repr import short_repr


@dataclass(frozen=True, kw_only=True, repr=False)
class Observed:
    """What can be seen of a world after a round.

    Attributes:
        public: name → figure that everybody sees, such as a price or a volume.
        own: name → (n,) what each daemon sees of itself, such as its fills or its queue.
    """

    public: Mapping[str, float] = field(default_factory=dict)
    own: Mapping[str, Floats] = field(default_factory=dict)

    __repr__ = short_repr
