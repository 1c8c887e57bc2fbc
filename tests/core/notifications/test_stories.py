"""Notifications in the course of a trade."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from solebook.adapters.embedded import tokens
from solebook.adapters.memory.messengers import MemoryMailer
from solebook.composition.engine import engine_of
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.mail import Mail, Undeliverable
from solebook.ports.language.market import AskFate, TimeInForce, WithdrawalReason
from solebook.ports.language.notifications import (
    Headline,
    Letter,
    Notice,
    Notification,
    NotificationKind,
    NotificationPreferences,
    PriceDroppedNotice,
    Recipient,
)
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import PayoutState
from solebook.ports.language.trade_notices import (
    OrderCancelledNotice,
    PayoutPaidNotice,
    PayoutRefusedNotice,
    SaleCancelledNotice,
    SaleConfirmedNotice,
)
from solebook.ports.language.users import Actor
from solebook.ports.messengers import Mailer
from solebook.ports.templates import Templates

from ...exchange import SIZE, Exchange, build_exchange

HOLD = timedelta(days=3)


async def read(exchange: Exchange, who: Actor) -> list[Notification]:
    """Return the notifications that a user reads in the app, oldest first."""
    notifications = exchange.store.notifications
    page = await notifications.of_user(who.user_id, PageRequest(limit=100))
    return list(page.items[::-1])


async def kinds(exchange: Exchange, who: Actor) -> list[str]:
    return [told.notice.KIND.value for told in await read(exchange, who)]


def mailer_of(exchange: Exchange) -> MemoryMailer:
    mailer = exchange.app.adapters.mailer
    assert isinstance(mailer, MemoryMailer)
    return mailer


# ---- notifications of a trade --------------------------------------------------------------------


async def test_a_sale_is_notified_from_match_to_payout(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.later(HOLD)
    assert await kinds(exchange, exchange.buyer) == [
        "welcome",
        "bid_matched",
        "order_confirmed",
        "order_auth_passed",
        "order_shipped",
        "order_delivered",
    ]
    assert await kinds(exchange, exchange.seller) == [
        "welcome",
        "ask_matched",
        "sale_confirmed",
        "sale_auth_passed",
        "sale_delivered",
        "payout_paid",
    ]
    told = {one.notice.KIND: one.notice for one in await read(exchange, exchange.seller)}
    confirmed = told[NotificationKind.SALE_CONFIRMED]
    assert isinstance(confirmed, SaleConfirmedNotice)
    assert (confirmed.ship_to, confirmed.ship_by) == (exchange.app.warehouse, order.ship_by)
    paid = told[NotificationKind.PAYOUT_PAID]
    assert isinstance(paid, PayoutPaidNotice)
    assert paid.amount == order.payout_amount


async def test_a_seller_is_mailed_about_the_match_before_being_asked_to_ship(
    exchange: Exchange,
) -> None:
    await exchange.trade(OrderStatus.CONFIRMED)
    seller = (await exchange.app.users.view_profile(exchange.seller)).user
    mails = [mail for mail in mailer_of(exchange).sent if mail.to == seller.email]
    templates = exchange.app.adapters.templates
    recipient = Recipient(
        seller.id, seller.email, seller.first_name, NotificationPreferences(seller.id)
    )
    subjects = [
        templates.headline(told.notice, recipient).subject
        for told in await read(exchange, exchange.seller)
        if told.notice.KIND in (NotificationKind.ASK_MATCHED, NotificationKind.SALE_CONFIRMED)
    ]
    assert [mail.subject for mail in mails if mail.subject in subjects] == subjects


async def test_every_notification_is_mailed_to_its_user(exchange: Exchange) -> None:
    await exchange.trade(OrderStatus.DELIVERED)
    await exchange.later(HOLD)
    mailed = Counter((mail.to, mail.subject) for mail in mailer_of(exchange).sent)
    told = Counter[tuple[str, str]]()
    for person in exchange.people:
        user = await exchange.store.users.get(person.user_id)
        told.update((user.email, one.subject) for one in await read(exchange, person))
    assert mailed == told
    assert set(mailed.values()) == {1}


@pytest.mark.parametrize(
    ("card", "told"),
    [
        (tokens.DECLINED_CARD, ["welcome", "bid_matched", "payment_declined"]),
        (tokens.CARD, ["welcome", "bid_matched", "order_confirmed", "order_cancelled"]),
    ],
)
async def test_a_failed_trade_is_notified_to_both(
    exchange: Exchange, card: str, told: list[str]
) -> None:
    buyer = await exchange.new_buyer(card)
    order_id = await exchange.match(buyer=buyer)
    await exchange.workers.settle()
    if card == tokens.CARD:
        await exchange.cancel(order_id)
        (*_, last) = await read(exchange, buyer)
        assert isinstance(last.notice, OrderCancelledNotice)
        assert (last.notice.refund, last.notice.note) == (21_400, "sold elsewhere")
    assert await kinds(exchange, buyer) == told
    (*_, ended) = await kinds(exchange, exchange.seller)
    assert ended == "sale_cancelled"


async def test_a_seller_reads_the_fate_of_the_ask(exchange: Exchange) -> None:
    poor = await exchange.new_buyer(tokens.DECLINED_CARD)
    await exchange.match(buyer=poor)
    await exchange.workers.settle()
    (*_, returned) = await read(exchange, exchange.seller)
    assert isinstance(returned.notice, SaleCancelledNotice)
    assert (returned.notice.ask, returned.notice.withdrawal) == (AskFate.RETURNED, None)


async def test_a_seller_of_an_immediate_or_cancel_ask_reads_that_it_ended(
    exchange: Exchange,
) -> None:
    poor = await exchange.new_buyer(tokens.DECLINED_CARD)
    await exchange.bid(poor, 20_000)
    await exchange.ask(exchange.seller, 20_000, time_in_force=TimeInForce.IOC)
    await exchange.workers.settle()
    (*_, ended) = await read(exchange, exchange.seller)
    assert isinstance(ended.notice, SaleCancelledNotice)
    assert ended.notice.ask is AskFate.WITHDRAWN
    assert ended.notice.withdrawal is WithdrawalReason.IMMEDIATE_OR_CANCEL


async def test_a_failed_authentication_is_notified_to_both(exchange: Exchange) -> None:
    await exchange.trade(OrderStatus.AUTH_FAILED)
    (*_, buyers) = await kinds(exchange, exchange.buyer)
    (*_, sellers) = await kinds(exchange, exchange.seller)
    assert (buyers, sellers) == ("order_auth_failed", "sale_auth_failed")


async def test_a_price_alert_notifies_when_an_ask_reaches_its_price(
    exchange: Exchange,
) -> None:
    await exchange.app.price_alerts.watch_price(
        exchange.buyer, product_id=exchange.product.id, size=SIZE, price=15_000
    )
    for price in (16_000, 15_000, 14_000):
        await exchange.ask(exchange.seller, price)
        await exchange.workers.settle()
    (_, dropped) = await read(exchange, exchange.buyer)
    assert isinstance(dropped.notice, PriceDroppedNotice)
    assert (dropped.notice.wanted, dropped.notice.lowest_ask) == (15_000, 15_000)
    assert dropped.notice.shoe.name == "Brand Model White/Black"


async def test_each_refused_payout_is_notified(exchange: Exchange) -> None:
    seller = await exchange.new_seller(tokens.CLOSED_ACCOUNT)
    await exchange.trade(OrderStatus.DELIVERED, seller=seller)
    await exchange.later(HOLD)
    await exchange.app.users.set_payout_account(seller, account=tokens.CLOSED_ACCOUNT)
    await exchange.quiet()
    await exchange.app.users.set_payout_account(seller, account=tokens.ACCOUNT)
    await exchange.quiet()
    assert (await kinds(exchange, seller))[-3:] == [
        "payout_refused",
        "payout_refused",
        "payout_paid",
    ]


async def test_a_refused_payout_is_the_amount_after_penalties(exchange: Exchange) -> None:
    seller = await exchange.new_seller(tokens.CLOSED_ACCOUNT)
    await exchange.trade(OrderStatus.CANCELLED, seller=seller)
    await exchange.trade(OrderStatus.DELIVERED, seller=seller)
    await exchange.later(HOLD)
    refused = (await read(exchange, seller))[-1].notice
    assert isinstance(refused, PayoutRefusedNotice)
    assert refused.amount == 17_600 - 3_000


async def test_duplicate_events_of_an_order_are_not_notified_again(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.CANCELLED)
    before = [await kinds(exchange, person) for person in exchange.people]
    for message in list(exchange.bus.published):
        if message.key == str(order.id):
            await exchange.tell_again(message)
    await exchange.quiet()
    assert [await kinds(exchange, person) for person in exchange.people] == before


# ---- nobody waits for a messenger ----------------------------------------------------------------


@dataclass
class BrokenMailer(Mailer):
    """Fails until it is repaired."""

    mended: MemoryMailer | None = None

    async def send(self, mail: Mail) -> Sequence[Undeliverable]:
        if self.mended is None:
            raise Unavailable(what="the mail server")
        return await self.mended.send(mail)


MATCHED = (NotificationKind.BID_MATCHED, NotificationKind.ASK_MATCHED)


async def test_an_outage_delays_no_trade_and_all_that_is_still_true_is_mailed_afterwards() -> None:
    mailer = BrokenMailer()
    exchange = build_exchange(mailer=mailer)
    await exchange.open()
    order = await exchange.trade(OrderStatus.SHIPPING_TO_BUYER)
    assert order.status is OrderStatus.SHIPPING_TO_BUYER
    mailer.mended = MemoryMailer()
    await exchange.quiet()
    mailed = Counter(mail.to for mail in mailer.mended.sent)
    assert mailed == {
        (await exchange.store.users.get(person.user_id)).email: len(
            [told for told in await read(exchange, person) if told.notice.KIND not in MATCHED]
        )
        for person in exchange.people
    }
    await engine_of(exchange.app).stop()


@dataclass
class RefusingMailer(MemoryMailer):
    """Refuses every mail of some subjects once."""

    subjects: tuple[str, ...]

    def __post_init__(self) -> None:
        super().__init__()
        self._refused: set[object] = set()

    async def send(self, message: Mail) -> Sequence[Undeliverable]:
        if message.subject.startswith(self.subjects) and message.id not in self._refused:
            self._refused.add(message.id)
            raise Unavailable(what="the mail server")
        return await super().send(message)

    def subjects_to(self, address: str) -> list[str]:
        return [mail.subject.partition(":")[0] for mail in self.sent if mail.to == address]


@pytest.mark.parametrize(
    ("refused", "status", "mailed"),
    [
        ("Ask matched", OrderStatus.CONFIRMED, ["Sale confirmed"]),
        ("Sale confirmed", OrderStatus.CONFIRMED, ["Ask matched", "Sale confirmed"]),
        ("Sale confirmed", OrderStatus.CANCELLED, ["Ask matched", "Sale cancelled"]),
    ],
)
async def test_a_letter_that_failed_at_first_is_not_sent_if_its_order_made_it_untrue(
    refused: str, status: OrderStatus, mailed: list[str]
) -> None:
    mailer = RefusingMailer((refused,))
    exchange = build_exchange(mailer=mailer)
    await exchange.open()
    await exchange.trade(status)
    await exchange.quiet()
    seller = await exchange.store.users.get(exchange.seller.user_id)
    assert mailer.subjects_to(seller.email)[1:] == mailed
    await engine_of(exchange.app).stop()


async def test_a_letter_that_failed_at_first_is_sent_while_it_is_true() -> None:
    mailer = RefusingMailer(("Ask matched",))
    exchange = build_exchange(mailer=mailer)
    await exchange.open()
    exchange.line.is_cut = True
    await exchange.match()
    await exchange.workers.settle()
    await exchange.later(timedelta(seconds=1))
    exchange.line.is_cut = False
    await exchange.quiet()
    seller = await exchange.store.users.get(exchange.seller.user_id)
    assert mailer.subjects_to(seller.email)[1:] == ["Ask matched", "Sale confirmed"]
    await engine_of(exchange.app).stop()


class WrongTemplates(Templates):
    """Fails for every notice."""

    def headline(self, notice: Notice, recipient: Recipient) -> Headline:
        raise AssertionError(f"there are no words for {notice!r}")

    def render(
        self, notice: Notice, recipient: Recipient, *, choices_url: str | None = None
    ) -> Letter:
        raise AssertionError(f"there are no words for {notice!r}")


async def test_broken_templates_delay_no_trade() -> None:
    exchange = build_exchange(templates=WrongTemplates())
    await exchange.open()
    order = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.later(HOLD)
    assert (await exchange.payout(order.id)).state is PayoutState.PAID
    failed = {delivery.consumer.split(":")[0] for delivery in await exchange.waiting()}
    assert failed == {"notifications.notify"}
    await engine_of(exchange.app).stop()
