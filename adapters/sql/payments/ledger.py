"""The double-entry ledger, in SQL."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import BigInteger, bindparam, cast, func, literal_column, select

from ....ports.language.ids import OrderId
from ....ports.language.ledger_lines import LedgerLine
from ....ports.language.money import Cents
from ....ports.language.payments import Account, AccountKind, Entry, Transfer
from ....ports.language.reconciliation import Posted
from ....ports.payments import Ledger
from ..engine.constructs import insert_or_skip
from ..engine.database import SqlDatabase
from ..engine.statement import Statement, insert_row
from ..schema import ledger_entries, ledger_transfers

_sum = func.sum(ledger_entries.c.amount)
_total = cast(func.coalesce(_sum, 0), BigInteger).label("total")
_of_account = (ledger_entries.c.kind == bindparam("kind")) & (
    ledger_entries.c.owner == bindparam("owner")
)

_ADD_UNLESS_KNOWN = Statement(insert_or_skip(ledger_transfers, ledger_transfers.c.id))
_ADD_TRANSFER = Statement(insert_row(ledger_transfers))
_ADD_ENTRY = Statement(insert_row(ledger_entries))
_BALANCE = Statement(select(_total).where(_of_account))
_BALANCE_IF_USED = Statement(select(cast(_sum, BigInteger).label("total")).where(_of_account))
_OPEN_ACCOUNTS = Statement(
    select(ledger_entries.c.owner, _total)
    .where(ledger_entries.c.kind == bindparam("kind"), ledger_entries.c.owner > bindparam("after"))
    .group_by(ledger_entries.c.owner)
    .having(_sum != literal_column("0"))
    .order_by(ledger_entries.c.owner)
    .limit(bindparam("limit"))
)
_TOTALS = Statement(select(ledger_entries.c.kind, _total).group_by(ledger_entries.c.kind))
_ENTRIES = Statement(
    select(ledger_entries)
    .join(ledger_transfers, ledger_transfers.c.id == ledger_entries.c.transfer_id)
    .where(ledger_transfers.c.order_id == bindparam("order_id"))
    .order_by(ledger_entries.c.sequence)
)
_MOVED = (
    select(ledger_entries.c.sequence, ledger_entries.c.transfer_id)
    .where(
        ledger_entries.c.kind == AccountKind.WORLD,
        ledger_entries.c.sequence > bindparam("after"),
    )
    .order_by(ledger_entries.c.sequence)
    .limit(bindparam("limit"))
    .subquery()
)
_MOVED_AFTER = Statement(
    select(
        _MOVED.c.sequence.label("moved"),
        ledger_transfers.c.order_id,
        ledger_transfers.c.at,
        ledger_entries,
    )
    .join(ledger_transfers, ledger_transfers.c.id == _MOVED.c.transfer_id)
    .join(ledger_entries, ledger_entries.c.transfer_id == _MOVED.c.transfer_id)
    .order_by(_MOVED.c.sequence, ledger_entries.c.sequence)
)
_LINES = Statement(
    select(ledger_entries, ledger_transfers.c.order_id, ledger_transfers.c.at)
    .join(ledger_transfers, ledger_transfers.c.id == ledger_entries.c.transfer_id)
    .where(_of_account, ledger_entries.c.sequence > bindparam("after"))
    .order_by(ledger_entries.c.sequence)
    .limit(bindparam("limit"))
)
_FIND = Statement(
    select(ledger_transfers.c.order_id, ledger_transfers.c.at, ledger_entries)
    .join(ledger_transfers, ledger_transfers.c.id == ledger_entries.c.transfer_id)
    .where(ledger_entries.c.transfer_id == bindparam("transfer_id"))
    .order_by(ledger_entries.c.sequence)
)


class SqlLedger(Ledger):
    """Transfers by id, and their entries in the sequence of insertion."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def post(self, transfer: Transfer) -> bool:
        added = await self._database.execute(_ADD_UNLESS_KNOWN, **_values(transfer))
        if added:
            self._database.execute_later(_ADD_ENTRY, _entries(transfer))
        return bool(added)

    async def append(self, transfer: Transfer) -> None:
        self._database.execute_later(_ADD_TRANSFER, [_values(transfer)])
        self._database.execute_later(_ADD_ENTRY, _entries(transfer))

    async def find(self, transfer_id: str) -> Transfer | None:
        rows = await self._database.rows(_FIND, transfer_id=transfer_id)
        if not rows:
            return None
        entries = tuple(Entry(Account(row.kind, row.owner), row.amount) for row in rows)
        return Transfer(transfer_id, rows[0].order_id, rows[0].at, entries)

    async def balance(self, account: Account) -> Cents:
        [row] = await self._database.rows(_BALANCE, kind=account.kind, owner=account.owner)
        total: Cents = row.total
        return total

    async def lock(self, *accounts: Account) -> Sequence[Cents]:
        await self._database.lock(*map(_name_of, accounts))
        return [await self.balance(account) for account in accounts]

    async def lock_used(self, account: Account) -> Cents | None:
        await self._database.lock(_name_of(account))
        [row] = await self._database.rows(_BALANCE_IF_USED, kind=account.kind, owner=account.owner)
        total: Cents | None = row.total
        return total

    async def open_accounts(
        self, kind: AccountKind, limit: int, after: str = ""
    ) -> Sequence[tuple[str, Cents]]:
        rows = await self._database.rows(_OPEN_ACCOUNTS, kind=kind, after=after, limit=limit)
        return [(row.owner, row.total) for row in rows]

    async def moved_after(self, sequence: int, limit: int) -> Sequence[Posted]:
        rows = await self._database.rows(_MOVED_AFTER, after=sequence, limit=limit)
        found = []
        for moved, of_transfer in groupby(rows, key=lambda row: row.moved):
            entries = list(of_transfer)
            first = entries[0]
            transfer = Transfer(
                first.transfer_id,
                first.order_id,
                first.at,
                tuple(Entry(Account(row.kind, row.owner), row.amount) for row in entries),
            )
            found.append(Posted(moved, transfer))
        return found

    async def lines(self, account: Account, limit: int, after: int = 0) -> Sequence[LedgerLine]:
        rows = await self._database.rows(
            _LINES, kind=account.kind, owner=account.owner, after=after, limit=limit
        )
        return [
            LedgerLine(row.sequence, row.transfer_id, row.order_id, row.at, account, row.amount)
            for row in rows
        ]

    async def totals(self) -> dict[AccountKind, Cents]:
        return {row.kind: row.total for row in await self._database.rows(_TOTALS)}

    async def entries(self, order_id: OrderId) -> Sequence[Entry]:
        rows = await self._database.rows(_ENTRIES, order_id=order_id)
        return [Entry(Account(row.kind, row.owner), row.amount) for row in rows]


def _name_of(account: Account) -> str:
    """Return the name of an account's lock."""
    return f"account {account.kind} {account.owner}"


def _values(transfer: Transfer) -> dict[str, Any]:
    return {"id": transfer.id, "order_id": transfer.order_id, "at": transfer.at}


def _entries(transfer: Transfer) -> list[dict[str, Any]]:
    return [
        {
            "transfer_id": transfer.id,
            "kind": entry.account.kind,
            "owner": entry.account.owner,
            "amount": entry.amount,
        }
        for entry in transfer.entries
    ]
