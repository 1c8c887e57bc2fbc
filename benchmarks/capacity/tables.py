"""The tables of docs/scaling.md, from what was measured."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from .measured import Measured
from .model import (
    OURS,
    PYTHON,
    SERVERS,
    Assumed,
    Cost,
    Demand,
    Needs,
    at_rest,
    costs_of,
    limits,
    needs,
    observed,
    predicted,
)

_ROOT = Path(__file__).parents[2]
PAGE = _ROOT / "docs" / "scaling.md"
NUMBERS = _ROOT / "docs" / "assets" / "capacity.json"
RATES = (100, 1_000, 10_000)
RESTING = 10_000_000
_MARKED = "<!-- {name}: begin -->\n{text}\n<!-- {name}: end -->"


def filled(page: str, measured: Measured | None) -> str:
    """Return the page with its tables, or without any. Raises KeyError if one has no place."""
    for name, table in TABLES.items():
        pattern = re.compile(rf"<!-- {name}: begin -->.*?<!-- {name}: end -->", re.DOTALL)
        if not pattern.search(page):
            raise KeyError(name)
        shown = "*Not measured yet.*" if measured is None else table(measured)
        text = _MARKED.format(name=name, text=shown)
        page = pattern.sub(lambda _, text=text: text, page)  # type: ignore[misc]  # no plain lambda
    return page


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(value: float) -> str:
    """Return a number with two or three digits that mean something."""
    if value == 0:
        return "0"
    if value >= 100:
        digits = len(str(int(value))) - 3
        return f"{round(value, -digits):,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def size(value: float) -> str:
    """Return a number of bytes with its unit."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1_000:
            return f"{number(value)} {unit}"
        value /= 1_000
    return f"{number(value)} PB"


def cost_table(measured: Measured) -> str:
    """What one of each thing takes."""
    costs = costs_of(measured)
    things = (costs.order, costs.trade, costs.finish, costs.read)
    rows = [
        [f"`{part}`", *(_milliseconds(thing, part) for thing in things), _rest(measured, part)]
        for part in (*PYTHON, *SERVERS, *OURS)
    ]
    rows.append(
        [
            "**all of them**",
            *(number(sum(thing.cpu.values()) * 1_000) for thing in things),
            number(sum(at_rest(measured).values()) * 100),
        ]
    )
    whole: list[tuple[str, Callable[[Cost], str]]] = [
        ("statements", lambda cost: number(cost.statements)),
        ("rows that are inserted", lambda cost: number(cost.rows)),
        ("messages that JetStream stores", lambda cost: number(cost.messages)),
        ("write-ahead log", lambda cost: size(cost.wal_bytes)),
        ("growth of tables and indexes", lambda cost: size(cost.disk_bytes)),
        ("bytes between programs", lambda cost: size(cost.local_bytes)),
    ]
    rows += [[name, *(of(thing) for thing in things), ""] for name, of in whole]
    head = (
        "",
        "an order that rests",
        "a trade, more",
        "its way to the payout",
        "a read",
        "at rest",
    )
    return _table(head, rows)


def _milliseconds(cost: Cost, part: str) -> str:
    return number(cost.cpu.get(part, 0.0) * 1_000)


def _rest(measured: Measured, part: str) -> str:
    return f"{number(at_rest(measured).get(part, 0.0) * 100)} %"


def process_table(measured: Measured) -> str:
    """Memory and connections of a process."""
    rows = [
        [
            f"`{part}`",
            size(measured.memory.get(part, 0.0)),
            str(measured.connections.get(part, 0)),
        ]
        for part in (*PYTHON, *SERVERS)
        if part in measured.memory
    ]
    return _table(("", "memory", "connections to PostgreSQL"), rows)


def need_table(measured: Measured) -> str:
    """What each size needs."""
    found = [needs(measured, Demand(rate), Assumed()) for rate in RATES]
    rows = [[f"`{part}`", *(_processes(one, part) for one in found)] for part in PYTHON]
    rows += [
        [f"`{part}`", *(f"{number(one.cores[part])} cores" for one in found)] for part in SERVERS
    ]
    whole: list[tuple[str, Callable[[Needs], str]]] = [
        ("**cores that are busy**", lambda one: number(sum(one.cores.values()))),
        ("connections to PostgreSQL", lambda one: f"{one.connections:,}"),
        ("memory of the processes, without books", lambda one: size(one.memory_bytes)),
        ("disk, each day", lambda one: size(one.disk_bytes_per_day)),
        ("disk, after a year", lambda one: size(one.disk_bytes_after_a_year)),
        ("write-ahead log, a second", lambda one: size(one.wal_bytes_per_second)),
        ("messages of JetStream, a second", lambda one: number(one.messages_per_second)),
        ("statements, a second", lambda one: number(one.statements_per_second)),
        ("network, a second", lambda one: size(one.network_bytes_per_second)),
    ]
    rows += [[name, *(of(one) for one in found)] for name, of in whole]
    return _table(("orders a second", *(f"{rate:,}" for rate in RATES)), rows)


def _processes(one: Needs, part: str) -> str:
    count = one.processes[part]
    return f"{count:,} ({number(one.cores[part])} cores)"


def limit_table(measured: Measured) -> str:
    """What cannot be multiplied, the lowest limit first."""
    rows = [
        [
            limit.part,
            number(limit.per_second),
            ", ".join(f"{rate:,}" for rate in RATES if rate > limit.per_second) or "none",
            limit.why,
            limit.then,
        ]
        for limit in limits(measured, Demand(0), Assumed())
    ]
    head = ("part", "orders a second", "too few for", "because", "what one does then")
    return _table(head, rows)


def resting_table(measured: Measured) -> str:
    """What many quotes take that rest."""
    one, most = measured.resting, Assumed().quotes_per_engine
    engines = -(-RESTING // most)
    rows = [
        [
            "memory of all engines",
            f"{number(one.memory_bytes)} B",
            size(one.memory_bytes * RESTING),
        ],
        ["disk, with indexes", f"{number(one.disk_bytes)} B", size(one.disk_bytes * RESTING)],
        [
            "until all books are loaded, one engine",
            f"{number(one.seconds_to_load / one.quotes * 1e6)} µs",
            f"{number(one.seconds_to_load / one.quotes * RESTING)} s",
        ],
        [f"engines with {most:,} quotes at most", "", str(engines)],
        [
            "memory of each engine's books",
            "",
            size(one.memory_bytes * RESTING / engines),
        ],
        [
            "until all books are loaded, each engine",
            "",
            f"{number(one.seconds_to_load / one.quotes * RESTING / engines)} s",
        ],
    ]
    return _table(("", f"each of {one.quotes:,}", f"{RESTING:,}"), rows)


def observed_table(measured: Measured) -> str:
    """What was predicted for this machine, and what it bore."""
    told, bore = predicted(measured), observed(measured)
    rows = [
        ["predicted, all cores", number(told.of_machine)],
        ["predicted, the busiest process", number(told.of_process)],
        [f"**predicted** (limited by {told.by})", number(told.per_second)],
        ["**observed**", number(bore)],
        ["observed to predicted", f"{bore / told.per_second:.2f}"],
    ]
    return _table(("orders a second", ""), rows)


def step_table(measured: Measured) -> str:
    """What became of each rate that was tried."""
    rows = [
        [
            number(step.offered),
            f"{step.accepted / step.seconds:.0f}",
            f"{step.refused / step.seconds:.0f}",
            str(step.failed),
            f"{step.p50 * 1_000:.0f} ms",
            f"{step.p99 * 1_000:.0f} ms",
            f"{step.calm:.1f} s",
            "yes" if step.borne else "no",
        ]
        for step in measured.steps
    ]
    head = (
        *("offered a second", "accepted a second", "refused a second", "not answered"),
        *("p50", "p99", "all confirmed after", "borne"),
    )
    return _table(head, rows)


def overload_table(measured: Measured) -> str:
    """What became of twice as much as it bears."""
    found = measured.overload
    if found is None:
        return "Not measured."
    step = found.step
    most = max(found.growth, key=lambda part: found.growth[part])
    rows = [
        ["offered a second", number(step.offered)],
        ["accepted a second", number(step.accepted / step.seconds)],
        ["refused a second, all with `Retry-After`", number(step.refused / step.seconds)],
        ["not answered, or with something else", str(step.failed)],
        ["accepted and not in the store exactly once", str(found.missing)],
        ["99 of 100 accepted orders answered within", f"{step.p99 * 1_000:.0f} ms"],
        ["99 of 100 refusals answered within", f"{found.refusal_p99 * 1_000:.0f} ms"],
        [
            "of that, times a request for the health without load",
            number(found.refusal_p99 / found.health),
        ],
        [f"most memory that a process took more (`{most}`)", size(found.growth[most])],
        ["orders accepted again after", f"{found.accepting:.1f} s"],
        ["all trades confirmed after", f"{step.calm:.1f} s"],
        ["`solebook admin verify` found nothing", "yes" if found.verified else "no"],
    ]
    return _table((f"{step.seconds:.0f} s of it", ""), rows)


def machine_table(measured: Measured) -> str:
    """When and where it ran."""
    where, window = measured.machine, measured.resting_orders
    rate = window.orders / window.seconds
    return (
        f"Measured on {where['day']} on a machine with {where['cores']} cores and Python "
        f"{where['python']}; the load was {where['load_before']:.1f} before. What orders take was "
        f"measured at {rate:.0f} a second."
    )


TABLES: dict[str, Callable[[Measured], str]] = {
    "machine": machine_table,
    "costs": cost_table,
    "processes": process_table,
    "needs": need_table,
    "limits": limit_table,
    "resting": resting_table,
    "observed": observed_table,
    "steps": step_table,
    "overload": overload_table,
}
