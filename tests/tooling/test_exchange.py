"""The exchange that tests use does not wait for ever."""

from datetime import timedelta

import pytest

from solebook.ports.language.events import UserRegistered
from solebook.ports.language.ids import MessageId
from solebook.ports.language.messages import Claim, Delivery, Message, Queue

from ..exchange import build_exchange


async def test_quiet_says_what_it_waits_for_if_a_dead_process_has_claimed_it() -> None:
    exchange = build_exchange()
    await exchange.open()
    ids, now = exchange.app.adapters.ids, exchange.clock.now()
    event = UserRegistered(exchange.buyer.user_id)
    message = Message(MessageId(ids.new()), event.key, event, now)
    consumer = f"notifications.notify:{event.SUBJECT}"
    delivery = Delivery(MessageId(ids.new()), consumer, message, 0, now, "", Queue.LETTERS)
    async with exchange.store.transaction():
        await exchange.store.deliveries.add([delivery])
    claim = Claim("a dead process", timedelta(days=1))
    assert await exchange.store.deliveries.claim(Queue.LETTERS, claim, now, 1)
    with pytest.raises(AssertionError, match=r"nobody tries what is due: notifications\.notify"):
        await exchange.quiet()
