"""The engine's SQL store: one batch is one transaction."""

import asyncio
import sqlite3
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from solebook.adapters.sql.engine.sqlite_connection import SqliteConnection
from solebook.composition.adapters import Store
from solebook.ports.language.batch import Batch
from solebook.ports.language.errors import ShardLost, Unavailable
from solebook.ports.language.idempotency import IdempotencyKey
from solebook.ports.language.market import Quote, QuoteStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.placement import Placement

from ...ports.records import Records, matched
from .conftest import OpenStore


def everything(path: Path) -> dict[str, list[Any]]:
    """Every row of every table."""
    database = sqlite3.connect(path)
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    rows = {name: database.execute(f"SELECT * FROM {name}").fetchall() for (name,) in tables}
    database.close()
    return rows


def full_batch(records: Records, resting: Quote) -> Batch:
    """A batch that writes to every table that a batch can write to."""
    book = resting.book
    bid = records.bid(book)
    match = records.match(bid, resting)
    bid, ask = replace(bid, **matched(bid, match)), replace(resting, **matched(resting, match))
    key = IdempotencyKey(bid.user_id, "bids", "key", "fingerprint")
    return records.batch(
        bid,
        changed={ask.id: ask},
        matches=[match],
        opened=[records.opened(match)],
        answers={key: Placement(bid, match)},
    )


# ---- loading -------------------------------------------------------------------------------------


async def test_quotes_that_are_loaded_share_their_owner_and_their_book(
    store: Store, records: Records
) -> None:
    ownership = await store.books.take(0, records.instant)
    book, user_id = records.book(), records.user_id()
    quotes = [records.ask(book, user_id=user_id) for _ in range(2)]
    await store.books.commit(ownership, records.batch(*quotes))
    first, second = [quote async for quote in store.books.resting(0, 1)]
    assert [first, second] == quotes
    assert first.book is second.book
    assert first.user_id is second.user_id


# ---- two owners ----------------------------------------------------------------------------------


async def test_a_second_process_that_takes_the_shard_stops_the_first(
    store: Store, open_store: OpenStore, records: Records
) -> None:
    first = await store.books.take(0, records.instant)
    await store.books.commit(first, records.batch(records.ask(records.book())))
    async with open_store() as other:
        second = await other.books.take(0, records.instant)
        late = records.ask(records.book())
        with pytest.raises(ShardLost):
            await store.books.commit(first, records.batch(late))
        await other.books.commit(second, records.batch(records.ask(records.book())))
    assert await store.books.get([late.id]) == {}
    assert len([quote async for quote in store.books.resting(0, 1)]) == 2


async def test_one_of_several_racing_owners_wins(
    store: Store, open_store: OpenStore, records: Records
) -> None:
    async with open_store() as other:
        taken = await asyncio.gather(
            *(one.books.take(0, records.instant) for one in [store, other] * 5)
        )
        assert sorted(ownership.epoch for ownership in taken) == list(range(1, 11))
        outcomes = await asyncio.gather(
            *(
                one.books.commit(ownership, records.batch(records.ask(records.book())))
                for one, ownership in zip([store, other] * 5, taken, strict=True)
            ),
            return_exceptions=True,
        )
    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, ShardLost) for outcome in outcomes) == 9
    assert len([quote async for quote in store.books.resting(0, 1)]) == 1


# ---- all or nothing ------------------------------------------------------------------------------


class PowerCut(BaseException):
    """The process ends here."""


PARTS = (
    "shard",
    "outbox",
    "bids",
    "asks",
    "matches",
    "orders",
    "destinations",
    "payments",
    "history",
    "deadlines",
    "answers",
)


@pytest.mark.parametrize("written", range(len(PARTS)), ids=PARTS)
async def test_a_batch_that_is_cut_short_leaves_no_trace(
    monkeypatch: pytest.MonkeyPatch,
    store: Store,
    path: Path,
    records: Records,
    written: int,
) -> None:
    ownership = await store.books.take(0, records.instant)
    resting = records.ask(records.book())
    await store.books.commit(ownership, records.batch(resting))
    batch, before = full_batch(records, resting), everything(path)
    execute_many: Callable[..., Any] = SqliteConnection.execute_many
    calls: list[str] = []

    async def cut_short(self: SqliteConnection, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        calls.append(sql)
        if len(calls) > written:
            raise PowerCut
        changed: int = await execute_many(self, sql, rows)
        return changed

    with monkeypatch.context() as patch:
        patch.setattr(SqliteConnection, "execute_many", cut_short)
        with pytest.raises(PowerCut):
            await store.books.commit(ownership, batch)
    assert everything(path) == before
    await store.books.commit(ownership, batch)
    assert await store.quotes.match(batch.matches[0].id) == batch.matches[0]


async def test_a_batch_writes_as_many_parts_as_are_cut_short_above(
    monkeypatch: pytest.MonkeyPatch, store: Store, records: Records
) -> None:
    ownership = await store.books.take(0, records.instant)
    resting = records.ask(records.book())
    await store.books.commit(ownership, records.batch(resting))
    execute_many: Callable[..., Any] = SqliteConnection.execute_many
    written: list[str] = []

    async def noted(self: SqliteConnection, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        written.append(sql)
        changed: int = await execute_many(self, sql, rows)
        return changed

    monkeypatch.setattr(SqliteConnection, "execute_many", noted)
    await store.books.commit(ownership, full_batch(records, resting))
    assert len(written) == len(PARTS)


async def test_a_broken_invariant_is_no_outage(store: Store, path: Path, records: Records) -> None:
    ownership = await store.books.take(0, records.instant)
    ask, other = records.ask(records.book()), records.ask(records.book())
    await store.books.commit(ownership, records.batch(ask))
    before = everything(path)
    for batch in (
        records.batch(other, ask),
        records.batch(other, replace(records.bid(ask.book), amount=0)),
        records.batch(other, changed={ask.id: replace(ask, id=records.quote_id())}),
        records.batch(other, unwound=[records.order_id()]),
    ):
        with pytest.raises(AssertionError):
            await store.books.commit(ownership, batch)
        assert everything(path) == before


async def test_a_batch_that_the_disk_has_no_room_for_is_an_outage(
    monkeypatch: pytest.MonkeyPatch, store: Store, path: Path, records: Records
) -> None:
    ownership = await store.books.take(0, records.instant)
    before = everything(path)

    async def full(*_: object) -> None:
        raise Unavailable(what="the disk")

    with monkeypatch.context() as patch:
        patch.setattr(SqliteConnection, "execute_many", full)
        with pytest.raises(Unavailable):
            await store.books.commit(ownership, records.batch(records.ask(records.book())))
    assert everything(path) == before


# ---- answers -------------------------------------------------------------------------------------


async def test_one_key_in_two_shards_keeps_the_first_answer_and_fails_no_batch(
    store: Store, records: Records
) -> None:
    zero = await store.books.take(0, records.instant)
    one = await store.books.take(1, records.instant)
    first, second = records.ask(records.book()), records.ask(records.book())
    key = IdempotencyKey(first.user_id, "asks", "key", "aa")
    other = replace(key, fingerprint="bb")
    await store.books.commit(zero, records.batch(first, answers={key: Placement(first)}))
    await store.books.commit(one, records.batch(second, answers={other: Placement(second)}))
    assert await store.quotes.answered(key) == Placement(first)
    assert len(await store.books.get([first.id, second.id])) == 2


# ---- many ----------------------------------------------------------------------------------------


async def test_more_quotes_than_fit_one_portion_come_in_order_and_as_of_one_instant(
    store: Store, records: Records
) -> None:
    ownership = await store.books.take(0, records.instant)
    book = records.book()
    quotes = [records.ask(book) for _ in range(2_500)]
    await store.books.commit(ownership, records.batch(*reversed(quotes)))
    seen: list[Quote] = []
    async for quote in store.books.resting(0, 1):
        if not seen:
            gone = replace(quotes[-1], status=QuoteStatus.CANCELLED)
            await store.books.commit(ownership, records.batch(changed={gone.id: gone}))
        seen.append(quote)
    assert seen == quotes


async def test_an_abandoned_read_of_the_books_does_not_block_others(
    store: Store, records: Records
) -> None:
    ownership = await store.books.take(0, records.instant)
    quotes = [records.ask(records.book()) for _ in range(5)]
    await store.books.commit(ownership, records.batch(*quotes))
    resting = store.books.resting(0, 1)
    assert await anext(resting) == quotes[0]
    await resting.aclose()  # type: ignore[attr-defined]  # it is an async generator
    await store.books.commit(ownership, records.batch(records.ask(records.book())))


async def test_bids_and_asks_are_distinguished(store: Store, records: Records) -> None:
    ownership = await store.books.take(0, records.instant)
    bid, ask = records.bid(records.book()), records.ask(records.book())
    ask = replace(ask, user_id=bid.user_id)
    await store.books.commit(ownership, records.batch(bid, ask))
    for quote in (bid, ask):
        page = await store.quotes.of_user(bid.user_id, quote.side, PageRequest())
        assert page.items == (quote,)


# ---- the process dies ----------------------------------------------------------------------------

TRADER = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from uuid import UUID
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.sql_store import build_sql_store, open_sql_database
from solebook.ports.books import Batch
from solebook.ports.language.market import BookKey, Quote, Side

async def trade(url):
    clock = VirtualClock(datetime(2026, 3, 2, 12, tzinfo=UTC))
    ids = SeededIds(seed=3, clock=clock)
    async with open_sql_database(url, migrate=False) as database:
        store = build_sql_store(database, clock=clock, ids=ids)
        ownership = await store.books.take(0, clock.now())
        for sequence in range(1, 1_000_000):
            quote = Quote(ids.new(), Side.ASK, ids.new(), BookKey(ids.new(), "9"), 20_000,
                          sequence, clock.now(), clock.now() + timedelta(days=1))
            batch = Batch(sequence=sequence, added={quote.id: quote})
            await store.books.commit(ownership, batch)
            print(quote.id, flush=True)

asyncio.run(trade(sys.argv[1]))
"""


@pytest.mark.journey
async def test_acknowledged_changes_survive_a_killed_process(
    url: str, open_store: OpenStore
) -> None:
    trader = await asyncio.create_subprocess_exec(
        sys.executable, "-c", TRADER, url, stdout=asyncio.subprocess.PIPE
    )
    assert trader.stdout is not None
    acknowledged = [await trader.stdout.readline() for _ in range(100)]
    trader.kill()
    acknowledged += (await trader.stdout.read()).splitlines(keepends=True)
    await trader.wait()
    ids = {line.decode().strip() for line in acknowledged if line.endswith(b"\n")}
    async with open_store() as store:
        stored = [quote async for quote in store.books.resting(0, 1)]
    assert len(ids) >= 100
    assert ids <= {str(quote.id) for quote in stored}
    # At most one more: committed, and killed before it could say so.
    assert len(stored) <= len(ids) + 1
    assert [quote.sequence for quote in stored] == list(range(1, len(stored) + 1))
