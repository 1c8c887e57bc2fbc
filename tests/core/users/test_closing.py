"""An account is closed at once, its trades go on, and what is personal goes with the last one."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from solebook.adapters.memory.messengers import MemoryMailer
from solebook.adapters.memory.users import MemoryTraders
from solebook.composition.engine import engine_of
from solebook.ports.language.api_tokens import KeyScope
from solebook.ports.language.complaints import ComplaintKind
from solebook.ports.language.errors import (
    AccountClosed,
    AccountNeeded,
    InvalidToken,
    NotFound,
    TradingSuspended,
    WrongCredentials,
)
from solebook.ports.language.ids import UserId
from solebook.ports.language.market import Side
from solebook.ports.language.orders import OrderStatus, PaymentStatus, PayoutStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import OPERATOR, Actor, Role, User

from ...exchange import Exchange, build_exchange
from ...invariants import checked_exchange

PASSWORD = "correct horse"
DAY = timedelta(days=1)


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    async with checked_exchange() as exchange:
        yield exchange


async def close(exchange: Exchange, actor: Actor) -> None:
    await exchange.app.closing.close_account(actor, password=PASSWORD)
    await exchange.workers.settle()


async def user_of(exchange: Exchange, actor: Actor) -> User:
    return await exchange.store.users.get(actor.user_id)


def mails_to(exchange: Exchange, email: str) -> list[str]:
    mailer = exchange.app.adapters.mailer
    assert isinstance(mailer, MemoryMailer)
    return [mail.subject for mail in mailer.sent if mail.to == email]


async def because(exchange: Exchange, actor: Actor) -> tuple[str, ...]:
    with pytest.raises(AccountNeeded) as refused:
        await exchange.app.closing.close_account(actor, password=PASSWORD)
    assert (await user_of(exchange, actor)).closed_at is None
    return refused.value.because


async def test_a_closed_account_is_closed_at_once(exchange: Exchange) -> None:
    app, buyer = exchange.app, exchange.buyer
    await exchange.bid(buyer, 10_000)
    user = await user_of(exchange, buyer)
    signed_in = await app.users.sign_in(email=user.email, password=PASSWORD)
    key = await app.users.create_api_key(buyer, name="bot", scopes=[KeyScope.READ])
    await app.price_alerts.watch_price(buyer, product_id=exchange.product.id, size="9", price=9_000)
    with pytest.raises(WrongCredentials):
        await app.closing.close_account(buyer, password="another password")
    await close(exchange, buyer)

    with pytest.raises(InvalidToken):
        await app.users.authenticate_caller(signed_in.access_token)
    with pytest.raises(InvalidToken):
        await app.users.authenticate_caller(key.token)
    with pytest.raises(InvalidToken):
        await app.users.refresh_session(refresh_token=signed_in.refresh_token)
    with pytest.raises(WrongCredentials):
        await app.users.sign_in(email=user.email, password=PASSWORD)
    with pytest.raises(TradingSuspended):
        await exchange.bid(buyer, 10_000)
    page = PageRequest(10)
    bids = await exchange.store.quotes.of_user(buyer.user_id, Side.BID, page, standing=True)
    assert bids.items == ()
    assert (await exchange.store.price_alerts.of_user(buyer.user_id, page)).items == ()
    await app.users.request_password_reset(user.email)
    await exchange.workers.settle()
    assert mails_to(exchange, user.email)[-1] == "Account closed"


async def test_nothing_of_a_closed_account_is_changed(exchange: Exchange) -> None:
    app, user_id = exchange.app, exchange.buyer.user_id
    await close(exchange, exchange.buyer)
    with pytest.raises(AccountClosed):
        await app.users.set_suspension(OPERATOR, user_id, suspended=False, reason="a mistake")
    with pytest.raises(AccountClosed):
        await app.users.set_roles(OPERATOR, user_id, roles=frozenset({Role.ADMIN}))
    token = await app.users.issue_api_token(
        OPERATOR, name="a service", scopes=["UserService"], reason="for it"
    )
    with pytest.raises(NotFound):
        await app.users.authenticate_caller(token.token, acting_for=user_id)


async def test_an_admin_closes_it_for_a_user_who_asks_by_letter(exchange: Exchange) -> None:
    close_account = exchange.app.closing.close_account
    entry = await close_account.for_user(
        OPERATOR, exchange.buyer.user_id, reason="asked by a letter"
    )
    assert entry is not None
    assert entry.act.reason == "asked by a letter"
    again = await close_account.for_user(OPERATOR, exchange.buyer.user_id, reason="asked again")
    assert again is None


async def test_it_is_refused_while_a_debt_a_complaint_or_a_sale_stands(exchange: Exchange) -> None:
    order_id = await exchange.match()
    await exchange.workers.settle()
    assert await because(exchange, exchange.seller) == ("sale_not_shipped",)
    await exchange.bring(order_id, OrderStatus.DELIVERED)
    await exchange.app.orders.complain(
        exchange.buyer, order_id, kind=ComplaintKind.NOT_AS_DESCRIBED, reason="worn"
    )
    await exchange.workers.settle()
    assert await because(exchange, exchange.seller) == ("complaint",)
    assert await because(exchange, exchange.buyer) == ("complaint",)
    debtor = await exchange.new_seller("acct_other")
    await exchange.cancel((await exchange.trade(seller=debtor)).id)
    assert await because(exchange, debtor) == ("debt",)
    await exchange.app.payments.write_off_debt(
        OPERATOR, debtor.user_id, amount=3_000, reason="goodwill"
    )
    await close(exchange, debtor)


async def test_the_only_admin_stays(exchange: Exchange) -> None:
    app, admin = exchange.app, exchange.admin
    await app.users.set_roles(OPERATOR, admin.user_id, roles=frozenset({Role.ADMIN}))
    assert await because(exchange, admin) == ("only_admin",)
    await app.users.set_roles(OPERATOR, exchange.buyer.user_id, roles=frozenset({Role.ADMIN}))
    await close(exchange, admin)
    assert (await user_of(exchange, admin)).roles == frozenset()


async def test_trades_go_on_and_are_told_until_the_last_is_over(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.SELLER_SHIPPING)
    buyer, seller = (
        await user_of(exchange, exchange.buyer),
        await user_of(exchange, exchange.seller),
    )
    await close(exchange, exchange.buyer)
    await close(exchange, exchange.seller)
    await exchange.later(2 * DAY)
    assert await exchange.store.destinations.find(order.id) is not None

    await exchange.bring(order.id, OrderStatus.DELIVERED)
    assert (await user_of(exchange, exchange.seller)).email == seller.email
    await exchange.later(4 * DAY)
    done = await exchange.order(order.id)
    assert done.payout_status is PayoutStatus.PAID
    assert "Order delivered" in " ".join(mails_to(exchange, buyer.email))
    assert "Payout paid" in " ".join(mails_to(exchange, seller.email))

    await exchange.later(11 * DAY)
    for actor in (exchange.buyer, exchange.seller):
        erased = await user_of(exchange, actor)
        assert erased.erased_at is not None
        assert (erased.first_name, erased.last_name) == ("Closed", "account")
        assert (erased.payment_method, erased.payout_account) == (None, None)
    assert await exchange.store.destinations.find(order.id) is not None
    await exchange.later(180 * DAY)
    assert await exchange.store.destinations.find(order.id) is None
    assert (await exchange.payout(order.id)).account is None
    again = await exchange.person(email=buyer.email)
    assert again.user_id != exchange.buyer.user_id


async def test_a_refund_still_reaches_a_buyer_who_closed(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.AUTHENTICATING)
    await close(exchange, exchange.buyer)
    await exchange.later(2 * DAY)
    assert (await user_of(exchange, exchange.buyer)).erased_at is None
    await exchange.bring(order.id, OrderStatus.AUTH_FAILED)
    assert (await exchange.order(order.id)).payment_status is PaymentStatus.REFUNDED


class SlowTraders(MemoryTraders):
    """Lets the engine read who may trade, and waits before it hears the answer."""

    def __init__(self, database: MemoryTraders) -> None:
        super().__init__(database._database)
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.asked = asyncio.Event()

    async def barred(
        self, user_ids: Collection[UserId], now: datetime
    ) -> Mapping[UserId, frozenset[Side]]:
        answer = await super().barred(user_ids, now)
        self.asked.set()
        await self.go_on.wait()
        return answer


@pytest.mark.parametrize("trades", [False, True])
@pytest.mark.parametrize("by_letter", [False, True])
async def test_a_bid_that_is_under_way_leaves_or_trades_to_the_end(
    trades: bool, by_letter: bool
) -> None:
    exchange = build_exchange(
        change=lambda store: replace(store, traders=SlowTraders(store.traders))  # type: ignore[arg-type]  # it is in memory
    )
    await exchange.open()
    traders, buyer = exchange.store.traders, exchange.buyer
    assert isinstance(traders, SlowTraders)
    if trades:
        await exchange.ask(exchange.seller)
    traders.asked.clear()
    traders.go_on.clear()
    bid = asyncio.create_task(exchange.bid(buyer))
    await traders.asked.wait()  # the engine believes that the buyer may bid
    close_account = exchange.app.closing.close_account
    closing = asyncio.create_task(
        close_account.for_user(OPERATOR, buyer.user_id, reason="asked for it")
        if by_letter
        else close_account(buyer, password=PASSWORD)
    )
    if by_letter:
        await closing  # before the bid is committed
        assert (await user_of(exchange, buyer)).closed_at is not None
    traders.go_on.set()
    placed = await bid
    await closing
    await exchange.quiet()

    page = PageRequest(10)
    left = await exchange.store.quotes.of_user(buyer.user_id, Side.BID, page, standing=True)
    assert left.items == ()
    await exchange.later(timedelta(hours=2))  # and the card may leave
    if trades:
        assert placed.match is not None
        order = await exchange.order(placed.match.id)
        assert (order.status, order.payment_status) == ("confirmed", "captured")
        assert (await user_of(exchange, buyer)).email.endswith("@example.com")
    assert await exchange.store.payment_methods.of(buyer.user_id) == []
    await engine_of(exchange.app).stop()


async def test_an_email_that_was_taken_before_stops_no_erasure(exchange: Exchange) -> None:
    first = await exchange.person()
    taken = f"{first.user_id}@closed.invalid"
    squatter = await exchange.person()
    async with exchange.store.transaction():
        await exchange.store.users.save(replace(await user_of(exchange, squatter), email=taken))
    for actor in (first, squatter, exchange.buyer):
        await close(exchange, actor)
    await exchange.later(11 * DAY)
    emails = set()
    for actor in (first, squatter, exchange.buyer):
        erased = await user_of(exchange, actor)
        assert erased.erased_at is not None
        emails.add(erased.email)
    assert len(emails) == 3
    assert {email.rpartition("@")[2] for email in emails} == {"closed.invalid"}


async def test_an_account_that_cannot_be_erased_keeps_no_other(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for actor in (exchange.buyer, exchange.seller):
        await close(exchange, actor)
    broken, other = sorted((exchange.buyer.user_id, exchange.seller.user_id))
    erase = exchange.store.personal_records.erase

    async def erase_one(user_id: UserId) -> None:
        if user_id == broken:
            raise NotFound(what="user", id=user_id)
        await erase(user_id)

    with monkeypatch.context() as patched:
        patched.setattr(exchange.store.personal_records, "erase", erase_one)
        await exchange.later(11 * DAY)
    assert (await exchange.store.users.get(other)).erased_at is not None
    assert (await exchange.store.users.get(broken)).erased_at is None
    assert f"the closed account {broken} was not erased" in caplog.text
    await exchange.later(11 * DAY)
    assert (await exchange.store.users.get(broken)).erased_at is not None
