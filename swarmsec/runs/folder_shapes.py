"""The shapes of the JSON files in a run's folder: the keys that readers rely on, with their types."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError

from swarmsec.errors import UsageError


class _Shape(BaseModel):
    """A mapping with these keys; it may have others."""

    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)


class TruthShape(_Shape):
    """The ground truth in a manifest."""

    daemons: NonNegativeInt
    attacked: str
    hijacked: str
    isolated: str


class ManifestShape(_Shape):
    """`manifest.json`."""

    id: str
    scenario_digest: str
    plugins: dict[str, str]
    seeds: list[NonNegativeInt] = Field(min_length=1)
    sim_semantics: int
    versions: dict[str, str]
    plugin_folders: list[str] = []
    status: Literal["running", "done", "interrupted", "failed"] = "done"
    scenario: str = ""
    truth: TruthShape | None = None


class IntervalShape(_Shape):
    """A mean with its interval."""

    mean: float
    low: float | None
    high: float | None


class EndsShape(_Shape):
    """The ends of an interval."""

    low: float | None
    high: float | None


class ArmShape(_Shape):
    """The score of an arm."""

    bill: IntervalShape
    metrics: dict[str, IntervalShape]
    central: dict[str, IntervalShape]


class DetectionShape(_Shape):
    """The means of the figures of detection."""

    precision: float | None
    recall: float | None
    delay_rounds: float | None
    false_quarantine_daemon_rounds: float | None


class DetectionEndsShape(_Shape):
    """The ends of the intervals of the figures of detection."""

    precision: EndsShape | None
    recall: EndsShape | None
    delay_rounds: EndsShape | None
    false_quarantine_daemon_rounds: EndsShape | None


class MeasuresShape(_Shape):
    """The other figures of detection, with their intervals."""

    pr_auc: IntervalShape | None
    exposure_rounds: IntervalShape | None
    found_share: IntervalShape | None
    cost_balanced: IntervalShape | None
    cost_false_alarms_dear: IntervalShape | None
    cost_misses_dear: IntervalShape | None
    honest_messages_processed: IntervalShape | None


class OverheadShape(_Shape):
    """The relative cost of the defense."""

    messages: float | None
    bytes: float | None


class GuaranteeShape(_Shape):
    """Whether a guarantee held."""

    holds: bool | None
    why: str


class PromiseShape(_Shape):
    """A measured number and its bound."""

    measured: float
    bound: float


class NullShape(_Shape):
    """The score of a null defense."""

    damage_limited: IntervalShape | None
    prevented: IntervalShape | None
    autoimmune_cost: IntervalShape | None
    margin: IntervalShape | None
    verdict: str


class ResultShape(_Shape):
    """`result.json`."""

    schema_: Literal["swarmsec.result/v2"] = Field(alias="schema")
    replay: str
    seeds: list[NonNegativeInt] = Field(min_length=1)
    bites: bool
    deterministic: bool
    unit: str
    arms: dict[str, ArmShape]
    damage: dict[str, IntervalShape]
    damage_limited: IntervalShape | None
    damage_limited_reason: str | None
    prevented: IntervalShape | None
    autoimmune_cost: IntervalShape | None
    autoimmune_share: IntervalShape | None
    autoimmune_budget: float
    central: IntervalShape | None
    detection: DetectionShape
    detection_intervals: DetectionEndsShape
    detection_measures: MeasuresShape | None = None
    missed_seeds: NonNegativeInt
    seeds_needed: int | None
    dominant_seed: int | None
    raises_alarms: bool
    overhead: OverheadShape
    guarantee: GuaranteeShape
    promise: PromiseShape | None = None
    spent: dict[str, dict[str, float]]
    recovery_rounds: dict[str, float | None] = {}
    verdict: Literal["limited", "partly", "not_limited", "harmful", "inconclusive", "no_bite", "undefended"]
    verdict_reason: str = ""
    nulls: dict[str, NullShape] = {}


def refuse_other_shape(document: object, shape: type[BaseModel], what: str, *, where: str) -> None:
    """Refuse a document of another shape.

    Args:
        document: The document.
        shape: Its shape.
        what: What it should be, such as "a run's manifest".
        where: Its file.

    Raises:
        UsageError: A key is missing or has another type; the message names the first.
    """
    try:
        shape.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key, message = ".".join(map(str, first["loc"])), first["msg"]
        wrong = "is missing" if first["type"] == "missing" else message.replace("Input should", "must", 1)
        raise UsageError(f"is not {what}: {key!r} {wrong}", where=where) from None
