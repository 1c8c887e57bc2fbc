"""Statements: their types, their plans, and that they are for any database."""

import ast
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Dialect, MetaData, String, Table, Uuid, bindparam, select
from sqlalchemy.schema import CreateIndex, CreateTable

from solebook.adapters import sql
from solebook.adapters.sql.engine import postgres, sqlite
from solebook.adapters.sql.engine.sqlite import DIALECT
from solebook.adapters.sql.engine.statement import Statement, insert_row, update_row
from solebook.adapters.sql.schema import metadata
from solebook.adapters.sql.schema.columns import Counter, Instant

things = Table(
    "things",
    MetaData(),
    Column("number", Counter, primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("at", Instant),
    Column("word", String),
)


FOLDER = Path(next(iter(sql.__path__)))


OF_ONE_DATABASE = ("sqlite", "postgres")
"""What the names of modules begin with that are for one database only."""


def statements(database: str = "") -> Iterator[tuple[str, Statement]]:
    """Every statement for any database, or for only one, by the name that it has in its module."""
    for path in sorted(FOLDER.glob("*/*.py")):
        if path.parent.name in ("schema", "migrations"):
            continue
        if path.name.startswith(database or OF_ONE_DATABASE) != bool(database):
            continue
        module = import_module(f"{sql.__name__}.{path.parent.name}.{path.stem}")
        for name, value in vars(module).items():
            found = value.values() if isinstance(value, dict) else value
            for number, one in enumerate(found if isinstance(value, list | dict) else [value]):
                if isinstance(one, Statement):
                    yield f"{path.stem}.{name}.{number}", one


STATEMENTS = dict(statements())


# ---- types ---------------------------------------------------------------------------------------


OFFSETS = st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))
INSTANTS = st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30), timezones=OFFSETS)  # noqa: DTZ001  # hypothesis adds it


@settings(max_examples=50)
@given(
    id_=st.uuids(),
    at=st.none() | INSTANTS,
    word=st.none() | st.text(st.characters(codec="utf-8")),
)
def test_values_are_read_back_as_they_were_written(
    id_: object, at: datetime | None, word: str | None
) -> None:
    add = Statement(insert_row(things)).compiled(DIALECT)
    read = Statement(select(things)).compiled(DIALECT)
    database = sqlite3.connect(":memory:")
    database.execute(str(CreateTable(things).compile(dialect=DIALECT)))
    database.execute(add.sql, add.write({"id": id_, "at": at, "word": word}))
    (row,) = read.read(database.execute(read.sql, read.write({})))
    database.close()
    assert row == (1, id_, at, word)
    assert row.at is None or row.at.tzinfo is UTC


def test_instants_are_kept_in_utc_and_sort_as_text() -> None:
    write = Statement(insert_row(things)).compiled(DIALECT).write
    noon = datetime(2026, 3, 2, 12, tzinfo=timezone(timedelta(hours=2)))
    texts = [
        write({"id": None, "at": noon + timedelta(microseconds=step), "word": None})[1]
        for step in (0, 1, 10, 1_000_000)
    ]
    assert texts[0] == "2026-03-02 10:00:00.000000"
    assert texts == sorted(texts)


def test_an_instant_without_a_zone_is_a_defect() -> None:
    write = Statement(insert_row(things)).compiled(DIALECT).write
    with pytest.raises(AssertionError, match="time zone"):
        write({"id": None, "at": datetime(2026, 3, 2, 12), "word": None})  # noqa: DTZ001  # on purpose


def test_a_row_is_updated_by_its_key_alone() -> None:
    update = Statement(update_row(things)).compiled(DIALECT)
    assert "WHERE things.number = ?" in update.sql
    assert "SET id=?, at=?, word=?" in update.sql


def test_rows_are_locked_inside_a_transaction_and_only_read_outside() -> None:
    found = Statement(select(things), locks=True)
    inside = found.compiled(postgres.DIALECT, in_transaction=True).sql
    assert inside.endswith("FOR NO KEY UPDATE")
    assert "FOR" not in found.compiled(postgres.DIALECT, in_transaction=False).sql.split()
    assert "FOR" not in Statement(select(things)).compiled(postgres.DIALECT).sql.split()


def test_a_constant_needs_no_value() -> None:
    found = select(things.c.id).where(things.c.number > 5, things.c.word == bindparam("word"))
    assert Statement(found).compiled(DIALECT).write({"word": "a"}) == [5, "a"]


# ---- every statement -----------------------------------------------------------------------------


def plan(database: sqlite3.Connection, statement: Statement) -> list[str]:
    compiled = statement.compiled(DIALECT)
    values = [None] * compiled.sql.count("?")
    return [row[3] for row in database.execute("EXPLAIN QUERY PLAN " + compiled.sql, values)]


@pytest.fixture(scope="module")
def tables(empty_database: Path) -> Iterator[sqlite3.Connection]:
    database = sqlite3.connect(empty_database)
    yield database
    database.close()


# Those that have to look at every row: of the turnovers, of the ledger, of what rests, of the halts
# that stand, what a verification compares, and what divides the books anew.
LOOKING_AT_ALL = {
    "books._ALL_SHARDS.0",
    "exchange_terms._DENOMINATE.0",
    "exchange_terms._DIVIDE.0",
    "sent_messages._BACK.0",
    "sent_messages._EMPTY.0",
    "books._BOOKS.0",
    "books._RESTING.0",
    "books._WAITING.0",
    "books.STANDING.0",
    "halts.STANDING.0",
    "ledger._TOTALS.0",
    "orders._COUNT.0",
    "reconciliation._BETWEEN.0",
    "references._DEFAULTS_AND_CARDS.0",
    "reconciliation._NOT_READ.0",
    "snapshots._MOVEMENTS.0",
    "references._PLACES_FOR_NOTHING.0",
    "snapshots.STANDING.0",
    "snapshots._RULES.0",
    "snapshots._SELLERS.0",
    "snapshots._SIZE.0",
    "stored_sums._DISPUTES.0",
    "stored_sums._QUARTERS.0",
    "stored_sums._SHARDS.0",
    "stored_sums._TURNOVERS.0",
    "stored_books.STANDING.0",
    "turnovers._SUMMARIES.0",
    "waiting_messages._KEYS.0",
    "waiting_messages._REPORTED.0",
    "webhook_archive._COUNTS.0",
}
# Those whose rows are walked in the order of an index until there are enough.
IN_ORDER = {
    "chart_backlog._COUNT.0",
    "chart_backlog._FIRST.0",
    "chart_backlog._FIRST_PAGE.0",
    "books._NEWEST_MATCH.0",
    "stored_instants._LATEST.0",
    "authentication_tasks._PAGE.0",
    "dead_letters._PAGE.0",
    "deliveries._OLDEST.0",
    "exchange_clock._ALL.0",
    "orders._ALL.0",
    "outbox._UNSENT.0",
    "products._PAGE.0",
    "recipients._ADMINS.0",
    "reconciliation._BEFORE_LAST.0",
    "reconciliation._PAGE.0",
    "sealing_keys._ALL.0",
    "alarms._PAGE.0",
    "alarms._PAGE_OF_OPEN.0",
    "waiting_work._ALARMS.0",
    "waiting_work._DEAD.0",
    "waiting_work._DEADLINE.0",
    "waiting_work._OLDEST_UNSENT.0",
    "waiting_work._UNCHARGED.0",
    "waiting_work._UNSENT.0",
}


@pytest.mark.parametrize("name", sorted(STATEMENTS.keys() - LOOKING_AT_ALL - IN_ORDER))
def test_no_statement_reads_a_whole_table(tables: sqlite3.Connection, name: str) -> None:
    for step in plan(tables, STATEMENTS[name]):
        small = ("json_each", "(subquery", "anon", "first", "CONSTANT ROW")
        scanned = step.removeprefix("SCAN ")
        assert scanned == step or scanned.startswith(small), step


PAGED = ("_PAGE", "_ALL", "_OF_SELLER", "_SALES", "_IN_APP", "._UNREAD")


@pytest.mark.parametrize("name", sorted(n for n in STATEMENTS if any(page in n for page in PAGED)))
def test_a_page_is_found_by_an_index_and_needs_no_sorting(
    tables: sqlite3.Connection, name: str
) -> None:
    assert not any("TEMP B-TREE" in step for step in plan(tables, STATEMENTS[name]))


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("quotes._OF_USER.0", "ix_bids_user_id_id (user_id=? AND id<?)"),
        ("quotes._OF_USER.1", "ix_asks_user_id_id (user_id=? AND id<?)"),
        ("quotes._OF_USER.0", "ix_ended_quotes_user_id_side_id (user_id=? AND side=? AND id<?)"),
        ("quotes._OVERDUE.0", "ix_asks_active_until (expires_at<?)"),
        ("books._RESTING_IN.0", "ix_bids_active_in_book (product_id=? AND size=? AND condition=?)"),
        ("books._BOOKS.0", "INDEX ix_bids_active_in_book"),
        (
            "books._OPEN_QUOTES.0",
            "COVERING INDEX ix_bids_active_of_user (user_id=? AND status=?)",
        ),
        (
            "books._OPEN_QUOTES.0",
            "COVERING INDEX ix_asks_waiting_of_user (user_id=? AND status=?)",
        ),
        ("books._STANDING_OF.0", "ix_asks_active_of_user (user_id=? AND status=?)"),
        (
            "stored_books._LEVELS.0",
            "ix_asks_active_in_book (product_id=? AND size=? AND condition=?)",
        ),
        ("stock._LEVELS.0", "ix_asks_active_in_book (product_id=?)"),
        ("stock._LEVELS.0", "ix_reservations_reserved (product_id=?)"),
        ("tape._SALES.0", "ix_sales_of_product (product_id=? AND order_id<?)"),
        ("tape._SALES_OF_SIZE.0", "ix_sales_of_size (product_id=? AND size=? AND order_id<?)"),
        ("turnovers._SUMMARIES_OF_SIZES.0", "PRIMARY KEY (product_id=? AND size=?)"),
        (
            "turnovers._SUMMARIES_OF_SIZES.0",
            "INDEX ix_sales_of_book (product_id=? AND size=? AND condition=?)",
        ),
        ("turnovers._COUNTS.0", "PRIMARY KEY (product_id=?)"),
        ("orders._OF_USER.0", "ix_orders_buyer_id_id (buyer_id=? AND id<?)"),
        ("orders._OF_USER.0", "ix_orders_seller_id_id (seller_id=? AND id<?)"),
        ("orders._ALL.1", "ix_orders_status_id (status=? AND id<?)"),
        ("portfolios._HOLDINGS_PAGE.0", "ix_orders_buyer_id_id (buyer_id=? AND id<?)"),
        (
            "portfolios._HOLDINGS_PAGE.0",
            "ix_sales_of_book (product_id=? AND size=? AND condition=?)",
        ),
        ("portfolios._VALUES.0", "ix_orders_buyer_id_id (buyer_id=?)"),
        (
            "portfolios._VALUES.0",
            "ix_sales_of_book (product_id=? AND size=? AND condition=? AND sold_at<?)",
        ),
        ("notifications._IN_APP.0", "ix_notifications_in_app (user_id=? AND id<?)"),
        ("notifications._UNREAD.0", "ix_notifications_unread (user_id=? AND id<?)"),
        ("notifications._COUNT_UNREAD.0", "ix_notifications_unread (user_id=?)"),
        ("notifications._FORGET.0", "ix_notifications_created_at (created_at<?)"),
        ("inbox._FORGET.0", "ix_inbox_at (at<?)"),
        ("idempotency_keys._FORGET.0", "ix_idempotency_keys_answered_at (answered_at<?)"),
        ("sessions._FORGET_TOKENS.0", "ix_refresh_tokens_expires_at (expires_at<?)"),
        ("outgoing_webhooks._FORGET.0", "ix_outgoing_webhooks_created_at (created_at<?)"),
        ("webhook_archive._NEEDLESS.0", "ix_kept_webhooks_received_at (received_at<?)"),
        ("webhook_archive._FORGET_BODIES.0", "ix_kept_webhooks_received_at (received_at<?)"),
        ("quote_archive._ARE_OVER.0", "ix_bids_over (created_at<?)"),
        ("quote_archive._ARE_OVER.1", "ix_asks_over (created_at<?)"),
        ("quote_archive._ARE_TRADED.1", "ix_asks_matched (created_at<?)"),
        ("quote_archive._FORGET.0", "ix_ended_quotes_without_match (expires_at<?)"),
        ("quote_archive._FORGET.0", "ix_matches_unwound_ask_id (ask_id=?)"),
        ("payouts._OF_SELLER.0", "ix_payouts_seller_id_order_id (seller_id=? AND order_id<?)"),
        (
            "lines._FIRST.0",
            "ix_turns_line (queue=? AND priority=? AND due_at<?)",
        ),
        ("lines._FIRST.0", "ix_deliveries_of_turn (queue=? AND priority=? AND turn=?)"),
        ("outbox._UNSENT_OF_PRIORITY.0", "ix_outbox_priority_sequence (priority=?)"),
        ("lines._JOIN_WITH_NEXT.0", "ix_deliveries_of_turn (queue=? AND priority=? AND turn=?)"),
        ("price_alerts._OF_USER.0", "ix_price_alerts_user_id_id (user_id=? AND id<?)"),
        (
            "price_alerts._CONCERNED.0",
            "ix_price_alerts_in_book (product_id=? AND size=? AND condition=? AND price>? AND",
        ),
        ("price_alerts._MISSED.0", "ix_price_alerts_missed (told_at<?)"),
        ("charge_backlog._WAITS.0", "ix_payments_untried (created_at<?)"),
        ("charge_backlog._WAITS.0", "ix_deliveries_failed (key=?)"),
        (
            "charge_backlog._WAITS.0",
            "ix_payments_buyer_id_answered_at (buyer_id=? AND answered_at>?)",
        ),
        ("declines._SINCE.0", "ix_declines_that_count (buyer_id=? AND at>?)"),
        ("deadlines._DUE.0", "ix_deadlines_due_at (due_at<?)"),
        ("ledger._BALANCE.0", "COVERING INDEX ix_ledger_entries_kind_owner_amount"),
        ("ledger._OPEN_ACCOUNTS.0", "COVERING INDEX ix_ledger_entries_kind_owner_amount"),
        ("orders._FROZEN.0", "ix_orders_frozen (id<?)"),
        ("idempotency_keys._FIND.0", "PRIMARY KEY (key=?)"),
        ("seller_records._OF.0", "PRIMARY KEY (seller_id=? AND year>?)"),
    ],
)
def test_frequent_queries_use_an_index(tables: sqlite3.Connection, name: str, index: str) -> None:
    steps = plan(tables, STATEMENTS[name])
    assert any(index in step for step in steps), steps


@pytest.mark.parametrize("dialect", [sqlite.DIALECT, postgres.DIALECT], ids=lambda one: one.name)
def test_every_statement_compiles_for_both_databases(dialect: Dialect) -> None:
    assert len(STATEMENTS) > 200
    for statement in STATEMENTS.values():
        assert statement.compiled(dialect).sql


def test_every_table_can_be_made_in_postgresql() -> None:
    for table in metadata.sorted_tables:
        ddl = str(CreateTable(table).compile(dialect=postgres.DIALECT))
        assert "TIMESTAMP WITHOUT TIME ZONE" not in ddl
        assert " JSON" not in ddl.replace(" JSONB", "")
        for index in table.indexes:
            assert " = 0" not in str(CreateIndex(index).compile(dialect=postgres.DIALECT))


def imports(path: Path) -> set[str]:
    """What a module imports, each as written: `.engine.sqlite.DIALECT`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module or ''}.{alias.name}" for alias in node.names}
    return found


WORDS = (
    *("PRAGMA", "json_each", "json_group_array", "instr("),
    *("jsonb", "date_trunc", "ON CONFLICT", "dialect.name =="),
)


def test_only_two_modules_know_how_the_databases_differ() -> None:
    paths = [*FOLDER.glob("*.py"), *FOLDER.glob("*/*.py")]
    apart = {FOLDER / "engine" / "sqlite.py", FOLDER / "engine" / "postgres.py"}
    for path in set(paths) - apart:
        # A revision says for itself what it does, whatever becomes of the code.
        if path.name.startswith(OF_ONE_DATABASE) or path.parent.name == "migrations":
            continue
        assert not any("sqlalchemy.dialects" in name for name in imports(path)), path
        text = path.read_text(encoding="utf-8")
        assert not [word for word in WORDS if word in text], path


def test_adapters_are_for_any_database() -> None:
    for path in FOLDER.glob("*/*.py"):
        if path.parent.name in ("engine", "schema", "migrations"):
            continue
        if path.name.startswith(OF_ONE_DATABASE):
            continue
        assert not any("engine.sqlite" in one or "engine.postgres" in one for one in imports(path))
