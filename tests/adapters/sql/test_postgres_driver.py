"""How the SQL store is connected to PostgreSQL, and what its failures are to the application."""

import asyncio
import gc
import traceback
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.engine.limits import Limits
from solebook.adapters.sql.engine.postgres_connection import PostgresConnection
from solebook.adapters.sql.engine.statement import Statement, insert_row
from solebook.adapters.sql.migrate import WrongSchema, migrate, require_current
from solebook.adapters.sql.schema import users
from solebook.composition.adapters import Store
from solebook.composition.sql_store import build_sql_store
from solebook.ports.language.errors import EmailTaken, Unavailable
from solebook.ports.language.users import User

from ...ports.records import Records
from ...postgres_server import PostgresServer, running_postgres

PATIENCE = 30.0


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[SqlDatabase]:
    async with SqlDatabase(postgres_url) as database:
        yield database


@pytest.fixture
async def admin(postgres_url: str) -> AsyncIterator[PostgresConnection]:
    """A connection beside the store's."""
    connection = await PostgresConnection.open(postgres_url, Limits())
    yield connection
    await connection.close()


async def end_others(admin: PostgresConnection) -> None:
    """End all connections of the store, as a restart of the server does."""
    await admin.fetch(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        (),
    )


async def until_somebody_waits(admin: PostgresConnection) -> None:
    while not (await admin.fetch("SELECT count(*) FROM pg_locks WHERE NOT granted", ()))[0][0]:
        pass  # each look is a call to the server, so others get their turn


async def add(store: Store, records: Records) -> None:
    await add_user(store, records.user())


async def add_user(store: Store, user: User) -> None:
    async with store.transaction():
        await store.users.add(user)


# ---- what goes wrong inside ----------------------------------------------------------------------


async def test_a_missing_database_is_named(postgres_url: str) -> None:
    missing = postgres_url.replace("@/", "@/no", 1)
    with pytest.raises(Unavailable) as refused:
        await PostgresConnection.open(missing, Limits())
    assert str(refused.value.__cause__).endswith(" does not exist; check the URL")


async def test_a_deadlock_undoes_one_transaction_and_lets_the_other_commit(
    store: Store, records: Records
) -> None:
    one, other = records.payment(), records.payment()
    async with store.transaction():
        await store.payments.open_or_lock(one)
        await store.payments.open_or_lock(other)
    barrier = asyncio.Barrier(2)

    async def lock_both(first: object, second: object) -> None:
        async with store.transaction():
            await store.payments.open_or_lock(first)  # type: ignore[arg-type]  # two payments
            await barrier.wait()
            await store.payments.open_or_lock(second)  # type: ignore[arg-type]

    async with asyncio.timeout(PATIENCE):
        ended = await asyncio.gather(
            lock_both(one, other), lock_both(other, one), return_exceptions=True
        )
    (undone,) = filter(None, ended)
    assert isinstance(undone, Unavailable)
    assert undone.is_conflict
    await add(store, records)


async def test_a_refused_row_leaves_the_rest_of_the_transaction(
    store: Store, records: Records
) -> None:
    first, second = records.user(), records.user()
    async with store.transaction():
        await store.users.add(first)
        await store.users.add(second)
        with pytest.raises(EmailTaken):
            await store.users.save(replace(second, email=first.email))
        await store.users.save(replace(second, first_name="Changed"))
    assert (await store.users.get(second.id)).first_name == "Changed"


async def test_a_refusal_of_a_row_shows_nothing_of_it(
    database: SqlDatabase, store: Store, records: Records
) -> None:
    user = records.user(email="secret@example.com", password_hash="secret hash")
    await add_user(store, user)
    again = {c.name: getattr(user, c.name, None) for c in users.c}
    again |= {"id": records.user_id(), "roles": "[]"}

    async def insert_again() -> None:
        async with database.transaction():
            await database.execute(Statement(insert_row(users)), **again)

    with pytest.raises(AssertionError, match="uq_users_email") as refused:
        await insert_again()
    assert "secret" not in "".join(traceback.format_exception(refused.value))


async def test_a_row_that_no_other_may_precede_is_a_defect(store: Store, records: Records) -> None:
    with pytest.raises(AssertionError, match="constraint"):
        async with store.transaction():
            await store.sessions.add(records.session(records.user_id()))  # of nobody
    await add(store, records)


async def test_a_statement_that_takes_too_long_is_an_outage(
    postgres_url: str, admin: PostgresConnection
) -> None:
    async with SqlDatabase(postgres_url, Limits(statement=0.05)) as database:
        await admin.begin()
        await admin.fetch("SELECT pg_advisory_xact_lock(hashtextextended('name', 0))", ())
        with pytest.raises(Unavailable):
            async with database.transaction():
                await database.lock("name")
        await admin.rollback()
        async with database.transaction():
            await database.lock("name")


async def test_a_name_is_locked_by_one_transaction_at_a_time(
    database: SqlDatabase, admin: PostgresConnection
) -> None:
    done: list[str] = []

    async def lock(who: str, *names: str) -> None:
        async with database.transaction():
            await database.lock(*names)
            done.append(who)

    async with database.transaction():
        await database.lock("one", "two")
        await asyncio.create_task(lock("other names", "three", "four"))
        second = asyncio.create_task(lock("the same", "two", "one", "two"))
        await until_somebody_waits(admin)
        assert done == ["other names"]
    await asyncio.wait_for(second, PATIENCE)
    assert done == ["other names", "the same"]


# ---- connections that are lost -------------------------------------------------------------------


async def test_a_transaction_whose_connection_is_lost_fails_and_the_next_one_works(
    store: Store, admin: PostgresConnection, records: Records
) -> None:
    user = records.user()

    async def add_and_lose() -> None:
        async with store.transaction():
            await store.users.add(user)
            await end_others(admin)

    with pytest.raises(Unavailable):
        await add_and_lose()
    assert await store.users.find_by_email(user.email) is None
    await add(store, records)


async def test_a_transaction_that_waits_when_its_connection_is_lost_fails(
    store: Store, admin: PostgresConnection, records: Records
) -> None:
    payment = records.payment()
    async with store.transaction():
        await store.payments.open_or_lock(payment)

    async def lock() -> None:
        async with store.transaction():
            await store.payments.open_or_lock(payment)

    await admin.begin()
    await admin.fetch("SELECT 1 FROM payments FOR UPDATE", ())
    waiting = asyncio.create_task(lock())
    await until_somebody_waits(admin)
    await end_others(admin)
    with pytest.raises(Unavailable):
        await asyncio.wait_for(waiting, PATIENCE)
    await admin.rollback()
    await lock()


async def test_a_long_statement_on_a_lost_connection_is_an_outage_and_nothing_else(
    postgres_url: str, admin: PostgresConnection, recwarn: pytest.WarningsRecorder
) -> None:
    connection = await PostgresConnection.open(postgres_url, Limits())
    await end_others(admin)
    for call in (connection.execute, connection.fetch_written):
        with pytest.raises(Unavailable):
            await call("SELECT 1", (), long=True)
    gc.collect()
    assert not list(recwarn), "a call of the driver was never awaited"


async def test_connections_that_were_lost_while_idle_are_replaced(
    store: Store, admin: PostgresConnection, records: Records
) -> None:
    await add(store, records)
    await end_others(admin)
    for _ in range(3):
        await asyncio.sleep(0.01)  # until the end of the socket has arrived
    await add(store, records)


async def test_a_cancelled_call_frees_its_connection(
    postgres_url: str, admin: PostgresConnection
) -> None:
    async with SqlDatabase(postgres_url, Limits(connections=1, patience=5)) as database:
        await admin.begin()
        await admin.fetch("SELECT pg_advisory_xact_lock(hashtextextended('name', 0))", ())

        async def lock() -> None:
            async with database.transaction():
                await database.lock("name")

        waiting = asyncio.create_task(lock())
        await until_somebody_waits(admin)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(waiting, PATIENCE)
        await admin.rollback()
        await lock()


async def test_who_waits_too_long_for_a_connection_is_refused(
    postgres_url: str, clock: VirtualClock, ids: SeededIds, records: Records
) -> None:
    limits = Limits(connections=1, patience=0.05)
    async with SqlDatabase(postgres_url, limits) as database:
        store = build_sql_store(database, clock=clock, ids=ids)
        async with store.transaction():
            await store.users.add(records.user())
            with pytest.raises(Unavailable):
                await asyncio.create_task(store.users.find_by_email("nobody@example.com"))
        assert await store.users.find_by_email("nobody@example.com") is None


async def test_more_callers_than_connections_take_turns(
    postgres_url: str, clock: VirtualClock, ids: SeededIds, records: Records
) -> None:
    async with SqlDatabase(postgres_url, Limits(connections=3, patience=PATIENCE)) as database:
        store = build_sql_store(database, clock=clock, ids=ids)
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(add(store, records) for _ in range(30)))


# ---- servers -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """A server that a test may kill."""
    with running_postgres() as server:
        yield server


@pytest.mark.real
async def test_a_killed_server_is_an_outage_until_it_is_back(
    own_server: PostgresServer, clock: VirtualClock, ids: SeededIds, records: Records
) -> None:
    url = own_server.create_database("killed")
    await migrate(url)
    async with SqlDatabase(url) as database:
        store = build_sql_store(database, clock=clock, ids=ids)
        user = records.user()
        async with store.transaction():
            await store.users.add(user)
        own_server.kill()
        for _ in range(2):
            with pytest.raises(Unavailable):
                await add(store, records)
            with pytest.raises(Unavailable):
                await store.users.get(user.id)
        own_server.start()
        assert await store.users.get(user.id) == user
        await add(store, records)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://nobody@127.0.0.1:1/solebook",
        "postgresql://nobody@/solebook?host=/nowhere",
    ],
)
async def test_a_server_that_is_not_there_is_reported_at_once(
    postgres_server: PostgresServer, url: str
) -> None:
    for call in (migrate, require_current):
        with pytest.raises(Unavailable):
            await call(url)
    with pytest.raises(Unavailable):
        async with SqlDatabase(url):
            pass


async def test_a_database_that_is_missing_is_reported_at_once(
    postgres_server: PostgresServer,
) -> None:
    with pytest.raises(Unavailable) as refused:
        async with SqlDatabase(postgres_server.url("missing")):
            pass
    assert "does not exist" in str(refused.value.__cause__)


async def test_options_that_do_not_exist_are_refused(postgres_server: PostgresServer) -> None:
    with pytest.raises(ValueError, match="sslmode"):
        async with SqlDatabase(f"{postgres_server.url()}&sslmode=maybe"):
            pass


# ---- migrations ----------------------------------------------------------------------------------


@pytest.mark.real
async def test_only_a_migration_makes_tables(own_server: PostgresServer) -> None:
    url = own_server.create_database("fresh")
    with pytest.raises(WrongSchema, match="run `solebook migrate`"):
        await require_current(url)
    await asyncio.gather(migrate(url), migrate(url))  # two at once take turns
    await require_current(url)
    with pytest.raises(WrongSchema, match="give an empty one"):
        await migrate(url, empty=True)


# ---- values --------------------------------------------------------------------------------------


async def test_an_instant_keeps_its_microseconds(
    store: Store, records: Records, clock: VirtualClock
) -> None:
    await clock.advance(timedelta(microseconds=123_457))
    user = replace(records.user(), created_at=clock.now())
    async with store.transaction():
        await store.users.add(user)
    read = await store.users.get(user.id)
    assert read == user
    assert read.created_at.tzinfo is clock.now().tzinfo
