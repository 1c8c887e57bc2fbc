"""A machine whose process can be killed at any edge of a step. Only its files survive."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from solebook.adapters.embedded.card_vault import EmbeddedCardVault
from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.adapters.embedded.sqlite_journal import SqliteJournal
from solebook.adapters.memory.messengers import (
    MemoryMailer,
    MemoryPushMessenger,
    MemoryTextMessenger,
)
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.engine.sqlite_driver import SqliteDriver
from solebook.adapters.sql.search.postgres_search_index import PostgresSearchIndex
from solebook.adapters.sql.search.sqlite_search_index import SqliteSearchIndex
from solebook.composition.embedded import embedded_adapters
from solebook.composition.in_process_bus import build_in_process_bus
from solebook.composition.sql_store import build_sql_store, open_sql_database
from solebook.ports.language.ids import OrderId
from solebook.ports.language.mail import Mail, Undeliverable
from solebook.ports.language.money import Cents
from solebook.ports.language.payments import (
    AcceptedCharge,
    ChargeOutcome,
    PayoutMade,
    RefundMade,
)
from solebook.ports.messengers import Mailer
from solebook.ports.search_index import SearchIndex

from ..exchange import Exchange, exchange_on
from ..fragile_store import Edges, fragile


@dataclass(frozen=True)
class FragileProvider(EmbeddedPaymentProvider):
    """A process can be killed before it asks the provider, and before it hears the answer."""

    edges: Edges

    async def charge(
        self,
        *,
        key: str,
        order_id: OrderId,
        payment_method: str,
        amount: Cents,
        description: str = "",
        statement: str = "",
    ) -> AcceptedCharge:
        self.edges.reach("before a charge")
        try:
            return await EmbeddedPaymentProvider.charge(
                self, key=key, order_id=order_id, payment_method=payment_method, amount=amount
            )
        finally:
            self.edges.reach("after a charge")

    async def find_charge(self, order_id: OrderId) -> ChargeOutcome | None:
        self.edges.reach("before a charge is looked for")
        found = await EmbeddedPaymentProvider.find_charge(self, order_id)
        self.edges.reach("after a charge was looked for")
        return found

    async def cancel_charge(
        self, order_id: OrderId, charge_id: str | None = None
    ) -> ChargeOutcome | None:
        self.edges.reach("before a charge is cancelled")
        found = await EmbeddedPaymentProvider.cancel_charge(self, order_id, charge_id)
        self.edges.reach("after a charge was cancelled")
        return found

    async def refund(self, *, key: str, charge_id: str, amount: Cents) -> RefundMade:
        self.edges.reach("before a refund")
        made = await EmbeddedPaymentProvider.refund(
            self, key=key, charge_id=charge_id, amount=amount
        )
        self.edges.reach("after a refund")
        return made

    async def pay_out(
        self, *, key: str, order_id: OrderId, account: str, amount: Cents
    ) -> PayoutMade:
        self.edges.reach("before a payout")
        made = await EmbeddedPaymentProvider.pay_out(
            self, key=key, order_id=order_id, account=account, amount=amount
        )
        self.edges.reach("after a payout")
        return made


class FragileMailer(Mailer):
    """A process can be killed before a mail is taken, and before it hears that it was."""

    def __init__(self, mailer: Mailer, edges: Edges) -> None:
        self._mailer = mailer
        self._edges = edges

    async def send(self, mail: Mail) -> Sequence[Undeliverable]:
        self._edges.reach("before a mail")
        lost = await self._mailer.send(mail)
        self._edges.reach("after a mail")
        return lost


# ---- processes -------------------------------------------------------------------------------


@dataclass
class Machine:
    """What survives a process: its files, the time, and what messengers took."""

    folder: Path
    clock: VirtualClock
    ids: SeededIds
    mailer: MemoryMailer = field(default_factory=MemoryMailer)
    text_messenger: MemoryTextMessenger = field(default_factory=MemoryTextMessenger)
    push_messenger: MemoryPushMessenger = field(default_factory=MemoryPushMessenger)

    store_url: str | None = None
    """Where the store is, if it is not in the folder."""

    @property
    def url(self) -> str:
        return self.store_url or f"sqlite:///{self.folder / 'store.db'}"

    @asynccontextmanager
    async def process(self, edges: Edges, *, migrate: bool = False) -> AsyncIterator[Exchange]:
        """Build the whole application on the files."""
        with closing(SqliteJournal(self.folder / "provider.db")) as journal:
            async with open_sql_database(self.url, migrate=migrate) as database:
                store = build_sql_store(database, clock=self.clock, ids=self.ids)
                async with store.transaction():  # it starts again at once
                    await store.signs_of_life.note(self.clock.now())
                store = fragile(store, edges)
                adapters = embedded_adapters(store, clock=self.clock, ids=self.ids)
                # As on SQLite: what its predecessor had claimed is its own at once.
                bus = build_in_process_bus(
                    store,
                    clock=self.clock,
                    ids=self.ids,
                    randomness=adapters.randomness,
                    holder="the only process",
                )
                provider = FragileProvider(journal, self.clock, "whsec_test", edges)
                adapters = replace(
                    adapters,
                    event_bus=bus,
                    payment_provider=provider,
                    card_vault=EmbeddedCardVault(provider),
                    search_index=self._search_index(database),
                    mailer=FragileMailer(self.mailer, edges),
                    text_messenger=self.text_messenger,
                    push_messenger=self.push_messenger,
                )
                yield exchange_on(adapters)
                if edges.is_dead:
                    _give_up_writes(database)

    def _search_index(self, database: SqlDatabase) -> SearchIndex:
        if self.url.startswith("postgresql:"):
            return PostgresSearchIndex(database)
        return SqliteSearchIndex(database)

    @property
    def carried(self) -> Counter[tuple[str, str]]:
        """What messengers took, and to whom; a repetition is none."""
        taken = [(mail.to, mail.subject) for mail in self.mailer.sent]
        taken += [(message.phone, message.text) for message in self.text_messenger.sent]
        taken += [(str(message.devices), message.title) for message in self.push_messenger.sent]
        return Counter(taken)


def _give_up_writes(database: SqlDatabase) -> None:
    """Let a killed process disconnect at once: nobody ends what it was writing."""
    driver = database._driver
    if isinstance(driver, SqliteDriver):
        driver._writer._patience = 0.0
