"""Contract of PersonalRecords, by a person of whom every table has something."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from solebook.adapters.embedded import tokens
from solebook.adapters.memory.database import MemoryAdapter
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.composition.embedded import embedded_adapters
from solebook.composition.engine import engine_of
from solebook.ports.language.api_tokens import KeyScope
from solebook.ports.language.cards import CardDetails, PaymentMethod
from solebook.ports.language.idempotency import IdempotencyKey
from solebook.ports.language.ids import PaymentMethodId, SessionId, SubscriptionId
from solebook.ports.language.notifications import (
    Channel,
    PushSubscription,
    Unreachable,
    UnreachableAddress,
)
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.retention import Retention
from solebook.ports.language.users import Actor, Session, User

from ..exchange import Exchange, exchange_on
from .records import Records

if TYPE_CHECKING:
    from solebook.adapters.sql.users.users import SqlUsers

PASSWORD = "correct horse"
EMAIL, OLD_EMAIL, PHONE = "quentin@quagga.example", "quentin@old.example", "+15550199"
STREET, ACCOUNT, SOURCE = "77 Okapi Lane", "acct_okapi", "203.0.113.99"
KEY, DEVICE, BROWSER = "bot of Quentin", "device-okapi", "https://push.example/okapi"
LAST4, FINGERPRINT, HOOK = "'4747'", "fingerprint-okapi", "https://quagga.example/hook"
PERSONAL = {
    EMAIL, OLD_EMAIL, PHONE, STREET, ACCOUNT, SOURCE, KEY, DEVICE, BROWSER, LAST4, FINGERPRINT,
    HOOK, "Quentin", "Quagga",
}  # fmt: skip


async def test_nothing_of_a_person_is_left_when_the_account_is_erased(
    store: Store, clock: VirtualClock, ids: SeededIds, records: Records
) -> None:
    exchange = exchange_on(embedded_adapters(store, clock=clock, ids=ids))
    await exchange.open()
    person = await _joins(exchange)
    await _leaves_traces(exchange, person)
    await exchange.trade(OrderStatus.DELIVERED, buyer=person)
    await exchange.trade(OrderStatus.DELIVERED, seller=person)
    written = await _everything(store)
    missing = {word for word in PERSONAL if word not in written}
    assert not missing, "the person left no trace of it"

    await exchange.app.closing.close_account(person, password=PASSWORD)
    await exchange.later(timedelta(hours=5))
    assert (await _user(store, person)).erased_at is None  # the payout is held
    assert STREET in await _everything(store)
    await exchange.later(timedelta(days=6))
    await exchange.later(timedelta(days=10))
    assert (await _user(store, person)).erased_at is not None
    assert await store.personal_records.unerased(10) == []

    await exchange.later(timedelta(days=9))  # the answers to requests are forgotten
    written = await _everything(store)
    assert {word for word in PERSONAL if word in written} == {STREET}  # of the order
    await exchange.later(Retention().addresses)
    written = await _everything(store)
    assert {word for word in PERSONAL if word in written} == set()
    assert str(person.user_id) in written or person.user_id.hex in written
    await engine_of(exchange.app).stop()


async def test_closed_accounts_that_are_not_erased_are_listed_in_pages(
    store: Store, records: Records
) -> None:
    people = sorted((records.user() for _ in range(4)), key=lambda user: user.id)
    now = records.instant
    states = ((None, None), (now, None), (now, now), (now, None))
    async with store.transaction():
        for user, (closed_at, erased_at) in zip(people, states, strict=True):
            await store.users.add(replace(user, closed_at=closed_at, erased_at=erased_at))
    [first] = await store.personal_records.unerased(1)
    [second] = await store.personal_records.unerased(1, first)
    assert [first, second] == [people[1].id, people[3].id]
    assert await store.personal_records.unerased(1, second) == []


async def _joins(exchange: Exchange) -> Actor:
    app = exchange.app
    user = await app.users.register_user(
        email=OLD_EMAIL, password=PASSWORD, first_name="Quentin", last_name="Quagga"
    )
    person = Actor(user.id, user.roles)
    await app.users.change_email(person, email=EMAIL, password=PASSWORD)
    await app.users.set_payment_method(person, token=tokens.CARD)
    await app.users.add_address(
        person,
        street=STREET,
        city="Portland",
        region="OR",
        postal_code="97005",
        country="US",
    )
    await app.users.set_payout_account(person, account=ACCOUNT)
    await app.users.note_place(user.id, source=SOURCE, program="")
    await app.users.sign_in(email=EMAIL, password=PASSWORD)
    return person


async def _leaves_traces(exchange: Exchange, person: Actor) -> None:
    """Write what the use cases write only with servers that are not here."""
    app, store, user_id = exchange.app, exchange.store, person.user_id
    now, new = exchange.clock.now(), exchange.app.adapters.ids.new
    await app.users.create_api_key(person, name=KEY, scopes=[KeyScope.READ])
    await app.outgoing_webhooks.create_endpoint(person, url=HOOK, kinds=["order.delivered"])
    await app.price_alerts.watch_price(
        person, product_id=exchange.product.id, size="9", price=9_000
    )
    await app.notifications.set_notification_preferences(
        person, phone=PHONE, devices=[DEVICE], channels={}
    )
    details = CardDetails("visa", LAST4.strip("'"), 12, 2030, FINGERPRINT)
    card = PaymentMethod(PaymentMethodId(new()), user_id, "pm_okapi", details, now)
    async with store.transaction():
        await store.payment_methods.add(card)
        await store.sessions.add(Session(SessionId(new()), user_id, now, source=SOURCE))
        preferences = await store.preferences.get(user_id)
        lost = UnreachableAddress(Channel.SMS, PHONE, Unreachable.REFUSED, now)
        browser = PushSubscription(SubscriptionId(new()), BROWSER, "key", "auth", now)
        await store.preferences.put(
            replace(preferences, unreachable=(lost,), subscriptions=(browser,))
        )
        key = IdempotencyKey(user_id, "GET /v1/users/me", "a-key", "fingerprint")
        await store.idempotency_keys.remember(key, EMAIL.encode(), now)


async def _user(store: Store, actor: Actor) -> User:
    return await store.users.get(actor.user_id)


async def _everything(store: Store) -> str:
    """Return all that is stored, as text."""
    if isinstance(store.users, MemoryAdapter):
        return "\n".join(_words(vars(store.users._database.tables)))
    from sqlalchemy import select

    from solebook.adapters.sql.engine.statement import Statement
    from solebook.adapters.sql.schema import metadata

    database = cast("SqlUsers", store.users)._database
    lines = []
    for table in metadata.sorted_tables:
        rows = await database.rows(Statement(select(table)))
        lines += [f"{table.name} {[getattr(row, each.name) for each in table.c]}" for row in rows]
    return "\n".join(lines)


def _words(value: Any) -> Iterator[str]:
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _words(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _words(key)
            yield from _words(each)
    elif isinstance(value, list | tuple | Set):
        for each in value:
            yield from _words(each)
    else:
        yield repr(value)
