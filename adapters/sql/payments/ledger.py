"""The double-entry ledger, in SQL."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, bindparam, cast, func, literal_column, select

from ....ports.language.ids import OrderId
from ....ports.language.money import Cents
from ....ports.language.payments import Account, AccountKind, Entry, Transfer
from ....ports.payments import Ledger
from ..engine.constructs import insert_or_skip
from ..engine.database import SqlDatabase
from ..engine.statement import Statement, insert_row
from ..schema import ledger_entries, ledger_transfers

_total = cast(func.coalesce(func.sum(ledger_entries.c.amount), 0), BigInteger).label("total")

_ADD_TRANSFER = Statement(insert_or_skip(ledger_transfers, ledger_transfers.c.id))
_ADD_ENTRY = Statement(insert_row(ledger_entries))
_BALANCE = Statement(
    select(_total).where(
        ledger_entries.c.kind == bindparam("kind"), ledger_entries.c.owner == bindparam("owner")
    )
)
_OPEN_ACCOUNTS = Statement(
    select(ledger_entries.c.owner, _total)
    .where(ledger_entries.c.kind == bindparam("kind"), ledger_entries.c.owner > bindparam("after"))
    .group_by(ledger_entries.c.owner)
    .having(func.sum(ledger_entries.c.amount) != literal_column("0"))
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
        added = await self._database.execute(
            _ADD_TRANSFER, id=transfer.id, order_id=transfer.order_id, at=transfer.at
        )
        if not added:
            return False
        rows = [
            {
                "transfer_id": transfer.id,
                "kind": entry.account.kind,
                "owner": entry.account.owner,
                "amount": entry.amount,
            }
            for entry in transfer.entries
        ]
        self._database.execute_later(_ADD_ENTRY, rows)
        return True

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
        names = (f"account {account.kind} {account.owner}" for account in accounts)
        await self._database.lock(*names)
        return [await self.balance(account) for account in accounts]

    async def open_accounts(
        self, kind: AccountKind, limit: int, after: str = ""
    ) -> Sequence[tuple[str, Cents]]:
        rows = await self._database.rows(_OPEN_ACCOUNTS, kind=kind, after=after, limit=limit)
        return [(row.owner, row.total) for row in rows]

    async def totals(self) -> dict[AccountKind, Cents]:
        return {row.kind: row.total for row in await self._database.rows(_TOTALS)}

    async def entries(self, order_id: OrderId) -> Sequence[Entry]:
        rows = await self._database.rows(_ENTRIES, order_id=order_id)
        return [Entry(Account(row.kind, row.owner), row.amount) for row in rows]
