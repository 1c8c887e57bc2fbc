"""A whole exchange by its use cases, with people who trade on it.

The exchange behind its API is in tests/entrypoints/http/world.py.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any, Self

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.adapters.memory.payments import MemoryPayments
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Adapters, Store
from solebook.composition.application import Application
from solebook.composition.build import build_application
from solebook.composition.embedded import embedded_adapters, in_another_process
from solebook.composition.engine import engine_of
from solebook.composition.memory_store import build_memory_store
from solebook.core.bidding.matching_engine import EngineLimits
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.authentication import Checks, Verdict
from solebook.ports.language.catalog import Product
from solebook.ports.language.ids import MessageId, OrderId
from solebook.ports.language.messages import Delivery, Message, Queue
from solebook.ports.language.notifications import ALWAYS_SENT, Channel, NotificationKind
from solebook.ports.language.orders import Order, OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import Payment, Payout
from solebook.ports.language.placement import Placement
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.users import OPERATOR, Actor, Role

from .provider_line import Line, provider_on_a_line
from .tapped_bus import TappedBus

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
SIZE = "9"
PARCEL = {"carrier": "UPS", "tracking_number": "1Z999"}
PASS = Verdict(True, Checks(True, True, True), ("https://photos.example.com/1.jpg",))
FAIL = Verdict(False, Checks(True, False, True), (), "the stitching is wrong")
_EVERYTHING = PageRequest(limit=100)
_IDLE_ROUNDS = 100
"""How often `quiet` looks at the same deliveries before it gives up."""


@dataclass(repr=False)  # asyncio would spell all of it out whenever a fixture has made one
class Exchange:
    """An application, its workers, and one person of each kind."""

    app: Application
    workers: Workers = field(init=False)
    admin: Actor = field(init=False)
    authenticator: Actor = field(init=False)
    buyer: Actor = field(init=False)
    seller: Actor = field(init=False)
    product: Product = field(init=False)
    people: list[Actor] = field(default_factory=list)
    was_told_lies: bool = False
    """A test told a context of something that no other context has done."""

    def __post_init__(self) -> None:
        self.workers = Workers(self.app)

    @property
    def store(self) -> Store:
        return self.app.adapters.store

    @property
    def clock(self) -> VirtualClock:
        clock = self.app.adapters.clock
        assert isinstance(clock, VirtualClock)
        return clock

    @property
    def bus(self) -> TappedBus:
        bus = self.app.adapters.event_bus
        assert isinstance(bus, TappedBus)
        return bus

    @property
    def provider(self) -> EmbeddedPaymentProvider:
        provider = self.app.adapters.payment_provider
        assert isinstance(provider, EmbeddedPaymentProvider)
        return provider

    @property
    def line(self) -> Line:
        """The line between the application and its payment provider."""
        assert isinstance(self.provider.journal, Line)
        return self.provider.journal

    def in_another_process(
        self, *, rules: MarketRules | None = None, limits: EngineLimits | None = None, **ports: Any
    ) -> Self:
        """Return this exchange in another process, whose engine is not started yet."""
        adapters = replace(in_another_process(self.app.adapters), **ports)
        another = type(self)(_application_on(adapters, rules or self.app.rules, limits))
        another.people = self.people
        return another

    # ---- people --------------------------------------------------------------------------

    async def open(self) -> None:
        """Start the engine, let everybody join and put a product on sale."""
        await engine_of(self.app).start()
        self.admin = await self.person(Role.ADMIN)
        self.authenticator = await self.person(Role.AUTHENTICATOR)
        self.buyer, self.seller = await self.new_buyer(), await self.new_seller()
        self.product = await self.new_product(SIZE, style_code="DD1391-100")
        await self.workers.settle()

    async def reopen(self, before: "Exchange") -> None:
        """Start the engine again on a store in which everybody of `before` is known already."""
        await engine_of(self.app).start()
        self.people, self.product = list(before.people), before.product
        self.admin, self.authenticator = before.admin, before.authenticator
        self.buyer, self.seller = before.buyer, before.seller

    async def new_product(self, *sizes: str, style_code: str) -> Product:
        return await self.app.catalog.create_product(
            OPERATOR,
            style_code=style_code,
            brand="Brand",
            model="Model",
            colorway="White/Black",
            retail_price=11_000,
            release_date=date(2021, 3, 10),
            sizes=sizes,
            images=[],
        )

    async def person(self, *roles: Role, email: str | None = None) -> Actor:
        user = await self.app.users.register_user(
            email=email or f"user-{len(self.people)}@example.com",
            password="correct horse",
            first_name="Test",
            last_name="User",
        )
        self.people.append(Actor(user.id, frozenset({Role.BUYER, *roles})))
        return self.people[-1]

    async def new_buyer(self, card: str = tokens.CARD, *, email: str | None = None) -> Actor:
        buyer = await self.person(email=email)
        await self.app.users.set_payment_method(buyer, token=card)
        await self.move_to(buyer)
        return buyer

    async def move_to(self, person: Actor) -> None:
        """Give somebody an address."""
        await self.app.users.add_address(
            person,
            street="1 Test Street",
            city="Testville",
            region="OR",
            postal_code="97005",
            country="US",
        )

    async def new_seller(self, account: str = tokens.ACCOUNT, *, email: str | None = None) -> Actor:
        seller = await self.person(Role.SELLER, email=email)
        await self.app.users.set_payout_account(seller, account=account)
        return seller

    async def want(self, channels: Collection[Channel]) -> None:
        """Have buyer and seller, who have a phone and a device, be told everything over these."""
        for number, person in enumerate((self.buyer, self.seller)):
            await self.app.notifications.set_notification_preferences(
                person,
                phone=f"+1555010{number}",
                devices=[f"device-{number}"],
                channels=dict.fromkeys(set(NotificationKind) - ALWAYS_SENT, frozenset(channels)),
            )

    # ---- trade ---------------------------------------------------------------------------

    async def ask(self, seller: Actor, price: int = 20_000, **more: Any) -> Placement:
        return await self.app.bidding.place_ask(
            seller, product_id=self.product.id, size=SIZE, amount=price, **more
        )

    async def bid(self, buyer: Actor, price: int = 20_000, **more: Any) -> Placement:
        return await self.app.bidding.place_bid(
            buyer, product_id=self.product.id, size=SIZE, amount=price, **more
        )

    async def match(
        self, *, buyer: Actor | None = None, seller: Actor | None = None, price: int = 20_000
    ) -> OrderId:
        """Have two people trade, and return their order, of which nobody was told yet."""
        await self.ask(seller or self.seller, price)
        placement = await self.bid(buyer or self.buyer, price)
        assert placement.match is not None
        return placement.match.id

    async def trade(
        self,
        status: OrderStatus = OrderStatus.CONFIRMED,
        *,
        buyer: Actor | None = None,
        seller: Actor | None = None,
        price: int = 20_000,
    ) -> Order:
        """Have two people trade, and return their order once it has come to `status`."""
        order_id = await self.match(buyer=buyer, seller=seller, price=price)
        return await self.bring(order_id, status)

    async def bring(self, order_id: OrderId, status: OrderStatus) -> Order:
        """Take an order from where it is to `status`, on the shortest way."""
        if status is OrderStatus.PENDING:
            return await self.order(order_id)
        await self.workers.settle()
        for step in await self._way(order_id, status):
            await step(order_id)
        order = await self.order(order_id)
        assert order.status is status, order
        return order

    async def _way(
        self, order_id: OrderId, status: OrderStatus
    ) -> Sequence[Callable[[OrderId], Awaitable[None]]]:
        if status is OrderStatus.CANCELLED:
            return [self.cancel]
        verdict = self.fail if status is OrderStatus.AUTH_FAILED else self.pass_
        steps = [self.ship, self.receive, verdict, self.dispatch, self.deliver]
        here = (await self.order(order_id)).status
        if status is OrderStatus.AUTH_FAILED:
            return steps[_STAGES.index(here) : 3]
        return steps[_STAGES.index(here) : _STAGES.index(status)]

    async def ship(self, order_id: OrderId) -> None:
        order = await self.order(order_id)
        await self.app.orders.ship_pair(Actor(order.seller_id, frozenset()), order_id, **PARCEL)
        await self.workers.settle()

    async def receive(self, order_id: OrderId) -> None:
        await self.app.orders.receive_pair(self.authenticator, order_id)
        await self.workers.settle()

    async def pass_(self, order_id: OrderId) -> None:
        await self.judge(order_id, PASS)

    async def fail(self, order_id: OrderId) -> None:
        await self.judge(order_id, FAIL)

    async def judge(self, order_id: OrderId, verdict: Verdict) -> None:
        task = await self.store.authentication_tasks.find_by_order(order_id)
        assert task is not None, order_id
        await self.app.authentication.claim_task(self.authenticator, task.id)
        await self.app.authentication.give_verdict(self.authenticator, task.id, verdict)
        await self.workers.settle()

    async def dispatch(self, order_id: OrderId) -> None:
        await self.app.orders.dispatch_pair(self.authenticator, order_id, **PARCEL)
        await self.workers.settle()

    async def deliver(self, order_id: OrderId) -> None:
        await self.app.orders.confirm_delivery(self.admin, order_id)
        await self.workers.settle()

    async def cancel(self, order_id: OrderId) -> None:
        order = await self.order(order_id)
        seller = Actor(order.seller_id, frozenset())
        await self.app.orders.cancel_order(seller, order_id, reason="sold elsewhere")
        await self.workers.settle()

    # ---- time and messages ---------------------------------------------------------------

    async def later(self, by: timedelta) -> None:
        """Let time pass, and happen what falls due."""
        await self.clock.advance(by)
        await self.workers.settle()

    async def quiet(self) -> None:
        """Do all there is to do; what failed is tried again, for which time passes.

        Raises AssertionError if nobody tries what is due, such as what a dead process has claimed.
        """
        await self.workers.settle()
        before: list[tuple[MessageId, int]] = []
        idle = 0
        while waiting := await self.waiting():
            tries = [(delivery.id, delivery.attempts) for delivery in waiting]
            idle, before = (idle + 1 if tries == before else 0), tries
            assert idle < _IDLE_ROUNDS, "nobody tries what is due: " + "; ".join(
                f"{d.consumer} of {d.message.subject} {d.message.id}, due {d.due_at} in {d.queue}"
                for d in waiting
                if d.due_at <= self.clock.now()
            )
            wait = min(delivery.due_at for delivery in waiting) - self.clock.now()
            await self.later(max(wait, timedelta(0)))

    async def waiting(self) -> list[Delivery]:
        """Return the deliveries that are to be tried within a week."""
        far = self.clock.now() + timedelta(days=7)
        deliveries = self.store.deliveries
        queued = [await deliveries.first_in(queue, far, 1_000) for queue in Queue]
        return list(chain.from_iterable(queued))

    async def tell_again(self, message: Message) -> None:
        """Deliver an event once more, in an envelope that no consumer has seen."""
        fresh = replace(message, id=MessageId(self.app.adapters.ids.new()))
        await self.app.adapters.event_bus.publish(fresh)

    async def webhook(self, number: int) -> None:
        """Have the provider report one of the things that happened there."""
        body, signature = (await self.provider.webhooks())[number]
        await self.app.payments.receive_webhook(body, signature)

    # ---- what there is -------------------------------------------------------------------

    async def order(self, order_id: OrderId) -> Order:
        return await self.store.orders.get(order_id)

    async def orders(self) -> list[Order]:
        orders: list[Order] = []
        page = await self.store.orders.all(_EVERYTHING)
        orders.extend(page.items)
        while page.next_cursor is not None:
            page = await self.store.orders.all(replace(_EVERYTHING, after=page.next_cursor))
            orders.extend(page.items)
        return orders

    async def happened(self, order_id: OrderId) -> list[str]:
        """The kinds of event in the order's history."""
        return [recorded.step.TYPE for recorded in await self.store.orders.history(order_id)]

    async def payment(self, order_id: OrderId) -> Payment:
        payment = await self.store.payments.find(order_id)
        assert payment is not None, order_id
        return payment

    def forget_payment(self, order_id: OrderId) -> None:
        """Have an order be one from before payments were stored together with their orders."""
        payments = self.store.payments
        assert isinstance(payments, MemoryPayments)
        del payments._tables.payments[order_id]

    async def payout(self, order_id: OrderId) -> Payout:
        payout = await self.store.payouts.find(order_id)
        assert payout is not None, order_id
        return payout

    async def told(self, order_id: OrderId) -> list[str]:
        """The subjects of all that was published about the order."""
        return [m.subject for m in self.bus.published if m.key == str(order_id)]


_STAGES = [
    OrderStatus.CONFIRMED,
    OrderStatus.SELLER_SHIPPING,
    OrderStatus.AUTHENTICATING,
    OrderStatus.AUTH_PASSED,
    OrderStatus.SHIPPING_TO_BUYER,
    OrderStatus.DELIVERED,
]


def build_exchange(
    *,
    rules: MarketRules | None = None,
    limits: EngineLimits | None = None,
    change: Callable[[Store], Store] | None = None,
    **ports: Any,
) -> Exchange:
    """Return an exchange in memory that is not open yet.

    `change` may put other ports into its store, and `ports` others beside it.
    """
    clock = VirtualClock(MONDAY)
    ids = SeededIds(1, clock)
    store = build_memory_store(clock=clock, ids=ids)
    adapters = embedded_adapters(
        change(store) if change else store,
        clock=clock,
        ids=ids,
        currency=(rules or MarketRules()).money,
    )
    adapters = replace(adapters, **{**provider_on_a_line(clock), **ports})
    return exchange_on(adapters, rules=rules, limits=limits)


def exchange_on(
    adapters: Adapters, *, rules: MarketRules | None = None, limits: EngineLimits | None = None
) -> Exchange:
    """Return an exchange on these adapters, whose bus is tapped."""
    return Exchange(_application_on(adapters, rules, limits))


def _application_on(
    adapters: Adapters, rules: MarketRules | None, limits: EngineLimits | None
) -> Application:
    tapped = replace(adapters, event_bus=TappedBus(adapters.event_bus))
    return build_application(tapped, rules=rules, engine_limits=limits)
