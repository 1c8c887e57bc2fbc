"""What a run has measured, as it is stored beside docs/scaling.md."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Window:
    """What a running stack took while it did something for a time."""

    seconds: float
    orders: int = 0
    """Bids and asks that were placed."""
    trades: int = 0
    """Orders that were confirmed, with their letters."""
    finished: int = 0
    """Trades that went from there to the payout."""
    reads: int = 0
    cpu: Mapping[str, float] = field(default_factory=dict)
    """Seconds of a core, by part."""
    wal_bytes: float = 0.0
    statements: float = 0.0
    messages: float = 0.0
    """Messages that JetStream stored."""
    local_bytes: float = 0.0
    """Bytes that programs of this machine sent to each other."""
    rows: Mapping[str, float] = field(default_factory=dict)
    """Rows that were inserted, by table."""
    table_bytes: Mapping[str, float] = field(default_factory=dict)
    """By how much tables grew, with their indexes."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a stack did with a number of orders a second."""

    offered: float
    """Orders a second."""
    seconds: float
    accepted: int
    refused: int
    failed: int
    """Orders without an answer, or with another one than 201, 429 and 503."""
    p50: float
    p99: float
    """Seconds from the instant at which an accepted order was due to its answer."""
    calm: float
    """Seconds until every trade was confirmed, after the last arrival."""
    borne: bool


@dataclass(frozen=True, slots=True)
class Overload:
    """What a stack did with twice the orders that it bears."""

    step: Step
    refusal_p99: float
    """Seconds."""
    health: float
    """Seconds that a request for the health of the unloaded stack took, at the median."""
    accepting: float
    """Seconds after the load until an order was accepted again."""
    growth: Mapping[str, float]
    """Bytes that a process of each part took more at its most than before."""
    missing: int
    """Accepted orders that are not in the store exactly once."""
    verified: bool
    """Whether `solebook admin verify` found nothing."""


@dataclass(frozen=True, slots=True)
class Resting:
    """What quotes that rest take."""

    quotes: int
    memory_bytes: float
    """Of the engine's process, for each quote."""
    disk_bytes: float
    """Of its row and its indexes, for each quote."""
    seconds_to_load: float
    """Of all of them."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A run of the session."""

    machine: Mapping[str, Any]
    idle: Window
    resting_orders: Window
    """Orders of which none matches."""
    trading: Window
    """Orders of which a third makes a trade."""
    finishing: Window
    """Trades that are shipped, authenticated, delivered and paid."""
    reading: Window
    memory: Mapping[str, float]
    """Bytes of a process by part, at the end of the load."""
    connections: Mapping[str, int]
    """Connections of a process to PostgreSQL by part, at the end of the load."""
    resting: Resting
    steps: tuple[Step, ...]
    overload: Overload | None


def store(measured: Measured, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(_rounded(asdict(measured)), indent=1, sort_keys=True)
    file.write_text(f"{text}\n", encoding="utf-8")


def load(file: Path) -> Measured | None:
    """Return the last run, or None if there was none."""
    if not file.exists():
        return None
    told = json.loads(file.read_text(encoding="utf-8"))
    return Measured(
        idle=Window(**told.pop("idle")),
        resting_orders=Window(**told.pop("resting_orders")),
        trading=Window(**told.pop("trading")),
        finishing=Window(**told.pop("finishing")),
        reading=Window(**told.pop("reading")),
        resting=Resting(**told.pop("resting")),
        steps=tuple(Step(**step) for step in told.pop("steps")),
        overload=_overload(told.pop("overload")),
        **told,
    )


def _overload(told: dict[str, Any] | None) -> Overload | None:
    return None if told is None else Overload(step=Step(**told.pop("step")), **told)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.4g}") if abs(value) < 1_000 else round(value)
    if isinstance(value, dict):
        return {str(key): _rounded(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(one) for one in value]
    return value
