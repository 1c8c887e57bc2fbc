"""An open order for tests of the authentication context."""

from dataclasses import dataclass

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.composition.authentication import AuthenticationUseCases
from solebook.ports.language.authentication import AuthenticationTask, Checks, Verdict
from solebook.ports.language.events import Event, OrderCancelled, OrderConfirmed, OrderReceived
from solebook.ports.language.ids import QuoteId
from solebook.ports.language.orders import CancelReason
from solebook.ports.language.users import Actor

from ...exchange import Exchange

PASS = Verdict(
    passed=True,
    checks=Checks(box_condition=True, authenticity_markers=True, size_verification=True),
    photos=("https://photos.example.com/1.jpg",),
)
FAIL = Verdict(
    passed=False,
    checks=Checks(box_condition=True, authenticity_markers=False, size_verification=True),
    photos=(),
    reason="the stitching is not the maker's",
)


@dataclass(frozen=True, slots=True)
class Warehouse:
    """An exchange whose authentication context is under test, with one order."""

    exchange: Exchange
    created: OrderConfirmed
    authenticator: Actor
    colleague: Actor

    @property
    def authentication(self) -> AuthenticationUseCases:
        return self.exchange.app.authentication

    @property
    def store(self) -> Store:
        return self.exchange.store

    @property
    def clock(self) -> VirtualClock:
        return self.exchange.clock

    @property
    def received(self) -> OrderReceived:
        return OrderReceived(self.created.order_id)

    @property
    def cancelled(self) -> OrderCancelled:
        order = self.created
        return OrderCancelled(
            order_id=order.order_id,
            bid_id=QuoteId(order.order_id),
            ask_id=QuoteId(order.order_id),
            buyer_id=order.buyer_id,
            seller_id=order.seller_id,
            book=order.book,
            price=order.price,
            reason=CancelReason.SELLER_CANCELLED,
            note=None,
        )

    async def task(self) -> AuthenticationTask:
        task = await self.store.authentication_tasks.find_by_order(self.created.order_id)
        assert task is not None
        return task

    async def received_task(self) -> AuthenticationTask:
        """Receive the pair in the warehouse."""
        await self.authentication.open_task(self.created)
        await self.authentication.receive_item(self.received)
        return await self.task()

    async def claimed_task(self) -> AuthenticationTask:
        """Let the authenticator claim the pair."""
        task = await self.received_task()
        return await self.authentication.claim_task(self.authenticator, task.id)

    async def told(self) -> list[Event]:
        """Return the emitted events."""
        return [message.event for message in await self.store.outbox.unsent(100)]
