"""Two processes that take the same step of a trade at the same time take it once."""

from dataclasses import replace
from datetime import timedelta

from solebook.core.orders.advance import order_cancelled
from solebook.core.payments.transfers import debt
from solebook.ports.language.authentication import AuthenticationTask
from solebook.ports.language.catalog import ReservationStatus
from solebook.ports.language.deadlines import DeadlineKind
from solebook.ports.language.errors import IllegalMove, TaskClaimed, VerdictGiven
from solebook.ports.language.events import (
    AuthFailed,
    AuthPassed,
    DeadlineReached,
    MatchCreated,
    StockRefused,
    StockReserved,
)
from solebook.ports.language.orders import Order, OrderStatus
from solebook.ports.language.users import Actor, Role

from ...exchange import FAIL, PARCEL, PASS, Exchange
from .racing import Race, Races, tried_again
from .trades import events_of, overdue

Exchanges = tuple[Exchange, Exchange]


# ---- stock ---------------------------------------------------------------------------------------


async def matches(exchange: Exchange, number: int) -> list[MatchCreated]:
    """Return the news of new matches, of which nobody was told yet."""
    order_ids = [await exchange.match() for _ in range(number)]
    told = await events_of(exchange, *order_ids)
    return [event for event in told if isinstance(event, MatchCreated)]


async def test_one_unit_is_reserved_once_for_a_match(exchanges: Exchanges, races: Races) -> None:
    one, other = exchanges

    async def once(race: Race, events: list[MatchCreated]) -> None:
        (event,) = events
        await race(
            tried_again(lambda: one.app.catalog.reserve_stock(event)),
            tried_again(lambda: other.app.catalog.reserve_stock(event)),
        )
        (level,) = await one.store.stock.levels(one.product.id)
        assert (level.available, level.reserved) == (0, 1)
        told = [type(event) for event in await events_of(one, event.order_id)]
        assert StockRefused not in told, "the second of the same is a repetition"
        assert StockReserved in told

    await races.on(lambda: matches(one, 1), once)


async def test_one_unit_is_reserved_for_one_of_two_orders(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges
    one.was_told_lies = True  # the engine never matches an ask twice

    async def once(race: Race, events: list[MatchCreated]) -> None:
        first, second = events
        for_the_same = replace(second, ask_id=first.ask_id)
        await race(
            tried_again(lambda: one.app.catalog.reserve_stock(first)),
            tried_again(lambda: other.app.catalog.reserve_stock(for_the_same)),
        )
        told = await events_of(one, first.order_id, second.order_id)
        assert [type(event) for event in told].count(StockReserved) == 1
        assert [type(event) for event in told].count(StockRefused) == 1
        (level,) = await one.store.stock.levels(one.product.id)
        assert level.reserved == 1

    await races.on(lambda: matches(one, 2), once)


async def test_the_unit_of_a_cancelled_order_is_not_reserved_in_the_end(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges

    async def once(race: Race, events: list[MatchCreated]) -> None:
        (event,) = events

        async def cancel() -> None:
            order = await other.app.orders.cancel_order(
                one.admin, event.order_id, reason="by mistake"
            )
            await other.app.catalog.release_stock(order_cancelled(order))

        await race(
            tried_again(lambda: one.app.catalog.reserve_stock(event)),
            tried_again(cancel),
        )
        reservation = await one.store.stock.find(event.order_id)
        assert reservation is not None
        assert reservation.status is not ReservationStatus.RESERVED

    await races.on(lambda: matches(one, 1), once)


# ---- the order -----------------------------------------------------------------------------------


async def test_an_order_is_shipped_or_cancelled(exchanges: Exchanges, races: Races) -> None:
    one, other = exchanges

    async def once(race: Race, order: Order) -> None:
        answers = await race(
            tried_again(lambda: one.app.orders.ship_pair(one.seller, order.id, **PARCEL)),
            tried_again(
                lambda: other.app.orders.cancel_order(one.seller, order.id, reason="lost it")
            ),
        )
        assert sorted(type(answer).__name__ for answer in answers) == ["IllegalMove", "Order"]
        after = (await one.order(order.id)).status
        shipped = isinstance(answers[0], Order)
        assert after is (OrderStatus.SELLER_SHIPPING if shipped else OrderStatus.CANCELLED)

    await races.on(one.trade, once)


async def test_an_overdue_order_is_shipped_or_cancelled(exchanges: Exchanges, races: Races) -> None:
    one, other = exchanges

    async def once(race: Race, order: Order) -> None:
        reached = DeadlineReached(order.id, DeadlineKind.SHIPMENT)
        shipped, _ = await race(
            tried_again(lambda: one.app.orders.ship_pair(one.seller, order.id, **PARCEL)),
            tried_again(lambda: other.app.orders.meet_deadline(reached)),
        )
        after = (await one.order(order.id)).status
        if isinstance(shipped, IllegalMove):
            assert after is OrderStatus.CANCELLED
        else:
            assert after is OrderStatus.SELLER_SHIPPING

    await races.on(lambda: overdue(one), once)


async def test_a_deadline_that_is_met_twice_cancels_once(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges

    async def once(race: Race, order: Order) -> None:
        reached = DeadlineReached(order.id, DeadlineKind.SHIPMENT)
        await race(
            tried_again(lambda: one.app.orders.meet_deadline(reached)),
            tried_again(lambda: other.app.orders.meet_deadline(reached)),
        )
        assert (await one.happened(order.id)).count("cancelled") == 1
        assert [event.SUBJECT for event in await events_of(one, order.id)] == ["order.cancelled"]

    await races.on(lambda: overdue(one), once)


async def test_a_deadline_that_ends_is_not_put_off(exchanges: Exchanges, races: Races) -> None:
    one, other = exchanges

    async def once(race: Race, order: Order) -> None:
        now = one.clock.now()

        async def make_up() -> None:
            await other.app.orders.put_off_deadlines(now - timedelta(hours=1), now)

        await race(
            tried_again(lambda: one.app.orders.receive_pair(one.authenticator, order.id)),
            tried_again(make_up),
        )
        running = await one.store.deadlines.of(order.id)
        assert [deadline.kind for deadline in running] == [DeadlineKind.CLAIM]

    await races.on(lambda: one.trade(OrderStatus.SELLER_SHIPPING), once)


async def test_a_penalty_is_owed_once(exchanges: Exchanges, races: Races) -> None:
    one, other = exchanges

    async def cancelled() -> Order:
        order = await one.trade()
        return await one.app.orders.cancel_order(one.seller, order.id, reason="lost it")

    async def once(race: Race, order: Order) -> None:
        event = order_cancelled(order)
        await race(
            tried_again(lambda: one.app.payments.penalise_seller(event)),
            tried_again(lambda: other.app.payments.penalise_seller(event)),
        )
        (penalty,) = [
            transfer
            for transfer in [await one.store.ledger.find(f"{order.id}:penalty")]
            if transfer is not None
        ]
        owed = await one.store.ledger.balance(debt(order.seller_id))
        assert owed == min(entry.amount for entry in penalty.entries)

    await races.on(cancelled, once)


# ---- the warehouse -------------------------------------------------------------------------------


async def task_of(exchange: Exchange) -> AuthenticationTask:
    """Return the task of a pair that the warehouse has received."""
    order = await exchange.trade(OrderStatus.AUTHENTICATING)
    task = await exchange.store.authentication_tasks.find_by_order(order.id)
    assert task is not None
    return task


async def test_a_task_is_claimed_by_one_of_two(exchanges: Exchanges, races: Races) -> None:
    one, other = exchanges
    people = (one.authenticator, await one.person(Role.AUTHENTICATOR))

    async def once(race: Race, task: AuthenticationTask) -> None:
        answers = await race(
            tried_again(lambda: one.app.authentication.claim_task(people[0], task.id)),
            tried_again(lambda: other.app.authentication.claim_task(people[1], task.id)),
        )
        assert [type(answer) for answer in answers].count(TaskClaimed) == 1
        (claimed,) = (answer for answer in answers if isinstance(answer, AuthenticationTask))
        assert await one.store.authentication_tasks.get(task.id) == claimed
        running = await one.store.deadlines.of(task.order_id)
        assert [deadline.kind for deadline in running] == [DeadlineKind.REVIEW]

    await races.on(lambda: task_of(one), once)


async def test_a_claim_of_a_cancelled_order_leaves_no_deadline(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges

    async def once(race: Race, task: AuthenticationTask) -> None:
        async def cancel() -> None:
            order = await other.app.orders.cancel_order(one.admin, task.order_id, reason="a recall")
            await other.app.authentication.cancel_task(order_cancelled(order))

        await race(
            tried_again(lambda: one.app.authentication.claim_task(one.authenticator, task.id)),
            tried_again(cancel),
        )
        running = await one.store.deadlines.of(task.order_id)
        assert not {DeadlineKind.CLAIM, DeadlineKind.REVIEW} & {each.kind for each in running}

    await races.on(lambda: task_of(one), once)


async def test_of_two_verdicts_one_stands(exchanges: Exchanges, races: Races) -> None:
    one, other = exchanges
    by: Actor = one.authenticator

    async def claimed() -> AuthenticationTask:
        return await one.app.authentication.claim_task(by, (await task_of(one)).id)

    async def once(race: Race, task: AuthenticationTask) -> None:
        answers = await race(
            tried_again(lambda: one.app.authentication.give_verdict(by, task.id, PASS)),
            tried_again(lambda: other.app.authentication.give_verdict(by, task.id, FAIL)),
        )
        assert [type(answer) for answer in answers].count(VerdictGiven) == 1
        passed = isinstance(answers[0], AuthenticationTask)
        (told,) = await events_of(one, task.order_id)
        assert isinstance(told, AuthPassed if passed else AuthFailed)

    await races.on(claimed, once)
