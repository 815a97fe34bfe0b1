"""Rules of engagement: the budget of each team in a scenario. The engine enforces them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np

from swarmsec.arrays import Ints
from swarmsec.errors import ParameterError, RulesError
from swarmsec.parameters import Ge, Help, Unit
from swarmsec.teams.selectors import Amount, amount_of, share_of
from swarmsec.teams.terms import Terms
from swarmsec.teams.traits import Knowledge, Surface


@dataclass(kw_only=True)
class RedRules:
    """The budget of red. None means no limit."""

    daemons: Annotated[Amount | None, Help("How many daemons red may hijack.")] = None
    feeds: Annotated[Amount | None, Help("How many daemons' feeds red may falsify.")] = None
    strength: Annotated[float | None, Ge(0), Help("The greatest strength of an attack.")] = None
    links: Annotated[Amount | None, Help("How many links red may cut or delay, of all directed ones.")] = None
    messages: Annotated[int | None, Ge(0), Unit("messages"), Help("How many false messages red may send.")] = None
    copies: Annotated[int | None, Ge(0), Unit("messages"), Help("How many copies of messages red may add.")] = None
    identities: Annotated[int | None, Ge(0), Unit("identities"), Help("How many identities red may join.")] = None
    rounds: Annotated[int | None, Ge(0), Unit("rounds"), Help("How many rounds an attack may be on.")] = None
    earliest: Annotated[int | None, Ge(0), Unit("round"), Help("The first round in which an attack may be on.")] = None
    knowledge: Annotated[
        list[Literal["signals", "topology", "defense"]] | None, Help("What an attack may know beyond its own targets.")
    ] = None


@dataclass(kw_only=True)
class BlueRules:
    """The budget of blue. None means no limit."""

    quarantine: Annotated[Amount | None, Help("How many daemons blue may isolate at once.")] = None
    suspend: Annotated[Amount | None, Help("How many daemons blue may suspend at once.")] = None
    restore: Annotated[Amount | None, Help("How many daemons may be down at once, while blue restores them.")] = None
    downtime: Annotated[int, Ge(1), Unit("rounds"), Help("How long a daemon is down while blue restores it.")] = 30
    autoimmune: Annotated[str, Help("What a defense may cost in peace, as a share of the attack's damage.")] = "5%"

    def __post_init__(self) -> None:
        share_of(self.autoimmune, where="autoimmune")

    @property
    def autoimmune_share(self) -> float:
        """The autoimmune cost that a defense may have, as a share of the attack's damage."""
        return share_of(self.autoimmune, where="autoimmune")


@dataclass(kw_only=True)
class Rules:
    """The rules of engagement of both teams."""

    red: RedRules = field(default_factory=RedRules)
    blue: BlueRules = field(default_factory=BlueRules)

    def hijack_limit(self, n: int) -> int:
        """How many of `n` daemons red may hijack."""
        return _budget(self.red.daemons, n, "rules.red.daemons")

    def link_limit(self, m: int) -> int:
        """How many of `m` directed links red may cut or delay in a run."""
        try:
            return m if self.red.links is None else amount_of(self.red.links, m)
        except ParameterError:
            most = f"a number from 0 to {m:,} links or a share from 0% to 100%"
            raise ParameterError(f"{self.red.links!r} given; must be {most}", where="rules.red.links") from None

    def identity_limit(self, reserve: int) -> int:
        """How many identities of a reserve red may join in a run.

        Raises:
            ParameterError: The rule grants more than the reserve.
        """
        if self.red.identities is None:
            return reserve
        if self.red.identities > reserve:
            given = f"{self.red.identities:,} given; must be at most network.reserve, {reserve:,} identities"
            raise ParameterError(given, where="rules.red.identities")
        return self.red.identities

    def quarantine_limit(self, n: int) -> int:
        """How many of `n` daemons blue may isolate at once."""
        return _budget(self.blue.quarantine, n, "rules.blue.quarantine")

    def suspend_limit(self, n: int) -> int:
        """How many of `n` daemons blue may suspend at once."""
        return _budget(self.blue.suspend, n, "rules.blue.suspend")

    def restore_limit(self, n: int) -> int:
        """How many of `n` daemons may be down at once."""
        return _budget(self.blue.restore, n, "rules.blue.restore")

    def enforce(self, attacks: Sequence[Terms], targets: Sequence[Ints], *, n: int, rounds: int) -> None:
        """Refuse attacks that exceed the budget of red.

        Args:
            attacks: The terms of red's attacks.
            targets: The targets of each attack.
            n: The number of daemons.
            rounds: The number of rounds of the run.

        Raises:
            RulesError: The place is the rule's name.
        """
        on = [pair for pair in zip(attacks, targets, strict=True) if pair[0].strength > 0]
        hijacked = _size_of_union([aimed for attack, aimed in on if attack.surface.compromises], n)
        tainted = _size_of_union([aimed for attack, aimed in on if Surface.SIGNAL in attack.surface], n)
        self.allow([attack for attack, _ in on], hijacked=hijacked, tainted=tainted, n=n, rounds=rounds)

    def allow(self, attacks: Sequence[Terms], *, hijacked: int, tainted: int, n: int, rounds: int) -> None:
        """Refuse attacks that exceed the budget of red, from the counts of their targets.

        Args:
            attacks: The terms of red's attacks that are on.
            hijacked: The number of daemons that they hijack in total.
            tainted: The number of daemons whose signals they change in total.
            n: The number of daemons.
            rounds: The number of rounds of the run.

        Raises:
            RulesError: The place is the rule's name.
        """
        _require_at_most("rules.red.daemons", "{} hijacked daemons", hijacked, self.hijack_limit(n))
        _require_at_most(
            "rules.red.feeds", "{} falsified feeds", tainted, _budget(self.red.feeds, n, "rules.red.feeds")
        )
        for limit in (self.quarantine_limit, self.suspend_limit, self.restore_limit):
            limit(n)
        for attack in attacks:
            if self.red.strength is not None:
                _require_at_most("rules.red.strength", "a strength of {}", attack.strength, self.red.strength)
            if self.red.rounds is not None:
                stop = rounds if attack.stop is None else min(attack.stop, rounds)
                _require_at_most("rules.red.rounds", "{} rounds", max(0, stop - attack.start), self.red.rounds)
            if self.red.earliest is not None and attack.start < self.red.earliest:
                raise RulesError(
                    f"the attack starts in round {attack.start}; the rules allow none before round {self.red.earliest}",
                    where="rules.red.earliest",
                )
            if self.red.knowledge is not None:
                _require_knowledge(attack.knowledge, self.red.knowledge)


def _budget(amount: Amount | None, n: int, rule: str) -> int:
    """How many of `n` daemons a rule allows; all if it has no limit."""
    try:
        return n if amount is None else amount_of(amount, n)
    except ParameterError as error:
        raise error.at(rule) from None


def _size_of_union(selections: Sequence[Ints], n: int) -> int:
    """How many of `n` daemons are in at least one selection."""
    selected = np.zeros(n, dtype=bool)
    for selection in selections:
        selected[selection] = True
    return int(np.count_nonzero(selected))


def _require_knowledge(asked: Knowledge, allowed: Sequence[str]) -> None:
    """Raise a `RulesError` if an attack knows more than the rules allow."""
    names = [(level.name or "").lower() for level in Knowledge if level in asked]
    beyond = [name for name in names if name not in allowed]
    if beyond:
        raise RulesError(
            f"the attack knows {' and '.join(beyond)}; the rules allow {' and '.join(allowed) or 'none'}",
            where="rules.red.knowledge",
        )


def _require_at_most(rule: str, what: str, asked: float, allowed: float) -> None:
    """Raise a `RulesError` if more is asked than a rule allows; `what` describes it, with {} for the number."""
    if asked > allowed:
        raise RulesError(f"red asks for {what.format(f'{asked:,}')}; the rules allow {allowed:,}", where=rule)
