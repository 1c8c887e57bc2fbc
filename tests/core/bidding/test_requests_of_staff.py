"""Admins request withdrawals, and the process with the engine carries them out."""

import pytest

from solebook.ports.language.audit import Act, AuditAction, AuditEntry, Target
from solebook.ports.language.errors import Forbidden, InvalidText, NotFound, QuoteNotActive
from solebook.ports.language.events import (
    QuotesWithdrawn,
    QuoteWithdrawalRequested,
    UserSuspended,
)
from solebook.ports.language.ids import QuoteId
from solebook.ports.language.market import Quote, QuoteStatus, Side, WithdrawalReason
from solebook.ports.language.messages import Message
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import OPERATOR, Actor

from ...exchange import Exchange

WHY = "the amount is a typing error"


async def status(exchange: Exchange, quote: Quote) -> QuoteStatus:
    return (await exchange.store.quotes.get(quote.id)).status


async def request(exchange: Exchange, quote: Quote, **more: str) -> AuditEntry:
    return await exchange.app.bidding.request_withdrawal(
        exchange.admin, quote.id, reason=WHY, **more
    )


async def outcome(exchange: Exchange, entry: AuditEntry) -> Act | None:
    found = await exchange.store.audit_log.outcome_of(entry.id)
    return None if found is None else found.act


async def entries(exchange: Exchange) -> int:
    return len((await exchange.store.audit_log.page(PageRequest(limit=100))).items)


def message(exchange: Exchange, kind: type[object]) -> Message:
    [found] = [m for m in exchange.bus.published if isinstance(m.event, kind)]
    return found


# ---- one quote -----------------------------------------------------------------------------------


@pytest.mark.parametrize("note", [None, "please check the amount"])
async def test_a_withdrawal_notifies_the_owner_and_is_in_the_audit_log(
    exchange: Exchange, note: str | None
) -> None:
    ask = (await exchange.ask(exchange.seller)).quote
    entry = await exchange.app.bidding.request_withdrawal(OPERATOR, ask.id, reason=WHY, note=note)
    assert entry.act == Act(
        actor_id=OPERATOR.user_id,
        action=AuditAction.QUOTE_WITHDRAWAL_REQUESTED,
        target=Target.quote(ask.id),
        reason=entry.act.reason,
        facts={"side": "ask", "owner_id": str(ask.user_id), "amount": ask.amount, "note": note},
    )
    assert entry.act.reason == WHY
    assert await status(exchange, ask) is QuoteStatus.ACTIVE
    assert await outcome(exchange, entry) is None

    await exchange.workers.settle()

    assert await status(exchange, ask) is QuoteStatus.CANCELLED
    assert await outcome(exchange, entry) == Act(
        actor_id=OPERATOR.user_id,
        action=AuditAction.CARRIED_OUT,
        target=Target.quote(ask.id),
        reason=entry.act.reason,
        facts={"status": "cancelled"},
        about=entry.id,
    )
    withdrawn = message(exchange, QuotesWithdrawn).event
    assert isinstance(withdrawn, QuotesWithdrawn)
    assert (withdrawn.user_id, withdrawn.reason) == (ask.user_id, WithdrawalReason.ADMIN)
    assert withdrawn.note == note


async def test_a_redelivered_request_is_carried_out_once(exchange: Exchange) -> None:
    ask = (await exchange.ask(exchange.seller)).quote
    entry = await request(exchange, ask)
    await exchange.workers.settle()
    before, first = await entries(exchange), await outcome(exchange, entry)

    await exchange.tell_again(message(exchange, QuoteWithdrawalRequested))
    await exchange.workers.settle()

    assert (await entries(exchange), await outcome(exchange, entry)) == (before, first)


async def test_a_withdrawal_without_a_recorded_outcome_is_recorded_as_carried_out(
    exchange: Exchange,
) -> None:
    ask = (await exchange.ask(exchange.seller)).quote
    entry = await request(exchange, ask)
    # As if the process had died between the withdrawal and the note of it.
    await exchange.app.matching.withdraw(ask, WithdrawalReason.ADMIN)

    await exchange.workers.settle()

    act = await outcome(exchange, entry)
    assert act is not None
    assert (act.action, act.facts) == (AuditAction.CARRIED_OUT, {"status": "cancelled"})


async def test_a_quote_that_matched_first_stays_matched_and_the_audit_log_says_so(
    exchange: Exchange,
) -> None:
    ask = (await exchange.ask(exchange.seller)).quote
    entry = await request(exchange, ask)
    await exchange.bid(exchange.buyer)

    await exchange.workers.settle()

    assert await status(exchange, ask) is QuoteStatus.MATCHED
    act = await outcome(exchange, entry)
    assert act is not None
    assert (act.action, act.facts) == (AuditAction.NOT_CARRIED_OUT, {"status": "matched"})


async def test_a_request_waits_for_an_engine_that_fails(exchange: Exchange) -> None:
    ask = (await exchange.ask(exchange.seller)).quote
    exchange.bus.failing["bidding.carry_out_withdrawal:quote.withdrawal_requested"] = 2
    entry = await request(exchange, ask)

    await exchange.quiet()

    assert await status(exchange, ask) is QuoteStatus.CANCELLED
    assert await outcome(exchange, entry) is not None


async def test_only_admins_withdraw_quotes_of_others(exchange: Exchange) -> None:
    ask = (await exchange.ask(exchange.seller)).quote
    before = await entries(exchange)
    for who in (exchange.buyer, exchange.seller, exchange.authenticator):
        with pytest.raises(Forbidden):
            await exchange.app.bidding.request_withdrawal(who, ask.id, reason=WHY)
    await exchange.workers.settle()
    assert await status(exchange, ask) is QuoteStatus.ACTIVE
    assert await entries(exchange) == before


async def test_a_refused_request_leaves_no_audit_entry(exchange: Exchange) -> None:
    admin, withdraw = exchange.admin, exchange.app.bidding.request_withdrawal
    ask = (await exchange.ask(exchange.seller)).quote
    await exchange.bid(exchange.buyer)
    open_ask = (await exchange.ask(exchange.seller)).quote
    before = await entries(exchange)
    with pytest.raises(QuoteNotActive):
        await withdraw(admin, ask.id, reason=WHY)
    with pytest.raises(NotFound):
        await withdraw(admin, QuoteId(exchange.app.adapters.ids.new()), reason=WHY)
    for reason, note in (("", None), ("two\nlines", None), (WHY, "x" * 501), (WHY, "a\tb")):
        with pytest.raises(InvalidText):
            await withdraw(admin, open_ask.id, reason=reason, note=note)
    await exchange.workers.settle()
    assert await status(exchange, open_ask) is QuoteStatus.ACTIVE
    assert await entries(exchange) == before


# ---- a suspension --------------------------------------------------------------------------------


async def suspend(exchange: Exchange, who: Actor, *, suspended: bool = True) -> AuditEntry:
    done = await exchange.app.users.set_suspension(
        exchange.admin, who.user_id, suspended=suspended, reason=WHY
    )
    return done.entry


async def test_a_suspension_withdraws_all_quotes_of_the_user_and_no_others(
    exchange: Exchange,
) -> None:
    trader = await exchange.new_seller()
    await exchange.app.users.set_payment_method(trader, token="pm_card_visa")
    await exchange.app.users.add_address(
        trader, street="1 Test Street", city="Testville", region="", postal_code="", country="US"
    )
    own = [
        (await exchange.ask(trader, 30_000)).quote,
        (await exchange.ask(trader, 31_000)).quote,
        (await exchange.bid(trader, 10_000)).quote,
    ]
    others = [
        (await exchange.ask(exchange.seller, 32_000)).quote,
        (await exchange.bid(exchange.buyer, 9_000)).quote,
    ]

    entry = await suspend(exchange, trader)
    await exchange.workers.settle()

    assert {await status(exchange, quote) for quote in own} == {QuoteStatus.CANCELLED}
    assert {await status(exchange, quote) for quote in others} == {QuoteStatus.ACTIVE}
    act = await outcome(exchange, entry)
    assert act is not None
    assert (act.action, act.facts) == (AuditAction.CARRIED_OUT, {"withdrawn": 3})
    withdrawn = message(exchange, QuotesWithdrawn).event
    assert isinstance(withdrawn, QuotesWithdrawn)
    assert (withdrawn.reason, withdrawn.count) == (WithdrawalReason.SUSPENDED, 3)


async def test_a_redelivered_suspension_has_one_outcome(exchange: Exchange) -> None:
    await exchange.ask(exchange.seller)
    entry = await suspend(exchange, exchange.seller)
    await exchange.workers.settle()
    first = await outcome(exchange, entry)

    await exchange.tell_again(message(exchange, UserSuspended))
    await exchange.workers.settle()

    assert first is not None
    assert first.facts == {"withdrawn": 1}
    assert await outcome(exchange, entry) == first


async def test_a_suspension_without_a_recorded_outcome_still_reports_the_count(
    exchange: Exchange,
) -> None:
    await exchange.ask(exchange.seller)
    entry = await suspend(exchange, exchange.seller)
    # As if the process had died as soon as the engine had committed it.
    await exchange.app.matching.withdraw_all(
        exchange.seller.user_id, tuple(Side), WithdrawalReason.SUSPENDED, entry_id=entry.id
    )
    await exchange.workers.settle()
    act = await outcome(exchange, entry)
    assert act is not None
    assert act.facts == {"withdrawn": 1}


async def test_a_suspension_that_was_lifted_before_it_is_handled_withdraws_nothing(
    exchange: Exchange,
) -> None:
    ask = (await exchange.ask(exchange.seller)).quote
    entry = await suspend(exchange, exchange.seller)
    await suspend(exchange, exchange.seller, suspended=False)
    await exchange.workers.settle()
    assert await status(exchange, ask) is QuoteStatus.ACTIVE
    act = await outcome(exchange, entry)
    assert act is not None
    assert (act.action, act.facts) == (AuditAction.NOT_CARRIED_OUT, {"suspended": False})


async def test_lifting_a_suspension_does_not_call_the_engine(exchange: Exchange) -> None:
    entry = await suspend(exchange, exchange.seller, suspended=False)
    await exchange.workers.settle()
    assert await outcome(exchange, entry) is None
