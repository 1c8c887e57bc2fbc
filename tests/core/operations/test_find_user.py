"""Admins find a user, with quotes and balances."""

from datetime import timedelta

import pytest

from solebook.adapters.embedded import tokens
from solebook.ports.language.errors import Forbidden, NotFound
from solebook.ports.language.ids import UserId
from solebook.ports.language.market import Side
from solebook.ports.language.orders import OrderStatus

from ...exchange import Exchange


async def test_a_user_is_found_by_id_and_by_email(exchange: Exchange) -> None:
    find = exchange.app.operations.find_user
    seller = exchange.seller.user_id
    email = (await exchange.store.users.get(seller)).email
    by_id = await find(exchange.admin, seller)
    assert by_id.user.id == seller
    assert await find.by_email(exchange.admin, f" {email.upper()} ") == by_id


async def test_an_unknown_email_or_id_finds_nobody(exchange: Exchange) -> None:
    find = exchange.app.operations.find_user
    with pytest.raises(NotFound):
        await find(exchange.admin, UserId(exchange.app.adapters.ids.new()))
    assert await find.by_email(exchange.admin, "nobody@example.com") is None


async def test_a_record_counts_the_open_quotes(exchange: Exchange) -> None:
    asks = [(await exchange.ask(exchange.seller, 30_000 + n * 100)).quote for n in range(101)]
    await exchange.bid(exchange.buyer, 10_000)
    await exchange.match(price=20_000)
    find = exchange.app.operations.find_user
    seller = await find(exchange.admin, exchange.seller.user_id)
    assert (seller.open_asks, seller.open_bids) == (101, 0)
    buyer = await find(exchange.admin, exchange.buyer.user_id)
    assert (buyer.open_asks, buyer.open_bids) == (0, 1)
    # The invariant check at the end reads one page of each user's quotes.
    await exchange.app.bidding.cancel_quote(exchange.seller, Side.ASK, asks[0].id)


async def test_an_ask_waiting_outside_a_halted_book_counts_as_open(exchange: Exchange) -> None:
    buyer = await exchange.new_buyer(tokens.DECLINED_CARD)
    await exchange.match(buyer=buyer)
    await exchange.app.bidding.request_halt(
        exchange.admin, exchange.product.id, reason="the price is a rumour"
    )
    await exchange.workers.settle()
    record = await exchange.app.operations.find_user(exchange.admin, exchange.seller.user_id)
    assert record.open_asks == 1


async def test_a_record_has_payable_and_debt(exchange: Exchange) -> None:
    seller = await exchange.new_seller(tokens.CLOSED_ACCOUNT)
    sold = await exchange.trade(OrderStatus.DELIVERED, seller=seller)
    await exchange.later(timedelta(days=4))
    await exchange.trade(OrderStatus.CANCELLED, seller=seller)
    record = await exchange.app.operations.find_user(exchange.admin, seller.user_id)
    assert (record.payable, record.debt) == ((await exchange.payout(sold.id)).amount, 3_000)


async def test_a_record_has_the_declines_and_the_bar_on_bidding(
    exchange: Exchange,
) -> None:
    find = exchange.app.operations.find_user
    buyer = await exchange.new_buyer(tokens.DECLINED_CARD)
    for count in range(1, 4):
        await exchange.match(buyer=buyer, seller=await exchange.new_seller())
        await exchange.quiet()
        record = await find(exchange.admin, buyer.user_id)
        assert record.declines == count
        assert (record.bids_barred_until is not None) is (count == 3)
    await exchange.later(timedelta(days=31))
    record = await find(exchange.admin, buyer.user_id)
    assert (record.declines, record.bids_barred_until) == (0, None)


async def test_only_admins_find_users(exchange: Exchange) -> None:
    find = exchange.app.operations.find_user
    for who in (exchange.buyer, exchange.seller, exchange.authenticator):
        with pytest.raises(Forbidden):
            await find(who, exchange.buyer.user_id)
        with pytest.raises(Forbidden):
            await find.by_email(who, "user-0@example.com")
