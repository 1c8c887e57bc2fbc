"""An exchange that is killed at any instant goes on as if nothing had happened.

Each story is told once without a crash, and then once for every edge of every step in it: before
and after each commit, each call of the payment provider and each mail the process is killed there.
What is not in the files is lost. A new process opens the files, and people do what they had not
done yet.
"""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.payment_gateway import EmbeddedPaymentGateway
from solebook.adapters.embedded.sqlite_journal import SqliteJournal
from solebook.adapters.memory.messengers import (
    MemoryMailer,
    MemoryPushMessenger,
    MemoryTextMessenger,
)
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.embedded import embedded_adapters
from solebook.composition.sql_store import build_sql_store, open_sql_database
from solebook.ports.books import Batch, Books, Ownership
from solebook.ports.idempotency_keys import IdempotencyKey
from solebook.ports.language.errors import IdempotencyKeyReused
from solebook.ports.language.ids import OrderId, QuoteId
from solebook.ports.language.market import BookKey, Match, Quote, Side
from solebook.ports.language.money import Cents
from solebook.ports.language.notifications import Channel, NotificationKind
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import Charge, Quarter
from solebook.ports.language.users import Actor
from solebook.ports.matching import Placement
from solebook.ports.messengers import Mail, Mailer
from solebook.ports.transaction import Transaction

from ..exchange import MONDAY, Exchange, exchange_on
from ..invariants import check_invariants

_ALL = PageRequest(limit=100)


class Crash(BaseException):
    """The process is killed: nothing may catch it."""


class Edges:
    """Counts the edges of steps, and kills the process at one of them."""

    def __init__(self, fatal: int | None) -> None:
        self._fatal = fatal
        self.passed = 0
        self.killed_at: str | None = None
        self.killed = asyncio.Event()

    def reach(self, edge: str) -> None:
        """Pass an edge, or die there. A dead process passes no other edge either."""
        self.passed += 1
        if self.passed == self._fatal:
            self.killed_at = edge
            self.killed.set()
        if self.killed_at is not None:
            raise Crash(edge)


# ---- what can be killed ----------------------------------------------------------------------


class FragileTransaction(Transaction):
    """A process can be killed before and after a commit."""

    def __init__(self, transaction: Transaction, edges: Edges) -> None:
        self._transaction = transaction
        self._edges = edges

    def __call__(self) -> AbstractAsyncContextManager[None]:
        return self._transaction() if self.is_open else self._outermost()

    @property
    def is_open(self) -> bool:
        return self._transaction.is_open

    def announce(self, call: Callable[[], None]) -> None:
        self._transaction.announce(call)

    @asynccontextmanager
    async def _outermost(self) -> AsyncIterator[None]:
        async with self._transaction():
            yield
            self._edges.reach("before a commit")
        self._edges.reach("after a commit")


class FragileBooks(Books):
    """The engine commits by itself, and can be killed there too."""

    def __init__(self, books: Books, edges: Edges) -> None:
        self._books = books
        self._edges = edges

    async def take(self, shard: int, at: datetime) -> Ownership:
        return await self._books.take(shard, at)

    def resting(self, shard: int, shards: int) -> AsyncIterator[Quote]:
        return self._books.resting(shard, shards)

    async def resting_in(self, books: Collection[BookKey]) -> Sequence[Quote]:
        return await self._books.resting_in(books)

    async def get(self, quote_ids: Collection[QuoteId]) -> Mapping[QuoteId, Quote]:
        return await self._books.get(quote_ids)

    async def match(self, match_id: OrderId) -> Match | None:
        return await self._books.match(match_id)

    async def answered(
        self, keys: Collection[IdempotencyKey]
    ) -> Mapping[IdempotencyKey, Placement | IdempotencyKeyReused]:
        return await self._books.answered(keys)

    async def commit(self, ownership: Ownership, batch: Batch) -> None:
        self._edges.reach("before the engine's commit")
        await self._books.commit(ownership, batch)
        self._edges.reach("after the engine's commit")


@dataclass(frozen=True)
class FragileGateway(EmbeddedPaymentGateway):
    """A process can be killed before it asks the provider, and before it hears the answer."""

    edges: Edges

    async def charge(
        self, *, key: str, order_id: OrderId, payment_method: str, amount: Cents
    ) -> Charge:
        self.edges.reach("before a charge")
        try:
            return await EmbeddedPaymentGateway.charge(
                self, key=key, order_id=order_id, payment_method=payment_method, amount=amount
            )
        finally:
            self.edges.reach("after a charge")

    async def find_charge(self, order_id: OrderId) -> Charge | None:
        self.edges.reach("before a charge is looked for")
        found = await EmbeddedPaymentGateway.find_charge(self, order_id)
        self.edges.reach("after a charge was looked for")
        return found

    async def refund(self, *, key: str, charge_id: str, amount: Cents) -> None:
        self.edges.reach("before a refund")
        await EmbeddedPaymentGateway.refund(self, key=key, charge_id=charge_id, amount=amount)
        self.edges.reach("after a refund")

    async def pay_out(self, *, key: str, order_id: OrderId, account: str, amount: Cents) -> None:
        self.edges.reach("before a payout")
        await EmbeddedPaymentGateway.pay_out(
            self, key=key, order_id=order_id, account=account, amount=amount
        )
        self.edges.reach("after a payout")


class FragileMailer(Mailer):
    """A process can be killed before a mail is taken, and before it hears that it was."""

    def __init__(self, mailer: Mailer, edges: Edges) -> None:
        self._mailer = mailer
        self._edges = edges

    async def send(self, mail: Mail) -> None:
        self._edges.reach("before a mail")
        await self._mailer.send(mail)
        self._edges.reach("after a mail")


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

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'store.db'}"

    @asynccontextmanager
    async def process(self, edges: Edges, *, migrate: bool = False) -> AsyncIterator[Exchange]:
        """Build the whole application on the files."""
        with closing(SqliteJournal(self.folder / "provider.db")) as journal:
            async with open_sql_database(self.url, migrate=migrate) as database:
                store = build_sql_store(database, clock=self.clock, ids=self.ids)
                store = replace(
                    store,
                    transaction=FragileTransaction(store.transaction, edges),
                    books=FragileBooks(store.books, edges),
                )
                adapters = embedded_adapters(store, clock=self.clock, ids=self.ids)
                gateway = FragileGateway(journal, self.clock, "whsec_test", edges)
                adapters = replace(
                    adapters,
                    payment_gateway=gateway,
                    mailer=FragileMailer(self.mailer, edges),
                    text_messenger=self.text_messenger,
                    push_messenger=self.push_messenger,
                )
                yield exchange_on(adapters, self.clock)

    @property
    def carried(self) -> Counter[tuple[str, str]]:
        """What messengers took, and to whom; a repetition is none."""
        taken = [(mail.to, mail.subject) for mail in self.mailer.sent]
        taken += [(message.phone, message.text) for message in self.text_messenger.sent]
        taken += [(str(message.devices), message.title) for message in self.push_messenger.sent]
        return Counter(taken)


@dataclass(frozen=True)
class Town:
    """Files in which everybody has joined already, to be copied."""

    folder: Path
    exchange: Exchange

    def machine(self, folder: Path) -> Machine:
        shutil.copytree(self.folder, folder)
        clock = VirtualClock(MONDAY)
        return Machine(folder, clock, SeededIds(7, clock))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    folder = tmp_path_factory.mktemp("town")

    async def settle_down() -> Exchange:
        clock = VirtualClock(MONDAY)
        machine = Machine(folder, clock, SeededIds(1, clock))
        async with machine.process(Edges(None), migrate=True) as exchange:
            await exchange.open()
            for number, person in enumerate((exchange.buyer, exchange.seller)):
                await _be_told(exchange, person, number, {Channel.INBOX})
            await exchange.app.engine.stop()
        return exchange

    return Town(folder, asyncio.run(settle_down()))


async def _be_told(
    exchange: Exchange, person: Actor, number: int, channels: Collection[Channel]
) -> None:
    """Have somebody with a phone and a device want everything over some channels."""
    await exchange.app.notifications.set_notification_preferences(
        person,
        phone=f"+1555010{number}",
        devices=[f"device-{number}"],
        channels={kind: frozenset(channels) for kind in NotificationKind},
    )


Story = Callable[[Exchange], Awaitable[None]]


async def live(machine: Machine, town: Town, story: Story, edges: Edges) -> "Outcome | None":
    """Run one process; return what there is in the end, or nothing if it was killed."""
    async with machine.process(edges) as exchange:
        process = asyncio.create_task(_work(exchange, town, story))
        killed = asyncio.create_task(edges.killed.wait())
        await asyncio.wait({process, killed}, return_when=asyncio.FIRST_COMPLETED)
        if edges.killed_at is None:
            killed.cancel()
            return replace(process.result(), carried=machine.carried)
        # What the engine or the relay have under way dies with the process, and tells nobody.
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        return None


async def _work(exchange: Exchange, town: Town, story: Story) -> "Outcome":
    await exchange.reopen(town.exchange)
    await story(exchange)
    await exchange.quiet()
    await check_invariants(exchange)
    outcome = await outcome_of(exchange)
    await exchange.app.engine.stop()
    return outcome


# ---- what there is in the end ----------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """Everything that a crash may not change."""

    orders: list[tuple[str, ...]]
    histories: list[list[str]]
    provider: Counter[tuple[str, Cents]]
    ledger: dict[str, Cents]
    stock: list[tuple[int, int]]
    reservations: list[str]
    quotes: list[str]
    tasks: list[str]
    payouts: list[tuple[str, Cents, Cents]]
    volume: list[tuple[int, Cents]]
    tape: list[tuple[int, Cents]]
    told: list[list[str]]
    left_over: int
    carried: Counter[tuple[str, str]] = field(default_factory=Counter)


async def outcome_of(exchange: Exchange) -> Outcome:
    store, orders = exchange.store, await exchange.orders()
    quarter, inbox_of = Quarter.of(MONDAY), store.notifications.inbox_of
    volumes = await store.seller_records.of([exchange.seller.user_id], [quarter])
    reservations = [await store.stock.find(order.id) for order in orders]
    tasks = [await store.authentication_tasks.find_by_order(order.id) for order in orders]
    payouts = [await store.payouts.find(order.id) for order in orders]
    quotes = [
        *(await store.quotes.of_user(exchange.buyer.user_id, Side.BID, _ALL)).items,
        *(await store.quotes.of_user(exchange.seller.user_id, Side.ASK, _ALL)).items,
    ]
    unsent = await store.outbox.unsent(10)
    failed = await exchange.waiting()
    return Outcome(
        orders=[
            (o.status, o.payment_status, o.stock_status, o.payout_status, o.return_status)
            for o in orders
        ],
        histories=[await exchange.happened(order.id) for order in orders],
        provider=await exchange.gateway.journal.consult(
            lambda provider: Counter(
                (call.request.operation.value, call.request.amount)
                for call in provider.calls
                if call.took_effect
            )
        ),
        ledger={kind.value: total for kind, total in (await store.ledger.totals()).items()},
        stock=[(s.available, s.reserved) for s in await store.stock.levels(exchange.product.id)],
        reservations=[r.status for r in reservations if r is not None],
        quotes=[quote.status for quote in quotes],
        tasks=[task.status for task in tasks if task is not None],
        payouts=[(p.state, p.amount, p.debt_settled) for p in payouts if p is not None],
        volume=[(v.sales, v.volume) for v in volumes.values()],
        tape=[(s.sales, s.total) for s in await store.tape.summaries()],
        told=[
            sorted(told.notice.KIND for told in (await inbox_of(person.user_id, _ALL)).items)
            for person in exchange.people
        ],
        left_over=len(unsent) + len(failed),
    )


# ---- stories: whoever comes back does what is not done yet -----------------------------------


async def _matched(exchange: Exchange, card: str = tokens.CARD) -> OrderId:
    await exchange.app.users.set_payment_method(exchange.buyer, token=card)
    await exchange.ask(exchange.seller, idempotency_key=_key(exchange.seller, "ask"))
    placement = await exchange.bid(exchange.buyer, idempotency_key=_key(exchange.buyer, "bid"))
    assert placement.match is not None
    await exchange.quiet()
    return placement.match.id


def _key(actor: Actor, name: str) -> IdempotencyKey:
    return IdempotencyKey(actor.user_id, name, name, name)


async def _until(exchange: Exchange, instant: datetime | None) -> None:
    assert instant is not None
    await exchange.later(max(instant - exchange.clock.now(), timedelta(0)))


async def _go_on(
    exchange: Exchange, order_id: OrderId, judge: Callable[[OrderId], Awaitable[None]]
) -> None:
    steps: dict[OrderStatus, Callable[[OrderId], Awaitable[None]]] = {
        OrderStatus.CONFIRMED: exchange.ship,
        OrderStatus.SELLER_SHIPPING: exchange.receive,
        OrderStatus.AUTHENTICATING: judge,
        OrderStatus.AUTH_PASSED: exchange.dispatch,
        OrderStatus.SHIPPING_TO_BUYER: exchange.deliver,
    }
    while step := steps.get((await exchange.order(order_id)).status):
        await step(order_id)


async def a_pair_is_sold_and_paid_out(exchange: Exchange) -> None:
    order_id = await _matched(exchange)
    await _go_on(exchange, order_id, exchange.pass_)
    delivered_at = (await exchange.order(order_id)).delivered_at
    assert delivered_at is not None
    await _until(exchange, delivered_at + timedelta(days=3))
    for number in range(len(await exchange.gateway.webhook_events())):
        await exchange.webhook(number)


async def a_card_is_declined(exchange: Exchange) -> None:
    await _matched(exchange, tokens.DECLINED_CARD)


async def a_charge_times_out(exchange: Exchange) -> None:
    await _matched(exchange, tokens.CARD_THAT_TIMES_OUT)


async def everybody_is_told_everywhere(exchange: Exchange) -> None:
    for number, person in enumerate((exchange.buyer, exchange.seller)):
        await _be_told(exchange, person, number, set(Channel))
    await _matched(exchange, tokens.DECLINED_CARD)


async def a_seller_never_ships(exchange: Exchange) -> None:
    order = await exchange.order(await _matched(exchange))
    await _until(exchange, order.ship_by)


async def a_pair_fails_authentication(exchange: Exchange) -> None:
    order_id = await _matched(exchange)
    await _go_on(exchange, order_id, exchange.fail)
    if (await exchange.order(order_id)).return_status == "due":
        await exchange.dispatch(order_id)


EXPECTED: dict[Story, tuple[str, dict[tuple[str, Cents], int]]] = {
    a_pair_is_sold_and_paid_out: ("paid_out", {("charge", 21_400): 1, ("payout", 17_600): 1}),
    a_card_is_declined: ("cancelled", {}),
    everybody_is_told_everywhere: ("cancelled", {}),
    a_charge_times_out: ("paid", {("charge", 21_400): 1}),
    a_seller_never_ships: ("refunded", {("charge", 21_400): 1, ("refund", 21_400): 1}),
    a_pair_fails_authentication: ("return_sent", {("charge", 21_400): 1, ("refund", 21_400): 1}),
}
"""What each story comes to: its last event, and what the provider did."""


def told(town: Town, story: Story, folder: Path, fatal: int | None) -> tuple[Outcome, Edges]:
    """Tell a story on files of its own, killing the process at one edge."""
    machine = town.machine(folder)

    async def lives() -> tuple[Outcome, Edges]:
        edges = Edges(fatal)
        outcome = await live(machine, town, story, edges)
        if outcome is None:
            outcome = await live(machine, town, story, Edges(None))
        assert outcome is not None
        return outcome, edges

    outcome, edges = asyncio.run(lives())
    shutil.rmtree(folder)
    return outcome, edges


@pytest.mark.journey
@pytest.mark.parametrize("story", EXPECTED, ids=lambda story: story.__name__)
def test_a_crash_at_any_edge_changes_nothing_in_the_end(
    story: Story, town: Town, tmp_path: Path
) -> None:
    smooth, edges = told(town, story, tmp_path / "smooth", None)
    last, provider = EXPECTED[story]
    assert smooth.provider == provider
    assert smooth.histories[0][-1] == last
    assert len(smooth.histories) == len(smooth.reservations) == 1
    assert smooth.left_over == 0
    assert smooth.carried.total() == (12 if story is everybody_is_told_everywhere else 0)

    def kill_at(fatal: int) -> str | None:
        outcome, edges = told(town, story, tmp_path / str(fatal), fatal)
        assert outcome == smooth, f"killed at edge {fatal}: {edges.killed_at}"
        return edges.killed_at

    # Most of a life is waiting for the disk.
    with ThreadPoolExecutor(4) as pool:
        killed_at = list(pool.map(kill_at, range(1, edges.passed + 1)))
    # How many edges there are differs a little: messages may be marked as sent together, or not.
    reached = [edge for edge in killed_at if edge is not None]
    assert len(reached) > 0.8 * edges.passed
    assert len(set(reached)) >= 6, "there are edges of every kind"
    assert kill_at(2 * edges.passed) is None
