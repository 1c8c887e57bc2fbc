"""Plain arithmetic: what a deployment takes, from what an order was measured to take."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .measured import Measured, Window

PYTHON = (
    *("http", "matching", "relay", "trade"),
    *("deadlines", "letters", "search", "charts", "webhooks", "services"),
)
"""The roles of the exchange's processes. Each process has one core at most."""
SERVERS = ("postgres", "nats", "valkey", "typesense", "influx")
"""They use several cores."""
OURS = ("stripe-double", "load")
"""What runs on this machine only."""
ONE_PROCESS = ("relay",)
"""One process has it at a time."""
IN_PARTITIONS = ("trade", "letters", "search", "charts")
PARTITIONS = 8
FOR_GOOD = math.inf
DAYS_KEPT: Mapping[str, float] = {
    "audit_entries": FOR_GOOD,
    "authentication_tasks": FOR_GOOD,
    "broker_positions": 0,
    "challenges": 0,
    "deadlines": 0,
    "deliveries": 0,
    "destinations": 180,
    "engine_shards": 0,
    "idempotency_keys": 7,
    "inbox": 7,
    "kept_webhooks": 30,
    "known_places": 0,
    "leases": 0,
    "ledger_entries": FOR_GOOD,
    "ledger_transfers": FOR_GOOD,
    "matches": FOR_GOOD,
    "notifications": 365,
    "order_steps": FOR_GOOD,
    "orders": FOR_GOOD,
    "outbox": 0,
    "payments": FOR_GOOD,
    "payouts": FOR_GOOD,
    "provider_movements": FOR_GOOD,
    "reservations": FOR_GOOD,
    "sales": FOR_GOOD,
    "sent_messages": 0,
    "search_documents": 0,
    "seller_accounts": 0,
    "users": 0,
    "seller_quarters": 0,
    "sizes": 0,
    "turnovers": 0,
    "turns": 0,
    "webhooks": 30,
}
"""How long rows stay by docs/what-is-kept.md; 0 if rows are replaced or soon deleted."""
QUOTES = ("bids", "asks")
DAYS_OF_QUOTES = 60 + 365
"""A quote that never trades is kept for 365 days after it would have expired; one that trades, for
good. Moved to the archive, it is counted as large as it was."""
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Cost:
    """What one of something takes."""

    cpu: Mapping[str, float]
    """Seconds of a core, by part."""
    wal_bytes: float = 0.0
    statements: float = 0.0
    messages: float = 0.0
    local_bytes: float = 0.0
    rows: float = 0.0
    table_bytes: Mapping[str, float] | None = None

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            _added(self.cpu, other.cpu),
            self.wal_bytes + other.wal_bytes,
            self.statements + other.statements,
            self.messages + other.messages,
            self.local_bytes + other.local_bytes,
            self.rows + other.rows,
            _added(self.table_bytes or {}, other.table_bytes or {}),
        )

    def times(self, number: float) -> "Cost":
        return Cost(
            {part: seconds * number for part, seconds in self.cpu.items()},
            self.wal_bytes * number,
            self.statements * number,
            self.messages * number,
            self.local_bytes * number,
            self.rows * number,
            {name: grown * number for name, grown in (self.table_bytes or {}).items()},
        )

    @property
    def disk_bytes(self) -> float:
        """The growth of tables whose rows stay for some time."""
        return sum(
            grown for name, grown in (self.table_bytes or {}).items() if DAYS_KEPT.get(name, 1)
        )


def _added(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    return {name: one.get(name, 0.0) + other.get(name, 0.0) for name in one.keys() | other.keys()}


@dataclass(frozen=True, slots=True)
class Costs:
    """What each thing takes beyond what a stack takes at rest."""

    order: Cost
    trade: Cost
    """From the match to the confirmation and its letters."""
    finish: Cost
    """From there to the payout."""
    read: Cost

    def of_demand(self, demand: "Demand") -> Cost:
        """Return what an order takes, with its share of everything else."""
        trades = (self.trade + self.finish).times(demand.trades_per_order)
        return self.order + trades + self.read.times(demand.reads_per_order)


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked of a deployment."""

    per_second: float
    """Bids and asks a second."""
    trades_per_order: float = 1 / 3
    reads_per_order: float = 10.0


@dataclass(frozen=True, slots=True)
class Assumed:
    """What was not measured."""

    busy: float = 0.6
    """The share of a core that is planned to be used."""
    cores: int = 64
    """Of the largest machine for PostgreSQL, and of one for NATS."""
    connections: int = 500
    """To PostgreSQL, above which a pooler pays."""
    quotes_per_engine: int = 2_500_000
    """How many quotes one engine has at most, so that its books are loaded within minutes."""


def costs_of(measured: Measured) -> Costs:
    """Return what each thing takes. What a stack takes at rest is left out."""
    idle = measured.idle
    order = _each(measured.resting_orders, idle, measured.resting_orders.orders)
    trading = _each(measured.trading, idle, 1) + order.times(-measured.trading.orders)
    return Costs(
        order=order,
        trade=_positive(trading.times(1 / measured.trading.trades)),
        finish=_each(measured.finishing, idle, measured.finishing.finished),
        read=_each(measured.reading, idle, measured.reading.reads),
    )


def _each(window: Window, idle: Window, count: int) -> Cost:
    rest = window.seconds / idle.seconds
    all_of_it = Cost(
        {part: busy - idle.cpu.get(part, 0.0) * rest for part, busy in window.cpu.items()},
        window.wal_bytes - idle.wal_bytes * rest,
        window.statements - idle.statements * rest,
        window.messages - idle.messages * rest,
        window.local_bytes - idle.local_bytes * rest,
        sum(window.rows.values()) - sum(idle.rows.values()) * rest,
        window.table_bytes,
    )
    return _positive(all_of_it.times(1 / count))


def _positive(cost: Cost) -> Cost:
    """Return the cost without what noise has made negative."""
    return Cost(
        {part: max(0.0, seconds) for part, seconds in cost.cpu.items()},
        max(0.0, cost.wal_bytes),
        max(0.0, cost.statements),
        max(0.0, cost.messages),
        max(0.0, cost.local_bytes),
        max(0.0, cost.rows),
        {name: max(0.0, grown) for name, grown in (cost.table_bytes or {}).items()},
    )


def at_rest(measured: Measured) -> dict[str, float]:
    """Return how much of a core each part takes at rest."""
    return {part: busy / measured.idle.seconds for part, busy in measured.idle.cpu.items()}


# ---- what a demand takes ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Needs:
    """What a deployment needs."""

    processes: Mapping[str, int]
    cores: Mapping[str, float]
    """Cores that are busy on average, by part."""
    connections: int
    memory_bytes: float
    disk_bytes_per_day: float
    disk_bytes_after_a_year: float
    wal_bytes_per_second: float
    messages_per_second: float
    statements_per_second: float
    network_bytes_per_second: float


def needs(measured: Measured, demand: Demand, assumed: Assumed) -> Needs:
    """Return what a demand takes, as if everything grew in proportion."""
    cost = costs_of(measured).of_demand(demand)
    rest = at_rest(measured)
    rate = demand.per_second
    cores = {part: rate * cost.cpu.get(part, 0.0) for part in (*PYTHON, *SERVERS)}
    processes = {part: _processes(part, cores[part], rest, assumed) for part in PYTHON}
    per_day = rate * _DAY
    return Needs(
        processes=processes,
        cores={
            part: busy + rest.get(part, 0.0) * processes.get(part, 1)
            for part, busy in cores.items()
        },
        connections=sum(
            count * measured.connections.get(part, 0) for part, count in processes.items()
        ),
        memory_bytes=sum(
            count * measured.memory.get(part, 0.0) for part, count in processes.items()
        ),
        disk_bytes_per_day=cost.disk_bytes * per_day,
        disk_bytes_after_a_year=disk_after(cost, demand, days=365) * per_day,
        wal_bytes_per_second=cost.wal_bytes * rate,
        messages_per_second=cost.messages * rate,
        statements_per_second=cost.statements * rate,
        network_bytes_per_second=cost.local_bytes * rate,
    )


def _processes(part: str, cores: float, rest: Mapping[str, float], assumed: Assumed) -> int:
    """Return how many processes share the work, at least two of those that answer or match."""
    own = max(0.05, assumed.busy - rest.get(part, 0.0) / (2 if part == "http" else 1))
    return max(2 if part in ("http", "matching", "relay") else 1, math.ceil(cores / own))


def disk_after(cost: Cost, demand: Demand, *, days: float) -> float:
    """Return the bytes of an order a day that are there after so many days."""
    kept = 0.0
    for table, grown in (cost.table_bytes or {}).items():
        if table in QUOTES:
            trading = min(1.0, 2 * demand.trades_per_order)
            kept += grown * (trading * days + (1 - trading) * min(days, DAYS_OF_QUOTES))
        else:
            kept += grown * min(days, DAYS_KEPT[table])
    return kept


# ---- limits ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limit:
    """A part that cannot be multiplied, and how many orders a second it bears."""

    part: str
    why: str
    per_second: float
    then: str


def limits(measured: Measured, demand: Demand, assumed: Assumed) -> list[Limit]:
    """Return the limits of the design, the lowest first. They do not depend on the rate."""
    return sorted(_limits(measured, demand, assumed), key=lambda limit: limit.per_second)


def _limits(measured: Measured, demand: Demand, assumed: Assumed) -> Iterator[Limit]:
    cost = costs_of(measured).of_demand(demand)

    def bears(part: str, cores: float) -> float:
        return cores * assumed.busy / max(1e-9, cost.cpu.get(part, 0.0))

    yield Limit(
        "matching, one shard",
        "one core for an engine",
        bears("matching", 1),
        "more shards: `solebook admin reshard N`, on machines of their own",
    )
    for part in ONE_PROCESS:
        yield Limit(
            part,
            "one process has the lease",
            bears(part, 1),
            "a relay for each group of partitions, which is not built",
        )
    for part in IN_PARTITIONS:
        yield Limit(
            part,
            f"{PARTITIONS} partitions, each received by one process",
            bears(part, PARTITIONS),
            "a stream with more partitions, made while nothing runs",
        )
    yield Limit(
        "postgres",
        f"one primary with {assumed.cores} cores",
        bears("postgres", assumed.cores),
        "reads to a replica and less history in the primary; then an exchange of its own for each "
        "part of the catalogue, because one exchange writes to one primary",
    )
    yield Limit(
        "nats",
        f"one server with {assumed.cores} cores",
        bears("nats", assumed.cores),
        "a stream for each group of partitions, on several servers",
    )


# ---- this machine ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Predicted:
    """How many orders a second a stack on one machine bears."""

    per_second: float
    by: str
    """The part that is the limit."""
    of_machine: float
    """What all cores of the machine would bear."""
    of_process: float
    """What the busiest process would bear with a core of its own."""


TOGETHER = {
    "http": ("http",),
    "engine": ("matching", "relay"),
    "worker": ("trade", "deadlines", "letters", "search", "charts", "webhooks", "services"),
}
"""Which roles share a process in the default shape of a stack. There are two of `http`."""


def predicted(measured: Measured) -> Predicted:
    """Return what the default shape bears on the machine of the run, with the load's own part.

    The load places orders, of which a third trade, and nothing else.
    """
    costs = costs_of(measured)
    cost = costs.order + costs.trade.times(1 / 3)
    rest = at_rest(measured)
    free = measured.machine["cores"] - sum(rest.values())
    of_machine = free / sum(cost.cpu.values())
    by_process = {}
    for name, roles in TOGETHER.items():
        number = 2 if name == "http" else 1
        busy = sum(cost.cpu.get(role, 0.0) for role in roles)
        idle = sum(rest.get(role, 0.0) for role in roles) / number
        by_process[name] = number * max(0.0, 1 - idle) / max(1e-9, busy)
    slowest = min(by_process, key=lambda name: by_process[name])
    of_process = by_process[slowest]
    if of_process < of_machine:
        return Predicted(of_process, f"the process `{slowest}`", of_machine, of_process)
    cores = measured.machine["cores"]
    return Predicted(of_machine, f"the {cores} cores of the machine", of_machine, of_process)


def observed(measured: Measured) -> float:
    """Return the most orders a second of a step that was borne, 0 if none was."""
    return max((step.offered for step in measured.steps if step.borne), default=0.0)
