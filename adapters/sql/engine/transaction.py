"""Transactions of a SQL database."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from ....ports.transaction import Transaction
from .database import SqlDatabase


class SqlTransaction(Transaction):
    """A database transaction that begins with the first call inside the outermost block."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    def __call__(self) -> AbstractAsyncContextManager[None]:
        return self._database.transaction()

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        return self._database.savepoint()

    @property
    def is_open(self) -> bool:
        return self._database.in_transaction

    def announce(self, call: Callable[[], None]) -> None:
        self._database.announce(call)
