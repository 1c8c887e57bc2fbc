"""Rotation of keys seals everything under the current key, also while the exchange goes on."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import String, func, select, type_coerce, update

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.security.aes_cipher import AesCipher
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.engine.sealing import sealed_columns
from solebook.adapters.sql.engine.statement import Statement
from solebook.adapters.sql.migrate import WrongSchema, kept_stopped
from solebook.adapters.sql.operations.sealing_keys import note_keys, noted_keys
from solebook.adapters.sql.resealing import Resealed, reseal
from solebook.adapters.sql.running_processes import marked
from solebook.adapters.sql.schema import metadata, users
from solebook.composition.adapters import Store
from solebook.composition.sql_store import build_sql_store, open_sql_database
from solebook.ports.language.errors import EmailTaken
from solebook.ports.language.ids import SessionId
from solebook.ports.language.places import KnownPlace
from solebook.ports.language.sealing import KeyMissing, SealBroken
from solebook.ports.language.users import Session, User

from ...ports.records import Records

pytestmark = pytest.mark.integration

OLD, NEW = b"o" * 32, b"n" * 32
PLAIN = AesCipher({}, None)
UNDER_OLD = AesCipher({"old": OLD}, "old")
UNDER_NEW = AesCipher({"old": OLD, "new": NEW}, "new")
BACK = AesCipher({"old": OLD, "new": NEW}, None)


@pytest.fixture(params=["sqlite", "postgres"])
def any_url(request: pytest.FixtureRequest) -> str:
    name = {"sqlite": "url", "postgres": "postgres_url"}[request.param]
    found: str = request.getfixturevalue(name)
    return found


@asynccontextmanager
async def opened(
    url: str, cipher: AesCipher, clock: VirtualClock, ids: SeededIds
) -> AsyncIterator[tuple[SqlDatabase, Store]]:
    async with SqlDatabase(url, cipher=cipher) as database:
        await note_keys(database)
        yield database, build_sql_store(database, clock=clock, ids=ids)


async def rotated(database: SqlDatabase) -> Resealed:
    return await reseal(database, lambda *_: None, lambda _: asyncio.sleep(0))


async def beginnings(database: SqlDatabase) -> Mapping[str, int]:
    """Return how many sealed columns begin how."""
    found: dict[str, int] = {}
    for table in metadata.sorted_tables:
        for column in sealed_columns(table):
            text = type_coerce(column, column.type).label("stored")
            [row] = await database.rows(
                Statement(select(func.count().label("rows")).select_from(table))
            )
            if row.rows:
                for stored in await database.rows(Statement(select(text))):
                    if stored.stored is not None:
                        told = str(
                            bytes(stored.stored)
                            if isinstance(stored.stored, memoryview)
                            else stored.stored
                        )
                        key = told.strip("b'\"").split(":")[1] if "sealed:" in told[:10] else ""
                        found[key] = found.get(key, 0) + 1
    return found


async def people(store: Store, records: Records, number: int) -> list[User]:
    added = [
        records.user(payment_method=f"pm_{one}", payout_account=f"acct_{one}")
        for one in range(number)
    ]
    async with store.transaction():
        for user in added:
            await store.users.add(user)
            await store.addresses.add(records.address(user.id))
            await store.known_places.put(user.id, [KnownPlace("a" * 64, user.created_at)])
    return added


async def test_what_was_plain_is_sealed_then_sealed_anew_and_opened_again(
    any_url: str, clock: VirtualClock, ids: SeededIds, records: Records
) -> None:
    async with opened(any_url, PLAIN, clock, ids) as (database, store):
        known = await people(store, records, 150)
        assert set(await beginnings(database)) == {""}
    for cipher, key in ((UNDER_OLD, "old"), (UNDER_NEW, "new"), (BACK, "")):
        async with opened(any_url, cipher, clock, ids) as (database, store):
            # While both are there, an email is found and taken under any of them.
            assert await store.users.find_by_email(known[0].email) == known[0]
            with pytest.raises(EmailTaken):
                async with store.transaction():
                    await store.users.add(records.user(email=known[1].email))
            done = await rotated(database)
            assert done.is_complete
            assert done.values >= 150 * 11
            assert set(await beginnings(database)) == {key}
            assert await noted_keys(database) == ([key] if key else [])
            assert (await rotated(database)).values == 0
            for user in known[::50]:
                assert await store.users.get(user.id) == user
                assert await store.users.find_by_email(user.email) == user
                assert len(await store.addresses.of(user.id)) == 1
                assert len(await store.known_places.of(user.id)) == 1
    async with opened(any_url, PLAIN, clock, ids) as (_, store):
        assert await store.users.get(known[0].id) == known[0]


async def test_no_write_is_lost_beside_a_rotation_that_is_interrupted(
    any_url: str, clock: VirtualClock, ids: SeededIds, records: Records
) -> None:
    async with opened(any_url, UNDER_OLD, clock, ids) as (_, store):
        known = await people(store, records, 250)
    async with (
        opened(any_url, UNDER_NEW, clock, ids) as (database, store),
        opened(any_url, UNDER_NEW, clock, ids) as (other, _),
    ):
        rotation = asyncio.create_task(rotated(other))
        written: dict[int, User] = {}
        for number in range(0, 250, 3):
            renamed = replace(await store.users.get(known[number].id), first_name=f"New {number}")
            async with store.transaction():
                await store.users.save(renamed)
            written[number] = renamed
            if number == 60:  # as a kill would
                rotation.cancel()
                await asyncio.gather(rotation, return_exceptions=True)
                rotation = asyncio.create_task(rotated(other))
        assert (await rotation).is_complete
        assert set(await beginnings(database)) == {"new"}
        for number, user in enumerate(known):
            assert await store.users.get(user.id) == written.get(number, user)


async def test_a_start_without_a_key_in_use_is_refused_by_its_name(
    url: str, clock: VirtualClock, ids: SeededIds, records: Records
) -> None:
    async with opened(url, UNDER_OLD, clock, ids) as (_, store):
        [user] = await people(store, records, 1)
    for cipher in (PLAIN, AesCipher({"new": NEW}, "new")):
        with pytest.raises(ValueError, match=r"encryption\.keys lacks 'old'"):
            async with opened(url, cipher, clock, ids):
                pass
        async with SqlDatabase(url, cipher=cipher) as database:
            with pytest.raises(KeyMissing, match="'old'"):
                await build_sql_store(database, clock=clock, ids=ids).users.get(user.id)


async def test_a_value_of_another_row_and_a_wrong_hash_are_found(
    url: str, clock: VirtualClock, ids: SeededIds, records: Records
) -> None:
    async with opened(url, UNDER_OLD, clock, ids) as (database, store):
        one, other = await people(store, records, 2)
        # As somebody does who can write to the database, and has no key.
        names = users.alias("names")
        theirs = select(type_coerce(names.c.first_name, String())).where(names.c.id == other.id)
        moved = Statement(
            update(users)
            .where(users.c.id == one.id)
            .values(first_name=theirs.scalar_subquery(), email_lookup="nobody")
        )
        async with database.transaction():
            await database.execute(moved)
        async with store.snapshots() as snapshot:
            found = [value async for value in snapshot.unopened()]
        assert {value.what for value in found} == {f"users {one.id}"}
        email, first_name = (value.problem for value in found)
        assert email == "email is not found by its hash"
        assert first_name.startswith("first_name does not open: a value of users.first_name in row")
        with pytest.raises(SealBroken, match=str(one.id)):
            await store.users.get(one.id)


@pytest.mark.real
async def test_a_row_that_another_transaction_has_locked_is_not_taken_for_sealed(
    postgres_url: str, clock: VirtualClock, ids: SeededIds, records: Records
) -> None:
    async with opened(postgres_url, UNDER_OLD, clock, ids) as (_, store):
        [user] = await people(store, records, 1)
    async with (
        opened(postgres_url, UNDER_NEW, clock, ids) as (database, _),
        opened(postgres_url, UNDER_NEW, clock, ids) as (other, store),
    ):
        async with store.transaction():
            await store.users.get(user.id)  # locks it
            done = await rotated(database)
            assert (done.is_complete, done.removable) == (False, ())
            assert await noted_keys(database) == ["new", "old"]
        assert (await rotated(other)).is_complete
        assert await noted_keys(database) == ["new"]


async def test_a_start_with_another_secret_of_a_key_is_refused(
    url: str, clock: VirtualClock, ids: SeededIds, records: Records
) -> None:
    async with opened(url, UNDER_OLD, clock, ids) as (_, store):
        await people(store, records, 1)
    for current in ("old", "new", None):
        wrong = AesCipher({"old": b"w" * 32, "new": NEW}, current)
        with pytest.raises(ValueError, match=r"encryption\.keys has another secret of 'old'"):
            async with opened(url, wrong, clock, ids):
                pass


async def test_a_session_is_known_by_its_source_under_any_key(
    any_url: str, clock: VirtualClock, ids: SeededIds, records: Records
) -> None:
    async with opened(any_url, PLAIN, clock, ids) as (_, store):
        [user] = await people(store, records, 1)
        session = Session(SessionId(ids.new()), user.id, clock.now(), source="192.0.2.77")
        async with store.transaction():
            await store.sessions.add(session)
    for cipher in (UNDER_OLD, UNDER_NEW):
        async with opened(any_url, cipher, clock, ids) as (database, store):
            assert await store.sessions.is_from(user.id, "192.0.2.77")
            assert (await rotated(database)).is_complete
            assert await store.sessions.is_from(user.id, "192.0.2.77")
            assert not await store.sessions.is_from(user.id, "192.0.2.78")
            assert await store.sessions.get(session.id) == session


@pytest.mark.real
async def test_no_key_is_removable_while_a_process_that_stores_nothing_has_another_one(
    postgres_url: str,
) -> None:
    idle = "solebook trade,webhooks on vm"
    for cipher in (UNDER_OLD, BACK):
        async with (
            open_sql_database(postgres_url, migrate=False, who=idle, cipher=cipher) as process,
            open_sql_database(postgres_url, migrate=False, cipher=UNDER_NEW) as database,
        ):
            await noted_keys(process)
            done = await rotated(database)
            assert (done.is_complete, done.removable, done.elsewhere) == (False, (), (idle,))
            assert "new" in await noted_keys(database)
        async with open_sql_database(
            postgres_url, migrate=False, who=idle, cipher=UNDER_NEW
        ) as database:
            done = await rotated(database)
            assert (done.is_complete, done.removable, done.elsewhere) == (True, ("old",), ())


@pytest.mark.real
async def test_a_process_of_a_version_without_marks_is_seen_by_a_migration(
    postgres_url: str,
) -> None:
    for name in ("solebook letters on vm", marked("solebook letters on vm", UNDER_OLD)):
        async with SqlDatabase(postgres_url, name=name) as process:
            await noted_keys(process)
            with pytest.raises(WrongSchema, match="database: solebook letters on vm; stop it"):
                async with kept_stopped(postgres_url):
                    pass
