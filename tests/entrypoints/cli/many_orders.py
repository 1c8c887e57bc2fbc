"""Many delivered orders in an exchange on SQLite, copied from one by statements.

To trade them would take minutes.
"""

import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from solebook.ports.language.orders import Order, OrderStatus

from .exchanges import traded

OF_ONE_SELLER = 20
"""How many orders a buyer and a seller have with each other."""

_OF_THE_ORDER = (
    "bids",
    "asks",
    "matches",
    "reservations",
    "orders",
    "order_steps",
    "destinations",
    "payments",
    "authentication_tasks",
    "sales",
    "ledger_transfers",
    "ledger_entries",
    "deadlines",
    "notifications",
    "audit_entries",
)
_OF_THE_PEOPLE = ("users", "addresses", "payment_methods", "seller_quarters")
_NUMBERED = {"bids": 2, "asks": 2, "ledger_entries": 2}
"""How many sequence numbers an order takes."""
_NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT {})"
_LOW = 12
"""How many digits of an id differ in its copies. Written with dashes, they are one group."""


def many_delivered(folder: Path, count: int) -> Order:
    """Have `count` orders be delivered, a multiple of 20, and return the first.

    Verified, they have no errors. What the inbox remembers for a week is not copied.
    """
    order = traded(folder, OrderStatus.DELIVERED)
    with closing(sqlite3.connect(folder / "payment-provider.sqlite3")) as provider:
        _copy_calls(provider, order, count - 1)
        provider.commit()
    with closing(sqlite3.connect(folder / "solebook.sqlite3")) as store:
        store.create_function("charge_of", 1, _charge_of, deterministic=True)
        _copy_people(store, order, count // OF_ONE_SELLER - 1)
        _copy_orders(store, order, count - 1)
        _add_up(store, order, count)
        store.commit()
    return order


def _charge_of(order_id: str) -> str:
    """Return the name that the embedded provider gives to the charge of an order."""
    return f"ch_{sha256(f'{UUID(order_id)}:charge'.encode()).hexdigest()[:24]}"


def _copy_orders(store: sqlite3.Connection, order: Order, count: int) -> None:
    of_pair = [order.buyer_id, order.seller_id]
    for table in _OF_THE_ORDER:
        columns = _columns(store, table)
        any_column = " || ' ' || ".join(f"coalesce({column}, '')" for column in columns)
        rows = store.execute(
            f"SELECT * FROM {table} WHERE instr({any_column}, ?) OR instr({any_column}, ?)",
            (order.id.hex, str(order.id)),
        ).fetchall()
        assert rows, table
        for row in rows:
            values = dict(zip(columns, row, strict=True))
            own = {order.id.hex, order.bid_id.hex, order.ask_id.hex}
            if isinstance(values.get("id"), str) and "-" not in values["id"]:
                own.add(values["id"])
            ids = [(id_, "n") for id_ in own]
            ids += [(person.hex, f"n / {OF_ONE_SELLER}") for person in of_pair]
            _copy(store, table, values, ids, count)


def _copy_people(store: sqlite3.Connection, order: Order, count: int) -> None:
    for person in (order.buyer_id, order.seller_id):
        for table in _OF_THE_PEOPLE:
            columns = _columns(store, table)
            owner = next(name for name in ("user_id", "seller_id", "id") if name in columns)
            rows = store.execute(f"SELECT * FROM {table} WHERE {owner} = ?", (person.hex,))
            for row in rows.fetchall():
                values = dict(zip(columns, row, strict=True))
                own = {person.hex, values.get("id", person.hex)}
                _copy(store, table, values, [(id_, "n") for id_ in own], count)


def _copy_calls(provider: sqlite3.Connection, order: Order, count: int) -> None:
    columns = _columns(provider, "calls")
    for row in provider.execute("SELECT * FROM calls WHERE order_id IS NOT NULL").fetchall():
        values = dict(zip(columns, row, strict=True))
        _copy(provider, "calls", values, [(order.id.hex, "n")], count)


def _copy(
    database: sqlite3.Connection,
    table: str,
    values: dict[str, object],
    ids: list[tuple[str, str]],
    count: int,
) -> None:
    """Insert copies of a row, numbered by n from 1 on, in which each id has its number added."""
    written = [_written(table, column, value, ids) for column, value in values.items()]
    if "charge_id" in values:
        columns = [*values]
        written[columns.index("charge_id")] = f"charge_of({written[columns.index('order_id')]})"
    database.execute(
        f"{_NUMBERS.format(count)} INSERT INTO {table} SELECT {', '.join(written)} FROM numbers"
        " WHERE n <= ?",
        (count,),
    )


def _written(table: str, column: str, value: object, ids: list[tuple[str, str]]) -> str:
    if (table, column) == ("calls", "number"):
        return f"{value} + n"
    if (table, column) == ("sales", "arrival"):
        return f"{value} + n"
    if column == "sequence":
        return f"{value} + {_NUMBERED[table]} * n"
    if not isinstance(value, str):
        return "NULL" if value is None else repr(value)
    text = "'" + value.replace("'", "''") + "'"
    if column in ("email", "email_lookup"):
        return f"n || {text}"
    for id_, number in ids:
        low = id_[-_LOW:]
        if low in value:
            text = f"replace({text}, '{low}', printf('%012x', {int(low, 16)} + {number}))"
    return text


def _columns(database: sqlite3.Connection, table: str) -> list[str]:
    return [name for _, name, *_ in database.execute(f"PRAGMA table_info({table})").fetchall()]


def _add_up(store: sqlite3.Connection, order: Order, count: int) -> None:
    per_seller = OF_ONE_SELLER
    store.execute(
        "UPDATE seller_quarters SET sales = ?, volume = ?", (per_seller, per_seller * order.price)
    )
    store.execute("UPDATE turnovers SET sales = ?, total = ?", (count, count * order.price))
    store.execute("UPDATE engine_shards SET sequence = ?", (2 * count,))
    store.execute("UPDATE search_documents_a SET sales = ?", (count,))
