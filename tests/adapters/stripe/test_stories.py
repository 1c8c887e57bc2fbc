"""Stories of money at Stripe: calls are cut, and webhooks come in every manner."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from solebook.ports.language.ids import OrderId
from solebook.ports.language.movements import MovementKind
from solebook.ports.language.orders import OrderStatus

from .town import Town, check_books, no_delays, town_of

__all__ = ["no_delays"]
pytestmark = pytest.mark.usefixtures("no_delays")
HOLD = timedelta(days=3)
Story = Callable[[Town], Awaitable[None]]


# ---- stories ---------------------------------------------------------------------------------


async def started(town: Town, card: str = "pm_card_visa") -> OrderId:
    exchange = town.exchange
    buyer = await exchange.new_buyer(card)
    town.line.is_counting = True
    order_id = await exchange.match(buyer=buyer)
    await town.hear()
    return order_id


async def bought(town: Town) -> OrderId:
    order_id = await started(town)
    await town.exchange.bring(order_id, OrderStatus.DELIVERED)
    await town.hear()
    return order_id


async def paid(town: Town) -> OrderId:
    order_id = await bought(town)
    await town.exchange.later(HOLD)
    await town.hear()
    return order_id


async def a_seller_is_paid(town: Town) -> None:
    await paid(town)


async def a_card_is_declined(town: Town) -> None:
    await started(town, "pm_card_chargeCustomerFail")


async def a_pair_fails_authentication(town: Town) -> None:
    order_id = await started(town)
    await town.exchange.bring(order_id, OrderStatus.AUTH_FAILED)
    await town.hear()


async def a_refund_fails_later(town: Town) -> None:
    order_id = await started(town)
    await town.exchange.cancel(order_id)
    await town.exchange.quiet()
    await town.fail_refund(str((await town.exchange.payment(order_id)).refund_id))
    await town.hear()


async def a_part_is_refunded_at_the_dashboard(town: Town) -> None:
    order_id = await bought(town)
    await town.refund_at_the_dashboard(order_id, 1_000)
    await town.hear()


async def all_is_refunded_at_the_dashboard(town: Town) -> None:
    order_id = await bought(town)
    await town.refund_at_the_dashboard(order_id, 21_400)
    await town.hear()


async def a_part_is_refunded_at_the_dashboard_after_the_payout(town: Town) -> None:
    order_id = await paid(town)
    await town.refund_at_the_dashboard(order_id, 1_000)
    await town.hear()


async def all_is_refunded_at_the_dashboard_after_the_payout(town: Town) -> None:
    order_id = await paid(town)
    await town.refund_at_the_dashboard(order_id, 21_400)
    await town.hear()


async def a_refund_at_the_dashboard_fails(town: Town) -> None:
    order_id = await bought(town)
    await town.fail_refund(await town.refund_at_the_dashboard(order_id, 1_000))
    await town.hear()


_C, _R, _F, _P = (
    MovementKind.CHARGE,
    MovementKind.REFUND,
    MovementKind.REFUND_FAILURE,
    MovementKind.PAYOUT,
)
STORIES: dict[Story, Counter[MovementKind]] = {
    a_seller_is_paid: Counter([_C, _P]),
    a_card_is_declined: Counter(),
    a_pair_fails_authentication: Counter([_C, _R]),
    a_refund_fails_later: Counter([_C, _R, _F, _R]),
    a_part_is_refunded_at_the_dashboard: Counter([_C, _R]),
    all_is_refunded_at_the_dashboard: Counter([_C, _R]),
    a_part_is_refunded_at_the_dashboard_after_the_payout: Counter([_C, _P, _R]),
    all_is_refunded_at_the_dashboard_after_the_payout: Counter([_C, _P, _R]),
    a_refund_at_the_dashboard_fails: Counter([_C, _R, _F]),
}


async def check(town: Town, story: Story) -> None:
    """Assert that the money moved once, and that the ledger has it as Stripe has it."""
    await check_books(town)
    moved = Counter(m.kind for m in await town.rig.provider.movements("", 100))
    assert moved == STORIES[story]


async def tell(story: Story, *, manner: str = "once", number: int = 0, when: str = "before") -> int:
    """Tell a story, cut the call of this number, and return how many calls were made."""
    async with town_of(manner) as town:
        town.line.number, town.line.when = number, when
        await story(town)
        calls = town.line.calls
        assert number == 0 or town.line.was_cut
        if manner == "late":  # past the life of the keys
            await town.rig.act("/_double/clock", advance="90000")
            await town.exchange.later(timedelta(hours=25))
        await check(town, story)
        return calls


@pytest.mark.parametrize("manner", ["once", "missing", "ten", "reversed", "late"])
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_money_moves_once_however_webhooks_come(story: Story, manner: str) -> None:
    await tell(story, manner=manner)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_money_moves_once_whichever_call_is_cut(story: Story, when: str) -> None:
    calls = await tell(story)
    for number in range(1, calls + 1):
        await tell(story, number=number, when=when)
