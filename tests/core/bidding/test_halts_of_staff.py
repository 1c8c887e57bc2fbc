"""Staff has books halted and opened by the process with the engine."""

import pytest

from solebook.ports.language.audit import Act, AuditAction, AuditEntry, Target, TargetKind
from solebook.ports.language.errors import (
    BookHalted,
    Forbidden,
    HaltEnded,
    InvalidSize,
    InvalidText,
    NotFound,
    SizeNotOffered,
)
from solebook.ports.language.events import HaltEndRequested, HaltRequested
from solebook.ports.language.halts import Halt
from solebook.ports.language.ids import HaltId, ProductId
from solebook.ports.language.market import Condition
from solebook.ports.language.messages import Message
from solebook.ports.language.paging import PageRequest

from ...exchange import SIZE, Exchange

WHY = "the price is a rumour"


async def standing(exchange: Exchange) -> list[Halt]:
    return list((await exchange.store.halts.page(PageRequest(), standing=True)).items)


async def halt(exchange: Exchange, size: str | None = None) -> AuditEntry:
    return await exchange.app.bidding.request_halt(
        exchange.admin, exchange.product.id, size=size, reason=WHY
    )


async def end(exchange: Exchange, halt_id: HaltId) -> AuditEntry:
    return await exchange.app.bidding.request_halt_end(exchange.admin, halt_id, reason=WHY)


async def outcome(exchange: Exchange, entry: AuditEntry) -> Act:
    found = await exchange.store.audit_log.outcome_of(entry.id)
    assert found is not None
    return found.act


async def entries(exchange: Exchange) -> int:
    return len((await exchange.store.audit_log.page(PageRequest(limit=100))).items)


def message(exchange: Exchange, kind: type[object]) -> Message:
    [found] = [m for m in exchange.bus.published if isinstance(m.event, kind)]
    return found


@pytest.mark.parametrize("size", [None, SIZE])
async def test_books_are_halted_and_opened_again_by_request(
    exchange: Exchange, size: str | None
) -> None:
    asked = await halt(exchange, size)
    assert (asked.act.action, asked.act.target, asked.act.reason) == (
        AuditAction.HALT_REQUESTED,
        Target.product(exchange.product.id),
        WHY,
    )
    assert await standing(exchange) == []

    await exchange.workers.settle()

    [halted] = await standing(exchange)
    assert (halted.product_id, halted.size, halted.condition) == (exchange.product.id, size, None)
    facts = {"halt_id": str(halted.id), "stood_before": False}
    act = await outcome(exchange, asked)
    assert (act.action, act.facts, act.target) == (
        AuditAction.CARRIED_OUT,
        facts,
        asked.act.target,
    )
    with pytest.raises(BookHalted):
        await exchange.ask(exchange.seller)

    asked = await end(exchange, halted.id)
    assert asked.act.target == Target(TargetKind.HALT, halted.id)
    await exchange.workers.settle()

    assert await standing(exchange) == []
    assert (await outcome(exchange, asked)).action is AuditAction.CARRIED_OUT
    await exchange.ask(exchange.seller)


async def test_requests_that_come_twice_are_carried_out_once(exchange: Exchange) -> None:
    first = await halt(exchange)
    await exchange.workers.settle()
    [halted] = await standing(exchange)
    asked = await end(exchange, halted.id)
    await exchange.workers.settle()
    before = await entries(exchange), await outcome(exchange, first), await outcome(exchange, asked)

    for kind in (HaltRequested, HaltEndRequested):
        await exchange.tell_again(message(exchange, kind))
        await exchange.workers.settle()

    after = await entries(exchange), await outcome(exchange, first), await outcome(exchange, asked)
    assert after == before
    assert await standing(exchange) == []


async def test_books_that_are_halted_already_keep_their_halt(exchange: Exchange) -> None:
    first, second = await halt(exchange), await halt(exchange)
    await exchange.workers.settle()
    [halted] = await standing(exchange)
    assert (await outcome(exchange, first)).facts["stood_before"] is False
    assert (await outcome(exchange, second)).facts == {
        "halt_id": str(halted.id),
        "stood_before": True,
    }


async def test_halting_and_opening_are_carried_out_in_their_order(exchange: Exchange) -> None:
    await halt(exchange)
    await exchange.workers.settle()
    [halted] = await standing(exchange)
    await end(exchange, halted.id)
    again = await halt(exchange)
    await exchange.workers.settle()
    [stands] = await standing(exchange)
    assert str(stands.id) == (await outcome(exchange, again)).facts["halt_id"]
    assert stands.id != halted.id


async def test_a_size_that_was_taken_away_is_halted_as_long_as_quotes_stand_in_it(
    exchange: Exchange,
) -> None:
    bid = (await exchange.bid(exchange.buyer)).quote
    await exchange.app.catalog.edit_product(exchange.admin, exchange.product.id, sizes=["12"])
    asked = await halt(exchange, SIZE)
    await exchange.workers.settle()
    assert (await outcome(exchange, asked)).action is AuditAction.CARRIED_OUT
    await exchange.app.bidding.cancel_quote(exchange.buyer, bid.side, bid.id)
    with pytest.raises(SizeNotOffered):
        await halt(exchange, SIZE)


async def test_only_admins_halt_and_open_books(exchange: Exchange) -> None:
    await halt(exchange)
    await exchange.workers.settle()
    [halted] = await standing(exchange)
    before = await entries(exchange)
    for who in (exchange.buyer, exchange.seller, exchange.authenticator):
        with pytest.raises(Forbidden):
            await exchange.app.bidding.request_halt(who, exchange.product.id, reason=WHY)
        with pytest.raises(Forbidden):
            await exchange.app.bidding.request_halt_end(who, halted.id, reason=WHY)
    await exchange.workers.settle()
    assert (await standing(exchange), await entries(exchange)) == ([halted], before)


async def test_what_cannot_be_halted_or_opened_leaves_no_entry(exchange: Exchange) -> None:
    bidding, admin, product = exchange.app.bidding, exchange.admin, exchange.product.id
    await halt(exchange)
    await exchange.workers.settle()
    [halted] = await standing(exchange)
    await end(exchange, halted.id)
    await exchange.workers.settle()
    before = await entries(exchange)
    with pytest.raises(HaltEnded):
        await bidding.request_halt_end(admin, halted.id, reason=WHY)
    with pytest.raises(NotFound):
        await bidding.request_halt_end(admin, HaltId(exchange.app.adapters.ids.new()), reason=WHY)
    with pytest.raises(NotFound):
        await bidding.request_halt(admin, ProductId(exchange.app.adapters.ids.new()), reason=WHY)
    with pytest.raises(InvalidSize):
        await bidding.request_halt(admin, product, size="999", reason=WHY)
    with pytest.raises(SizeNotOffered):
        await bidding.request_halt(admin, product, size="12", condition=Condition.NEW, reason=WHY)
    for reason in ("", "two\nlines"):
        with pytest.raises(InvalidText):
            await bidding.request_halt(admin, product, reason=reason)
        with pytest.raises(InvalidText):
            await bidding.request_halt_end(admin, halted.id, reason=reason)
    await exchange.workers.settle()
    assert (await standing(exchange), await entries(exchange)) == ([], before)
