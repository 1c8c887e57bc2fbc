"""The way of a paid pair in a simulated market."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from random import Random

from ...composition.application import Application
from ...ports.language.authentication import Checks, Verdict
from ...ports.language.consumers import Consumer
from ...ports.language.events import (
    OrderAuthFailed,
    OrderAuthPassed,
    OrderConfirmed,
    OrderReceived,
    OrderRelated,
    OrderSellerShipped,
    OrderShipped,
)
from ...ports.language.ids import OrderId
from ...ports.language.messages import Message, Queue
from ...ports.language.users import OPERATOR, Actor
from .agenda import Agenda
from .behaviour import Behaviour
from .people import People

_CARRIER = "Parcel Service"
_PHOTOS = ("https://example.com/photos/pair.jpg",)
_PASS = Verdict(True, Checks(True, True, True), _PHOTOS)
_FAIL = Verdict(False, Checks(True, False, True), _PHOTOS, "the stitching is not the maker's")

_Step = Callable[[OrderId], Awaitable[None]]


class Logistics:
    """Sellers ship, carriers deliver, authenticators review and buyers confirm, with random delays.

    It subscribes to each step on the event bus and plans the next one.
    """

    def __init__(
        self,
        app: Application,
        agenda: Agenda,
        people: People,
        behaviour: Behaviour,
        dice: Random,
    ) -> None:
        self._app = app
        self._agenda = agenda
        self._traders = {actor.user_id: actor for actor in people.buyers + people.sellers}
        self._authenticators = people.authenticators
        self._behaviour = behaviour
        self._dice = dice

    def subscribe(self) -> None:
        """Subscribe to the steps of an order, listed in their sequence."""
        does, handling, transit = self._behaviour, self._behaviour.handling, self._behaviour.transit
        self._follow(OrderConfirmed, self._ship, handling, does.pairs_shipped)
        self._follow(OrderSellerShipped, self._receive, transit, does.parcels_arrived)
        self._follow(OrderReceived, self._review, handling)
        self._follow(OrderAuthPassed, self._dispatch, handling)
        self._follow(OrderAuthFailed, self._dispatch, handling)
        self._follow(OrderShipped, self._confirm, transit, does.deliveries_confirmed)

    def _follow(
        self, event: type[OrderRelated], step: _Step, mean: timedelta, chance: float = 1.0
    ) -> None:
        async def handle(message: Message) -> None:
            assert isinstance(message.event, event), message
            if self._dice.random() < chance:
                after = mean * self._dice.expovariate(1)
                self._agenda.plan(after, partial(step, message.event.order_id))

        name = f"simulation.{step.__name__.strip('_')}:{event.SUBJECT}"
        consumer = Consumer(name, event.SUBJECT, handle, Queue.TRADE)
        self._app.adapters.event_bus.subscribe(consumer)

    async def _ship(self, order_id: OrderId) -> None:
        order = (await self._app.orders.view_order(OPERATOR, order_id)).order
        await self._app.orders.ship_pair(
            self._traders[order.seller_id],
            order_id,
            carrier=_CARRIER,
            tracking_number=f"IN-{order_id}",
        )

    async def _receive(self, order_id: OrderId) -> None:
        await self._app.orders.receive_pair(self._an_authenticator(), order_id)

    async def _review(self, order_id: OrderId) -> None:
        authenticator = self._an_authenticator()
        verdict = _PASS if self._dice.random() < self._behaviour.pairs_authentic else _FAIL
        task = await self._app.authentication.view_task.of_order(OPERATOR, order_id)
        assert task is not None, "a received pair has a task"
        await self._app.authentication.claim_task(authenticator, task.id)
        await self._app.authentication.give_verdict(authenticator, task.id, verdict)

    async def _dispatch(self, order_id: OrderId) -> None:
        """Send a pair that passed to the buyer, or one that failed back to the seller."""
        await self._app.orders.dispatch_pair(
            self._an_authenticator(), order_id, carrier=_CARRIER, tracking_number=f"OUT-{order_id}"
        )

    async def _confirm(self, order_id: OrderId) -> None:
        order = (await self._app.orders.view_order(OPERATOR, order_id)).order
        await self._app.orders.confirm_delivery(self._traders[order.buyer_id], order_id)

    def _an_authenticator(self) -> Actor:
        return self._dice.choice(self._authenticators)
