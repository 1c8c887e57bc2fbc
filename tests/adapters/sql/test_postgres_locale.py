"""Texts have the same order in every database: page after page, whatever its locale is."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.migrate import migrate
from solebook.composition.adapters import Store
from solebook.composition.sql_store import build_sql_store
from solebook.ports.language.market import BookKey, Condition, Size
from solebook.ports.language.payments import Account, AccountKind, Entry

from ...ports.records import Records
from ...postgres_server import PostgresServer, new_postgres_of_the_machine

pytestmark = [pytest.mark.real, pytest.mark.integration]

NAMES = ["10", "9", "a", "A", "a-b", "ab", "B", "b c", "_b", "z", "ä", "é", "Z"]
"""English sorts `a-b` after `ab`, `B` after `a` and `ä` before `b`."""
ALPHABETICAL = "LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8' ENCODING 'UTF8'"
ENDS = (
    "SELECT DISTINCT a.attrelid::regclass || '.' || a.attname FROM pg_attribute a"
    " JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid"
    " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
    " AND t.typcategory = 'S' AND a.attcollation <> '\"C\"'::regcollation AND attnum > 0"
)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with new_postgres_of_the_machine() as server:
        server.start()
        yield server


@pytest.fixture(scope="module")
def english_url(server: PostgresServer) -> str:
    """The URL of a database that sorts as English dictionaries do."""
    return server.create_database("english", "template0", ALPHABETICAL)


@pytest.fixture(params=["sqlite", "english"])
def store_url(request: pytest.FixtureRequest) -> str:
    fixture = "url" if request.param == "sqlite" else "english_url"
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture
async def store(store_url: str, clock: VirtualClock, ids: SeededIds) -> AsyncIterator[Store]:
    await migrate(store_url)
    async with SqlDatabase(store_url) as database:
        yield build_sql_store(database, clock=clock, ids=ids)


async def names_of(page: Callable[[str], Awaitable[Sequence[str]]]) -> list[str]:
    """Return the names of all pages."""
    found = [""]
    while names := await page(found[-1]):
        found += names
    return found[1:]


async def test_ledger_accounts_and_transfers_are_paged_by_their_bytes(
    store: Store, records: Records
) -> None:
    async with store.transaction():
        for name in NAMES:
            entries = (
                Entry(Account(AccountKind.PAYABLE, name), 1),
                Entry(Account(AccountKind.WORLD), -1),
            )
            transfer = records.transfer(records.order_id(), id=name, entries=entries)
            await store.ledger.post(transfer)

    async def accounts(after: str) -> list[str]:
        return [
            owner for owner, _ in await store.ledger.open_accounts(AccountKind.PAYABLE, 2, after)
        ]

    assert await names_of(accounts) == sorted(NAMES)
    async with store.snapshots() as snapshot:

        async def transfers(after: str) -> list[str]:
            return [one.id for one in await snapshot.transfers(after, 2)]

        async def sellers(after: str) -> list[str]:
            return [one.seller_id for one in await snapshot.seller_accounts(after, 2)]

        assert await names_of(transfers) == sorted(NAMES)
        assert await names_of(sellers) == sorted(NAMES)


async def test_books_are_listed_by_the_bytes_of_their_size(store: Store, records: Records) -> None:
    product_id = records.product_id()
    sizes = [Size(size) for size in ("10", "10.5", "9", "8W", "8w", "8-W", "XL", "m")]
    async with store.transaction():
        for size in sizes:
            await store.tape.record(records.sale(BookKey(product_id, size, Condition.NEW)))
    summaries = await store.tape.summaries(product_id)
    assert [one.last.book.size for one in summaries] == sorted(sizes)


async def test_every_text_column_sorts_by_bytes(server: PostgresServer, english_url: str) -> None:
    await migrate(english_url)
    assert server.sql(ENDS, "english") == ""


async def test_a_database_that_was_migrated_before_is_sorted_by_bytes_too(
    server: PostgresServer,
) -> None:
    url = server.create_database("earlier", "template0", ALPHABETICAL)
    await migrate(url)
    server.sql("ALTER TABLE ledger_transfers ALTER COLUMN id TYPE varchar", "earlier")
    assert server.sql(ENDS, "earlier")
    await migrate(url)
    assert server.sql(ENDS, "earlier") == ""
