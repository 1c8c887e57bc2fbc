"""Dead letters are retried, and the retry is audited."""

from dataclasses import replace
from functools import partial

import pytest

from solebook.ports.language.audit import Act, AuditAction, Target, TargetKind
from solebook.ports.language.errors import Forbidden, InvalidText, NotFound, PartyToTheOrder
from solebook.ports.language.events import Event, OrderAuthPassed, UserRegistered
from solebook.ports.language.ids import MessageId
from solebook.ports.language.messages import Delivery, Message, Queue
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import Role

from ...exchange import Exchange


async def bury(exchange: Exchange, event: Event | None = None) -> Delivery:
    """Create one dead letter."""
    ids, now = exchange.app.adapters.ids, exchange.clock.now()
    event = event or UserRegistered(exchange.buyer.user_id)
    message = Message(MessageId(ids.new()), event.key, event, now)
    consumer = f"notifications.notify:{event.SUBJECT}"
    letter_id, error, queue = MessageId(ids.new()), "KeyError: 'x'", Queue.LETTERS
    letter = Delivery(letter_id, consumer, message, 15, now, error, queue, dead=True)
    async with exchange.store.transaction():
        await exchange.store.deliveries.put(letter)
    return letter


async def audited(exchange: Exchange) -> list[Act]:
    page = await exchange.store.audit_log.page(PageRequest(limit=100))
    acts = [entry.act for entry in page.items]
    return [act for act in acts if act.action is AuditAction.DEAD_LETTER_REPLAYED]


@pytest.mark.parametrize("reason", [None, "the template is mended"])
async def test_a_dead_letter_is_retried_and_audited(exchange: Exchange, reason: str | None) -> None:
    letter = await bury(exchange)
    again = await exchange.app.operations.replay_dead_letter(
        exchange.admin, letter.id, reason=reason
    )
    assert again == replace(letter, attempts=0, dead=False)
    [act] = await audited(exchange)
    assert act.reason == reason
    assert (act.actor_id, act.target) == (
        exchange.admin.user_id,
        Target(TargetKind.DEAD_LETTER, letter.id),
    )
    assert act.facts == {
        "consumer": letter.consumer,
        "message_id": str(letter.message.id),
        "about": letter.message.key,
    }


async def test_a_retry_wakes_the_workers_of_its_queue_and_a_refused_one_wakes_nobody(
    exchange: Exchange,
) -> None:
    letter = await bury(exchange)
    woken: list[Queue] = []
    for queue in Queue:
        exchange.store.wakeups.subscribe(queue, partial(woken.append, queue))
    replay = exchange.app.operations.replay_dead_letter
    with pytest.raises(Forbidden):
        await replay(exchange.buyer, letter.id)
    assert woken == []
    await replay(exchange.admin, letter.id)
    assert woken == [letter.queue]


async def test_a_refused_retry_changes_nothing_and_is_not_audited(exchange: Exchange) -> None:
    letter = await bury(exchange)
    replay = exchange.app.operations.replay_dead_letter
    for who in (exchange.buyer, exchange.authenticator):
        with pytest.raises(Forbidden):
            await replay(who, letter.id, reason="because")
    with pytest.raises(InvalidText):
        await replay(exchange.admin, letter.id, reason=" ")
    with pytest.raises(NotFound):
        await replay(exchange.admin, letter.message.id, reason="because")
    assert list((await exchange.store.dead_letters.page(PageRequest())).items) == [letter]
    assert await audited(exchange) == []
    await replay(exchange.admin, letter.id, reason="or the exchange would not be well")


async def test_a_party_to_the_order_cannot_retry_its_message(exchange: Exchange) -> None:
    order = await exchange.trade()
    letter = await bury(exchange, OrderAuthPassed(order.id, order.buyer_id, order.seller_id))
    for party in (exchange.buyer, exchange.seller):
        admin = replace(party, roles=party.roles | {Role.ADMIN})
        with pytest.raises(PartyToTheOrder):
            await exchange.app.operations.replay_dead_letter(admin, letter.id, reason="because")
    assert list((await exchange.store.dead_letters.page(PageRequest())).items) == [letter]
    await exchange.app.operations.replay_dead_letter(exchange.admin, letter.id, reason="because")
