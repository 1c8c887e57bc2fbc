"""Ports that fail, hang or take their time, for what goes wrong in an exchange."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from solebook.adapters.decorators.forwarding_books import ForwardingBooks
from solebook.adapters.memory.messengers import MemoryMailer
from solebook.composition.adapters import Store
from solebook.ports.books import Books
from solebook.ports.language.batch import Batch, Ownership
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.mail import Mail, Undeliverable
from solebook.ports.language.messages import Message
from solebook.ports.language.waiting_work import WaitingInStore
from solebook.ports.outbox import Outbox
from solebook.ports.waiting_work import WaitingWork


class Held(ForwardingBooks):
    """Books whose commits fail, take their time, or hang."""

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self.seconds = 0.0
        self.is_away = False

    async def commit(self, ownership: Ownership, batch: Batch) -> None:
        if self.is_away:
            raise Unavailable(what="the store")
        await asyncio.sleep(self.seconds)
        await super().commit(ownership, batch)


def held_books() -> tuple[list[Held], Callable[[Store], Store]]:
    """Return what puts books into a store that a test may hold, and a list of these."""
    made: list[Held] = []

    def change(store: Store) -> Store:
        made.append(Held(store.books))
        return replace(store, books=made[0])

    return made, change


class Broken(MemoryMailer):
    """A mailer with a defect."""

    async def send(self, message: Mail) -> list[Undeliverable]:
        raise RuntimeError("there is no such template")


class AwayOutbox(Outbox):
    """An outbox in a store that does not answer."""

    async def unsent(self, *_: object, **__: object) -> list[Message]:
        raise Unavailable(what="the store")


class AwayWork(WaitingWork):
    """What waits in a store that does not answer."""

    async def view(self, most: int) -> WaitingInStore:
        raise Unavailable(what="the store")


class Away(MemoryMailer):
    """A mail server that does not answer."""

    async def send(self, message: Mail) -> list[Undeliverable]:
        raise Unavailable(what="the mail server")
