"""Sellers get accounts at the provider, and are paid as soon as those can be paid."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.operations import Operation
from solebook.core.payments.transfers import payable
from solebook.ports.language.errors import (
    InvalidText,
    PayoutAccountMissing,
    PayoutAccountUnusable,
    Unavailable,
)
from solebook.ports.language.ids import UserId
from solebook.ports.language.notifications import PayoutAccountRestrictedNotice
from solebook.ports.language.orders import Order, OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import PayoutState
from solebook.ports.language.seller_accounts import AccountLink, SellerAccount
from solebook.ports.language.users import Actor, Role
from solebook.ports.seller_accounts import SellerAccounts

from ...exchange import Exchange
from .reports import HOLD, PAYOUT, alarms, check_money, dashboard, told_of_latest


async def account_of(exchange: Exchange, seller: Actor) -> str:
    account = (await exchange.store.users.get(seller.user_id)).payout_account
    assert account is not None, seller
    return account


async def onboarded(exchange: Exchange) -> tuple[Actor, str]:
    """Return a new seller whose account is not complete, and the account."""
    seller = await exchange.person()
    await exchange.app.sellers.open_account(seller)
    return seller, await account_of(exchange, seller)


async def sold(exchange: Exchange, seller: Actor) -> Order:
    """Return a sale of the seller whose payout fell due."""
    order = await exchange.trade(OrderStatus.DELIVERED, seller=seller)
    await exchange.later(HOLD)
    return order


async def complete(exchange: Exchange, account: str) -> None:
    await dashboard(exchange).complete_account(account)
    await told_of_latest(exchange)


async def restrict(exchange: Exchange, account: str) -> None:
    await dashboard(exchange).restrict_account(account)
    await told_of_latest(exchange)


async def restrictions(exchange: Exchange, seller: Actor) -> list[PayoutAccountRestrictedNotice]:
    page = await exchange.store.notifications.of_user(seller.user_id, PageRequest(limit=100))
    notices = (each.notice for each in page.items)
    return [each for each in notices if isinstance(each, PayoutAccountRestrictedNotice)]


async def state_of(exchange: Exchange, order: Order) -> PayoutState:
    return (await exchange.payout(order.id)).state


def accounts_opened(exchange: Exchange) -> Any:
    return exchange.provider.journal.consult(
        lambda provider: sum(
            call.request.operation is Operation.ACCOUNT_OPENING for call in provider.calls
        )
    )


# ---- onboarding ------------------------------------------------------------------------------


async def test_a_user_gets_one_account_and_is_a_seller_at_once(exchange: Exchange) -> None:
    seller, account = await onboarded(exchange)
    await exchange.app.sellers.open_account(seller)
    assert await account_of(exchange, seller) == account
    assert await accounts_opened(exchange) == 1
    assert Role.SELLER in (await exchange.store.users.get(seller.user_id)).roles
    assert (await exchange.ask(seller)).quote.amount == 20_000


async def test_of_many_requests_for_a_link_all_get_one_account(exchange: Exchange) -> None:
    seller = await exchange.person()
    exchange.line.hold()
    requests = [asyncio.ensure_future(exchange.app.sellers.open_account(seller)) for _ in range(4)]
    await exchange.line.arrival()
    exchange.line.release()
    await asyncio.gather(*requests)
    assert await accounts_opened(exchange) == 1


@pytest.mark.parametrize("fault", ["is_cut", "loses_answers"])
async def test_an_account_whose_opening_was_lost_is_opened_once(
    exchange: Exchange, fault: str
) -> None:
    seller = await exchange.person()
    setattr(exchange.line, fault, True)
    with pytest.raises(Unavailable):
        await exchange.app.sellers.open_account(seller)
    assert (await exchange.store.users.get(seller.user_id)).payout_account is None
    setattr(exchange.line, fault, False)
    await exchange.app.sellers.open_account(seller)
    assert await accounts_opened(exchange) == 1


async def test_a_seller_sees_what_is_required_of_them(exchange: Exchange) -> None:
    seller, account = await onboarded(exchange)
    view = exchange.app.sellers.view_account
    shown = await view(seller)
    assert (shown.can_receive, shown.problem) == (False, "requirements.past_due")
    assert "a bank account" in shown.due
    await dashboard(exchange).complete_account(account)
    assert (await view(seller)).can_receive
    with pytest.raises(PayoutAccountMissing):
        await view(exchange.buyer)


async def test_links_are_for_accounts_that_have_pages(exchange: Exchange) -> None:
    seller, account = await onboarded(exchange)
    assert account in (await exchange.app.sellers.visit_dashboard(seller)).url
    with pytest.raises(PayoutAccountUnusable):
        await exchange.app.sellers.open_account(exchange.seller)
    with pytest.raises(PayoutAccountMissing):
        await exchange.app.sellers.visit_dashboard(exchange.buyer)


async def test_an_account_is_set_only_if_the_provider_has_it_for_that_user(
    exchange: Exchange,
) -> None:
    seller, account = await onboarded(exchange)
    set_account = exchange.app.users.set_payout_account
    for wrong in (account, "somewhere"):
        with pytest.raises(InvalidText):
            await set_account(exchange.buyer, account=wrong)
    assert (await set_account(seller, account=account)).payout_account == account


# ---- payouts ---------------------------------------------------------------------------------


async def test_what_was_sold_before_an_account_is_complete_is_paid_then(
    exchange: Exchange,
) -> None:
    seller, account = await onboarded(exchange)
    orders = [await exchange.trade(OrderStatus.DELIVERED, seller=seller) for _ in range(2)]
    await exchange.later(HOLD)
    for order in orders:
        payout = await exchange.payout(order.id)
        assert (payout.state, payout.reason) == (PayoutState.REFUSED, "requirements.past_due")
    await complete(exchange, account)
    assert [await state_of(exchange, order) for order in orders] == [PayoutState.PAID] * 2
    await check_money(exchange)


async def test_an_account_that_is_restricted_between_sale_and_payout_is_paid_later(
    exchange: Exchange,
) -> None:
    seller, account = await onboarded(exchange)
    await complete(exchange, account)
    order = await exchange.trade(OrderStatus.DELIVERED, seller=seller)
    await restrict(exchange, account)
    await exchange.later(HOLD)
    assert await state_of(exchange, order) is PayoutState.REFUSED
    assert await exchange.store.ledger.balance(payable(seller.user_id)) == PAYOUT
    await complete(exchange, account)
    assert await state_of(exchange, order) is PayoutState.PAID
    assert await alarms(exchange, order.id) == []
    await check_money(exchange)


async def test_a_seller_is_told_once_that_their_account_was_restricted(exchange: Exchange) -> None:
    seller, account = await onboarded(exchange)
    assert await restrictions(exchange, seller) == []
    await complete(exchange, account)
    await restrict(exchange, account)
    await restrict(exchange, account)
    await told_of_latest(exchange)
    [told] = await restrictions(exchange, seller)
    assert told.problem == "requirements.past_due"
    assert told.due == ("individual: document that proves who you are",)
    await complete(exchange, account)
    await restrict(exchange, account)
    assert len(await restrictions(exchange, seller)) == 2


async def test_webhooks_in_any_order_and_again_end_in_what_is_so_now(exchange: Exchange) -> None:
    seller, account = await onboarded(exchange)
    order = await sold(exchange, seller)
    for _ in range(2):
        await dashboard(exchange).complete_account(account)
        await dashboard(exchange).restrict_account(account)
    await dashboard(exchange).complete_account(account)
    for number in (-1, -5, -2, -2, -4, -3, -1):
        await told_of_latest(exchange) if number == -1 else await exchange.webhook(number)
        await exchange.workers.settle()
    assert await state_of(exchange, order) is PayoutState.PAID
    assert await restrictions(exchange, seller) == []
    await check_money(exchange)


async def test_a_payout_is_repeated_within_a_day_although_no_webhook_came(
    exchange: Exchange,
) -> None:
    seller, account = await onboarded(exchange)
    order = await sold(exchange, seller)
    await exchange.later(timedelta(days=2))
    assert await state_of(exchange, order) is PayoutState.REFUSED
    await dashboard(exchange).complete_account(account)
    await exchange.later(exchange.app.rules.alarm_interval)
    assert await state_of(exchange, order) is PayoutState.PAID
    await check_money(exchange)


async def test_a_payout_is_repeated_when_the_seller_looks(exchange: Exchange) -> None:
    seller, account = await onboarded(exchange)
    order = await sold(exchange, seller)
    await dashboard(exchange).complete_account(account)
    await exchange.app.sellers.view_account(seller)
    await exchange.workers.settle()
    assert await state_of(exchange, order) is PayoutState.PAID


async def test_a_frozen_payout_is_not_repeated_until_it_is_released(exchange: Exchange) -> None:
    seller, account = await onboarded(exchange)
    order = await sold(exchange, seller)
    await exchange.app.orders.freeze_payout(exchange.admin, order.id, reason="looks odd")
    await exchange.workers.settle()
    await complete(exchange, account)
    assert await state_of(exchange, order) is PayoutState.REFUSED
    await exchange.app.orders.release_payout(exchange.admin, order.id, reason="it is not")
    await exchange.workers.settle()
    assert await state_of(exchange, order) is PayoutState.PAID


async def test_a_cut_line_delays_what_a_webhook_hints_at(exchange: Exchange) -> None:
    seller, account = await onboarded(exchange)
    order = await sold(exchange, seller)
    await dashboard(exchange).complete_account(account)
    body, signature = (await exchange.provider.webhooks())[-1]
    exchange.line.is_cut = True
    await exchange.app.payments.receive_webhook(body, signature)
    await exchange.workers.settle()
    assert await state_of(exchange, order) is PayoutState.REFUSED
    exchange.line.is_cut = False
    await exchange.quiet()
    assert await state_of(exchange, order) is PayoutState.PAID


# ---- at the same time ------------------------------------------------------------------------


class SlowLook(SellerAccounts):
    """The accounts of `real`; the first look at one waits between its answer and its return."""

    def __init__(self, real: SellerAccounts) -> None:
        self._real = real
        self.has_looked, self.may_return = asyncio.Event(), asyncio.Event()

    async def find(self, account: str) -> SellerAccount | None:
        found = await self._real.find(account)
        if not self.has_looked.is_set():
            self.has_looked.set()
            await self.may_return.wait()
        return found

    async def open(
        self, *, user_id: UserId, email: str, country: str | None, since: datetime
    ) -> str:
        raise NotImplementedError

    async def onboarding(self, account: str) -> AccountLink:
        raise NotImplementedError

    async def dashboard(self, account: str) -> AccountLink:
        raise NotImplementedError


async def test_an_older_look_does_not_replace_a_newer_one(exchange: Exchange) -> None:
    seller, account = await onboarded(exchange)
    await complete(exchange, account)
    slow = SlowLook(exchange.app.adapters.seller_accounts)
    another = exchange.in_another_process(seller_accounts=slow)
    older = asyncio.ensure_future(another.app.sellers.view_account(seller))
    await slow.has_looked.wait()  # it saw that the account can be paid
    await restrict(exchange, account)
    slow.may_return.set()
    assert not (await older).can_receive
    known = await exchange.store.known_seller_accounts.find(seller.user_id)
    assert known is not None
    assert not known.can_receive
    assert len(await restrictions(exchange, seller)) == 1


@pytest.mark.parametrize("can_receive", [False, True])
async def test_an_older_look_does_not_replace_a_newer_one_that_changed_nothing(
    exchange: Exchange, *, can_receive: bool
) -> None:
    seller, account = await onboarded(exchange)
    await complete(exchange, account)
    if not can_receive:
        await restrict(exchange, account)
    told_before = len(await restrictions(exchange, seller))
    provider, again = dashboard(exchange), complete if can_receive else restrict
    slow = SlowLook(exchange.app.adapters.seller_accounts)
    another = exchange.in_another_process(seller_accounts=slow)
    if can_receive:  # for a moment it is the other way round, of which nobody tells
        await provider.restrict_account(account)
    else:
        await provider.complete_account(account)
    older = asyncio.ensure_future(another.app.sellers.view_account(seller))
    await slow.has_looked.wait()
    await again(exchange, account)  # as it is known
    slow.may_return.set()
    assert (await older).can_receive is can_receive
    known = await exchange.store.known_seller_accounts.find(seller.user_id)
    assert known is not None
    assert known.can_receive is can_receive
    assert len(await restrictions(exchange, seller)) == told_before


async def test_a_state_of_an_account_that_was_replaced_meanwhile_is_ignored(
    exchange: Exchange,
) -> None:
    seller, account = await onboarded(exchange)
    order = await sold(exchange, seller)
    slow = SlowLook(exchange.app.adapters.seller_accounts)
    another = exchange.in_another_process(seller_accounts=slow)
    older = asyncio.ensure_future(another.app.sellers.view_account(seller))
    await slow.has_looked.wait()
    await exchange.app.users.set_payout_account(seller, account=tokens.ACCOUNT)
    await dashboard(exchange).complete_account(account)
    slow.may_return.set()
    await older
    await exchange.quiet()
    payout = await exchange.payout(order.id)
    assert (payout.state, payout.account) == (PayoutState.PAID, tokens.ACCOUNT)


async def test_setting_an_account_does_not_replace_a_newer_look(exchange: Exchange) -> None:
    seller, account = await onboarded(exchange)
    await complete(exchange, account)
    slow = SlowLook(exchange.app.adapters.seller_accounts)
    another = exchange.in_another_process(seller_accounts=slow)
    setting = asyncio.ensure_future(another.app.users.set_payout_account(seller, account=account))
    await slow.has_looked.wait()  # it saw that the account can be paid
    await restrict(exchange, account)
    slow.may_return.set()
    await setting
    known = await exchange.store.known_seller_accounts.find(seller.user_id)
    assert known is not None
    assert not known.can_receive


async def test_the_first_of_two_accounts_that_are_set_at_once_is_looked_at_again(
    exchange: Exchange,
) -> None:
    seller = await exchange.person()
    slow = SlowLook(exchange.app.adapters.seller_accounts)
    another = exchange.in_another_process(seller_accounts=slow)
    first = asyncio.ensure_future(
        another.app.users.set_payout_account(seller, account=tokens.ACCOUNT)
    )
    await slow.has_looked.wait()
    await exchange.app.users.set_payout_account(seller, account=tokens.CLOSED_ACCOUNT)
    slow.may_return.set()
    assert (await first).payout_account == tokens.ACCOUNT
    known = await exchange.store.known_seller_accounts.find(seller.user_id)
    assert known is not None
    assert (known.account, known.can_receive, known.version) == (tokens.ACCOUNT, True, 2)
