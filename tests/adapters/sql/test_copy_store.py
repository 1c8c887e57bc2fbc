"""What a copy of a store contains."""

from datetime import timedelta

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sql.copy_store import copy_store
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.composition.sql_store import build_sql_store
from solebook.ports.language.messages import Claim, Queue

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
