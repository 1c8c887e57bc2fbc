"""The capacity model: its arithmetic, and that docs/scaling.md says what the last run measured."""

from dataclasses import replace

import pytest

from benchmarks.capacity.judged import judged
from benchmarks.capacity.load import Answer, Answers
from benchmarks.capacity.measured import Measured, Resting, Step, Window, load
from benchmarks.capacity.model import (
    DAYS_KEPT,
    QUOTES,
    Assumed,
    Cost,
    Demand,
    costs_of,
    disk_after,
    limits,
    needs,
    observed,
    predicted,
)
from benchmarks.capacity.tables import NUMBERS, PAGE, TABLES, filled

# At rest, `http` takes a tenth of a core. An order that rests takes 2 ms there, and 1 ms of the
# engine. A trade takes 6 ms of `trade` more, and its way to the payout 9 ms of `http`.
STEP = Step(100, 10, 1_000, 0, 0, 0.01, 0.1, 0.5, borne=True)
MEASURED = Measured(
    machine={"cores": 2, "python": "3.11.7", "day": "2026-01-01", "load_before": 0.1},
    idle=Window(10, cpu={"http": 1.0}),
    resting_orders=Window(
        20, orders=1_000, cpu={"http": 4.0, "matching": 1.0}, wal_bytes=2e6, statements=4_000
    ),
    trading=Window(
        20,
        orders=900,
        trades=300,
        cpu={"http": 3.8, "matching": 0.9, "trade": 1.8},
        wal_bytes=1.8e6 + 300 * 10_000,
        statements=3_600 + 300 * 40,
        table_bytes={"orders": 300 * 500.0},
    ),
    finishing=Window(10, finished=100, cpu={"http": 1.9}),
    reading=Window(10, reads=1_000, cpu={"http": 1.2}),
    memory={"http": 200e6, "matching": 150e6},
    connections={"http": 14, "matching": 4},
    resting=Resting(200_000, 500, 300, 10),
    steps=(STEP, replace(STEP, offered=125, borne=False)),
    overload=None,
)


def test_what_a_stack_takes_at_rest_is_no_cost_of_an_order() -> None:
    costs = costs_of(MEASURED)

    assert costs.order.cpu["http"] == pytest.approx(0.002)
    assert costs.order.statements == pytest.approx(4)
    assert costs.trade.cpu == pytest.approx({"http": 0, "matching": 0, "trade": 0.006})
    assert costs.trade.statements == pytest.approx(40)
    assert costs.trade.wal_bytes == pytest.approx(10_000)
    assert costs.finish.cpu["http"] == pytest.approx(0.009)
    assert costs.read.cpu["http"] == pytest.approx(0.0002)


def test_processes_are_as_many_as_the_work_needs_and_two_where_one_may_fail() -> None:
    few = needs(MEASURED, Demand(10), Assumed(busy=0.55))
    many = needs(MEASURED, Demand(1_000), Assumed(busy=0.55))

    assert (few.processes["http"], few.processes["matching"], few.processes["trade"]) == (2, 2, 1)
    # 1,000 orders, 10,000 reads and 333 ways to the payout take 7 cores, of which a process gives
    # half: what it takes at rest is no part of it.
    assert many.processes["http"] == 14
    assert many.cores["http"] == pytest.approx(7 + 14 * 0.1)
    assert many.processes["trade"] == 4
    assert many.connections == 14 * 14 + 2 * 4
    assert many.statements_per_second == pytest.approx(4_000 + 40_000 / 3)


def test_after_a_year_there_is_what_is_kept() -> None:
    cost = Cost({}, table_bytes={"orders": 100.0, "inbox": 10.0, "outbox": 50.0, "bids": 20.0})

    kept = disk_after(cost, Demand(1, trades_per_order=0.25), days=1_000)

    assert kept == pytest.approx(100 * 1_000 + 10 * 7 + 20 * (0.5 * 1_000 + 0.5 * 425))


def test_the_lowest_limit_is_the_part_that_cannot_be_multiplied_and_takes_most() -> None:
    found = limits(MEASURED, Demand(0), Assumed(busy=0.5))

    assert found[0].part == "matching, one shard"
    assert found[0].per_second == pytest.approx(500)
    assert found[1].part == "trade"
    assert found[1].per_second == pytest.approx(8 * 0.5 / 0.002)


def test_what_a_machine_bears_is_what_its_cores_or_its_busiest_process_bear() -> None:
    by_cores = predicted(MEASURED)
    worker = replace(
        MEASURED.trading, cpu={**MEASURED.trading.cpu, "trade": 3.0, "http": 3.8, "matching": 0.9}
    )
    machine = {**MEASURED.machine, "cores": 64}
    by_process = predicted(replace(MEASURED, trading=worker, machine=machine))

    assert by_cores.of_machine == pytest.approx(1.9 / 0.005)
    assert (by_cores.per_second, by_cores.by) == (by_cores.of_machine, "the 2 cores of the machine")
    assert by_process.by == "the process `worker`"
    assert by_process.per_second == pytest.approx(300)
    assert observed(MEASURED) == 100


@pytest.mark.parametrize(
    ("placed", "refused", "seconds", "waited", "borne"),
    [
        (99, 1, 0.4, 4.0, True),
        (98, 2, 0.4, 4.0, False),
        (100, 0, 0.6, 4.0, False),
        (100, 0, 0.4, 6.0, False),
    ],
)
def test_a_rate_is_borne_if_orders_are_accepted_answered_and_confirmed_in_time(
    placed: int, refused: int, seconds: float, waited: float, borne: bool
) -> None:
    answers = Answers([Answer(201, seconds)] * placed + [Answer(503, 0.1, True)] * refused)

    step = judged(answers, 10, 10, waited)

    assert (step.accepted, step.refused, step.failed, step.borne) == (placed, refused, 0, borne)


def test_the_page_says_what_the_last_run_measured() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert filled(page, load(NUMBERS)) == page, "run `python -m benchmarks.capacity --write`"


def test_the_model_knows_how_long_every_table_that_grew_is_kept() -> None:
    measured = load(NUMBERS) or MEASURED
    grown = {
        name
        for window in (measured.resting_orders, measured.trading, measured.finishing)
        for name in window.table_bytes
    }

    assert grown - DAYS_KEPT.keys() - set(QUOTES) == set()


def test_every_table_can_be_written() -> None:
    written = {name: table(MEASURED) for name, table in TABLES.items()}

    assert "| matching, one shard | 600 | 1,000, 10,000 |" in written["limits"]
    assert "| **observed** | 100 |" in written["observed"]
    assert all(written.values())
