"""Alarms are sent to admins, who resolve them."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from solebook.ports.language.alarms import Alarm, AlarmKind
from solebook.ports.language.audit import AuditAction
from solebook.ports.language.errors import (
    AlarmClosed,
    Forbidden,
    InvalidText,
    NotFound,
    PartyToTheOrder,
    Refusal,
)
from solebook.ports.language.events import AlarmRaised
from solebook.ports.language.ids import AlarmId, OrderId
from solebook.ports.language.notices import AlarmNotice
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import OPERATOR, Actor, Role

from ...exchange import Exchange

KIND, NOTE = AlarmKind.PROVIDER_REPORT, "the provider refunded 100 that nobody asked for"


async def raise_alarm(exchange: Exchange, order_id: OrderId | None = None) -> Alarm:
    async with exchange.store.transaction():
        await exchange.store.outbox.add(AlarmRaised(KIND, order_id, NOTE))
    await exchange.workers.settle()
    return (await exchange.store.alarms.page(PageRequest())).items[0]


async def told(exchange: Exchange, who: Actor) -> list[AlarmNotice]:
    listed = await exchange.store.notifications.of_user(who.user_id, PageRequest(limit=100))
    return [one.notice for one in listed.items if isinstance(one.notice, AlarmNotice)]


async def admin_with(exchange: Exchange, person: Actor) -> Actor:
    """Register another admin."""
    user = await exchange.store.users.get(person.user_id)
    async with exchange.store.transaction():
        await exchange.store.users.save(replace(user, roles=user.roles | {Role.ADMIN}))
    return Actor(user.id, user.roles | {Role.ADMIN})


@pytest.fixture
async def admin(exchange: Exchange) -> Actor:
    return await admin_with(exchange, exchange.admin)


async def test_every_admin_is_notified_and_nobody_else(exchange: Exchange, admin: Actor) -> None:
    second = await admin_with(exchange, await exchange.person())
    await raise_alarm(exchange)
    for one in (admin, second):
        assert await told(exchange, one) == [AlarmNotice(KIND, None, NOTE)]
    assert await told(exchange, exchange.authenticator) == []


async def test_admins_who_are_a_party_to_the_order_are_not_notified(
    exchange: Exchange, admin: Actor
) -> None:
    order = await exchange.trade()
    seller = await admin_with(exchange, exchange.seller)
    await raise_alarm(exchange, order.id)
    assert len(await told(exchange, admin)) == 1
    assert await told(exchange, seller) == []


async def test_an_alarm_raised_again_is_counted_and_notified_again(
    exchange: Exchange, admin: Actor
) -> None:
    first = await raise_alarm(exchange)
    await exchange.later(timedelta(days=1))
    again = await raise_alarm(exchange)
    assert again == replace(first, last_at=first.last_at + timedelta(days=1), count=2)
    assert len(await told(exchange, admin)) == 2


async def test_an_admin_resolves_an_alarm_with_a_reason(exchange: Exchange, admin: Actor) -> None:
    alarm = await raise_alarm(exchange)
    resolved = await exchange.app.operations.resolve_alarm(admin, alarm.id, reason=" asked them ")
    assert resolved == replace(
        alarm,
        closed_at=exchange.clock.now(),
        closed_by=admin.user_id,
        resolution="asked them",
    )
    assert await exchange.store.alarms.get(alarm.id) == resolved
    (entry, *_) = (await exchange.store.audit_log.page(PageRequest())).items
    assert (entry.act.action, entry.act.target.id) == (AuditAction.ALARM_RESOLVED, alarm.id)
    assert (entry.act.actor_id, entry.act.reason) == (admin.user_id, "asked them")


async def test_an_alarm_raised_after_its_resolution_is_a_new_one(
    exchange: Exchange, admin: Actor
) -> None:
    alarm = await raise_alarm(exchange)
    await exchange.app.operations.resolve_alarm(admin, alarm.id, reason="asked them")
    again = await raise_alarm(exchange)
    assert (again.id != alarm.id, again.count, again.closed_at) == (True, 1, None)


async def test_a_refused_resolution_changes_nothing(exchange: Exchange, admin: Actor) -> None:
    order = await exchange.trade()
    alarm = await raise_alarm(exchange, order.id)
    seller = await admin_with(exchange, exchange.seller)
    refused: list[tuple[Actor, AlarmId, str, type[Refusal]]] = [
        (exchange.authenticator, alarm.id, "seen to", Forbidden),
        (seller, alarm.id, "seen to", PartyToTheOrder),
        (admin, alarm.id, " ", InvalidText),
        (admin, AlarmId(UUID(int=1)), "seen to", NotFound),
    ]
    resolve = exchange.app.operations.resolve_alarm
    before = await exchange.store.audit_log.page(PageRequest())
    for actor, alarm_id, reason, refusal in refused:
        with pytest.raises(refusal):
            await resolve(actor, alarm_id, reason=reason)
    assert await exchange.store.alarms.get(alarm.id) == alarm
    assert await exchange.store.audit_log.page(PageRequest()) == before


async def test_an_alarm_is_resolved_only_once_also_by_the_operator(exchange: Exchange) -> None:
    alarm = await raise_alarm(exchange, (await exchange.trade()).id)
    resolve = exchange.app.operations.resolve_alarm
    await resolve(OPERATOR, alarm.id, reason="seen to")
    with pytest.raises(AlarmClosed) as refused:
        await resolve(OPERATOR, alarm.id, reason="seen to again")
    assert refused.value.closed_at == exchange.clock.now()
