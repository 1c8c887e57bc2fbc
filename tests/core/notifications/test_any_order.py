"""Notifications are sent once, in whatever order messages are redelivered."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from solebook.adapters.embedded import tokens
from solebook.composition.embedded import in_another_process
from solebook.composition.engine import engine_of
from solebook.composition.in_process_bus import build_in_process_bus
from solebook.ports.language.consumers import Consumer
from solebook.ports.language.mail import Mail, PushMessage, TextMessage, Undeliverable
from solebook.ports.language.messages import NOTIFYING, Message
from solebook.ports.language.notifications import (
    Channel,
)
from solebook.ports.language.orders import OrderStatus
from solebook.ports.messengers import Mailer, PushMessenger, TextMessenger

from ...exchange import Exchange, build_exchange, exchange_on
from ...forwarding import ForwardingBus

HOLD = timedelta(days=3)


def new_exchange(*, deaf: bool = False, **messengers: Any) -> Exchange:
    """Return an exchange with recording messengers. If deaf, it sends no notifications."""
    exchange = build_exchange(**messengers)
    if not deaf:
        return exchange
    adapters = in_another_process(exchange.app.adapters)
    return exchange_on(replace(adapters, event_bus=DeafBus(adapters.event_bus)))


@dataclass
class Handed(Mailer):
    """Records every mail, duplicates too."""

    messages: Counter[tuple[Channel, str, str]] = field(default_factory=Counter)

    async def send(self, mail: Mail) -> Sequence[Undeliverable]:
        self.messages[Channel.EMAIL, mail.to, mail.subject] += 1
        return ()


@dataclass
class HandedTexts(TextMessenger):
    """Records text messages next to the mails."""

    handed: Handed

    async def send(self, message: TextMessage) -> Sequence[Undeliverable]:
        self.handed.messages[Channel.SMS, message.phone, message.text] += 1
        return ()


@dataclass
class HandedPushes(PushMessenger):
    """Records push messages next to the mails."""

    handed: Handed

    async def send(self, message: PushMessage) -> Sequence[Undeliverable]:
        for device in message.devices:
            self.handed.messages[Channel.PUSH, device, message.title] += 1
        return ()


class DeafBus(ForwardingBus):
    """A bus that ignores the subscriptions of notifications."""

    def subscribe(self, consumer: Consumer, *, here: bool = True) -> None:
        if not consumer.name.startswith("notifications."):
            super().subscribe(consumer, here=here)


async def hear(exchange: Exchange, messages: Sequence[Message]) -> None:
    """Deliver messages to the consumers of notifications."""
    adapters = exchange.app.adapters
    bus = build_in_process_bus(
        adapters.store, clock=adapters.clock, ids=adapters.ids, randomness=adapters.randomness
    )
    for consumer in exchange.bus.consumers.values():
        if consumer.name.startswith("notifications."):
            bus.subscribe(consumer)
    for message in messages:
        await bus.publish(message)
        for queue in NOTIFYING:
            await bus.work_off(queue)


async def a_pair_is_sold(exchange: Exchange) -> None:
    await exchange.trade(OrderStatus.DELIVERED)
    await exchange.later(HOLD)


async def a_pair_fails(exchange: Exchange) -> None:
    await exchange.trade(OrderStatus.AUTH_FAILED)


async def a_seller_cancels(exchange: Exchange) -> None:
    await exchange.trade(OrderStatus.CANCELLED)


async def a_card_is_declined(exchange: Exchange) -> None:
    await exchange.app.users.set_payment_method(exchange.buyer, token=tokens.DECLINED_CARD)
    await exchange.match()
    await exchange.workers.settle()


Story = Callable[[Exchange], Awaitable[None]]
TOLD: dict[Story, int] = {
    a_pair_is_sold: 10,
    a_pair_fails: 6,
    a_seller_cancels: 6,
    a_card_is_declined: 4,
}
"""Stories, and the number of notifications that buyer and seller get."""


async def handed_over(
    story: Story, redelivered: Callable[[Sequence[Message]], list[Message]]
) -> Counter[tuple[Channel, str, str]]:
    """Play a story, then deliver its events and requests in the order of `redelivered`."""
    handed = Handed()
    exchange = new_exchange(
        deaf=True,
        mailer=handed,
        text_messenger=HandedTexts(handed),
        push_messenger=HandedPushes(handed),
    )
    await exchange.open()
    await exchange.want(set(Channel))
    await story(exchange)
    await hear(exchange, redelivered(exchange.bus.published))
    await hear(exchange, redelivered(await exchange.store.outbox.unsent(1_000)))
    await engine_of(exchange.app).stop()
    return handed.messages


@settings(max_examples=5, deadline=None)
@given(story=st.sampled_from(list(TOLD)), random=st.randoms(use_true_random=False))
def test_messages_delivered_thrice_in_any_sequence_reach_each_user_and_channel_once(
    story: Story, random: Random
) -> None:
    def thrice(messages: Sequence[Message]) -> list[Message]:
        shuffled = [*messages] * 3
        random.shuffle(shuffled)
        return shuffled

    once = asyncio.run(handed_over(story, list))
    assert asyncio.run(handed_over(story, thrice)) == once
    assert set(once.values()) == {1}
    # Everybody gets a welcome too. Two users without phone and device get it by email.
    welcomes = Counter(channel for channel, _, subject in once if subject == "Welcome")
    news = Counter(channel for channel, _, subject in once if subject != "Welcome")
    assert news == dict.fromkeys((Channel.EMAIL, Channel.SMS, Channel.PUSH), TOLD[story])
    assert welcomes == {Channel.EMAIL: 4, Channel.SMS: 2, Channel.PUSH: 2}
