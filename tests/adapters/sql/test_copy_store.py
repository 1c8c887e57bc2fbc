"""What a copy of a store contains."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sql.copy_store import copy_store
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.composition.adapters import Store
from solebook.composition.sql_store import build_sql_store
from solebook.ports.language.messages import Claim, Message, Position, Queue

from ...ports.records import Records


async def test_in_a_copy_nobody_claims_a_delivery(
    database: SqlDatabase, postgres_url: str, clock: VirtualClock, ids: SeededIds
) -> None:
    one, other = (Claim(holder, timedelta(days=1)) for holder in ("one", "other"))
    delivery = Records(ids=ids, clock=clock).delivery(queue=Queue.CHARGES)
    async with SqlDatabase(postgres_url) as target:
        original, copy = (
            build_sql_store(each, clock=clock, ids=ids) for each in (database, target)
        )
        async with original.transaction():
            await original.deliveries.add([delivery])
        now = clock.now() + timedelta(seconds=1)
        assert await original.deliveries.claim(Queue.CHARGES, one, now, 10) == [delivery]
        await copy_store(database, target, lambda *_: None)
        assert await copy.deliveries.claim(Queue.CHARGES, other, now, 10) == [delivery]
        assert await original.deliveries.claim(Queue.CHARGES, other, now, 10) == []


async def test_a_copy_is_the_same_exchange_for_a_broker_also_if_its_database_was_another(
    database: SqlDatabase, postgres_url: str, clock: VirtualClock, ids: SeededIds
) -> None:
    async with SqlDatabase(postgres_url) as target:
        original, copy = (
            build_sql_store(each, clock=clock, ids=ids) for each in (database, target)
        )
        for store, name in ((original, "the source"), (copy, "the target")):
            async with store.transaction():
                await store.sent_messages.known_as(name)
        await copy_store(database, target, lambda *_: None)
        async with copy.transaction():
            assert await copy.sent_messages.known_as("new") == "the source"


@pytest.fixture(params=["sqlite", "postgres"])
def target_url(request: pytest.FixtureRequest, empty_database: Path, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres_url")
        return url
    return f"sqlite:///{shutil.copyfile(empty_database, tmp_path / 'target.db')}"


async def test_messages_of_a_copy_come_after_those_that_a_broker_has(
    database: SqlDatabase, target_url: str, clock: VirtualClock, ids: SeededIds
) -> None:
    records = Records(ids=ids, clock=clock)

    async def sent(store: Store) -> list[Message]:
        """Return two new messages, which a broker has then."""
        async with store.transaction():
            await store.outbox.add(records.event(), records.event())
        messages = await store.outbox.unsent(10)
        async with store.transaction():
            await store.sent_messages.move([m.id for m in messages], Position("one", 2))
        return [*messages]

    async with SqlDatabase(target_url) as target:
        original, copy = (
            build_sql_store(each, clock=clock, ids=ids) for each in (database, target)
        )
        earlier = await sent(original)
        await copy_store(database, target, lambda *_: None)
        later = await sent(copy)

        async with copy.transaction():
            await copy.sent_messages.send_again()
        assert await copy.outbox.unsent(10) == [*earlier, *later]
