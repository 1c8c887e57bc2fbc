"""Stories of money at Stripe, which a process that was killed can go on with.

Each is told from its beginning again: what was done is not done twice.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from solebook.ports.language.complaints import Bearer
from solebook.ports.language.errors import IllegalMove
from solebook.ports.language.idempotency import IdempotencyKey
from solebook.ports.language.ids import OrderId
from solebook.ports.language.movements import MovementKind
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.rules import LevelThreshold, MarketRules
from solebook.ports.language.users import Actor

from .town import WHY, Town

TOTAL, PAYOUT = 21_400, 17_600
"""What the buyer pays, and what the seller gets."""
_NEEDS_BUYER = "pm_card_authenticationRequired"
_AT_ONCE = (LevelThreshold(0, 0), LevelThreshold(0, 0), LevelThreshold(50, 10**9))
EARLY = MarketRules(early_payout_level=3, level_thresholds=(*_AT_ONCE, LevelThreshold(99, 10**9)))
"""Everybody is of level 3 at once, and paid at the delivery."""

Told = Callable[[Town], Awaitable[None]]


@dataclass(frozen=True, eq=False)
class Story:
    """A story, and what Stripe has moved in its end."""

    tell: Told
    moved: Counter[MovementKind]
    card: str = "pm_card_visa"
    rules: MarketRules = field(default_factory=MarketRules)

    def __str__(self) -> str:
        return self.tell.__name__


# ---- how an order goes on --------------------------------------------------------------------


async def matched(town: Town) -> OrderId:
    exchange = town.exchange
    if "match" in town.done:  # idempotency keys do not live as long as a story may take
        return OrderId(town.done["match"])
    town.line.is_counting = True
    await exchange.ask(exchange.seller, idempotency_key=_key(exchange.seller, "ask"))
    placement = await exchange.bid(exchange.buyer, idempotency_key=_key(exchange.buyer, "bid"))
    assert placement.match is not None
    town.done["match"] = placement.match.id
    return placement.match.id


def _key(actor: Actor, name: str) -> IdempotencyKey:
    return IdempotencyKey(actor.user_id, name, name, name)


async def started(town: Town) -> OrderId:
    order_id = await matched(town)
    await town.step()
    return order_id


async def go_on(
    town: Town,
    order_id: OrderId,
    *,
    passes: bool = True,
    until: OrderStatus = OrderStatus.DELIVERED,
) -> None:
    exchange = town.exchange
    steps: dict[OrderStatus, Callable[[OrderId], Awaitable[None]]] = {
        OrderStatus.CONFIRMED: exchange.ship,
        OrderStatus.SELLER_SHIPPING: exchange.receive,
        OrderStatus.AUTHENTICATING: exchange.pass_ if passes else exchange.fail,
        OrderStatus.AUTH_PASSED: exchange.dispatch,
        OrderStatus.SHIPPING_TO_BUYER: exchange.deliver,
    }
    steps.pop(until, None)
    while step := steps.get(before := (await exchange.order(order_id)).status):
        try:
            await step(order_id)
        except IllegalMove:  # the same step, whose commit nobody heard of, was done meanwhile
            assert (await exchange.order(order_id)).status is not before
        await exchange.quiet()


async def bought(town: Town) -> OrderId:
    order_id = await started(town)
    await go_on(town, order_id)
    await town.step()
    return order_id


async def days_after_delivery(town: Town, order_id: OrderId, days: int) -> None:
    delivered_at = (await town.exchange.order(order_id)).delivered_at
    assert delivered_at is not None
    await town.until(delivered_at + timedelta(days=days))


async def hold_is_over(town: Town, order_id: OrderId) -> None:
    await days_after_delivery(town, order_id, 3)
    await town.step()


async def paid(town: Town) -> OrderId:
    order_id = await bought(town)
    await hold_is_over(town, order_id)
    return order_id


async def refunded(town: Town, order_id: OrderId, amount: int) -> str:
    refund = partial(town.refund_at_the_dashboard, order_id, amount)
    refund_id = await town.at_stripe("refund", refund)
    await town.step()
    return refund_id


async def cancelled(town: Town, order_id: OrderId) -> None:
    await town.at_exchange("cancel", partial(town.exchange.cancel, order_id))
    await town.step()


# ---- charges, refunds and payouts ------------------------------------------------------------


async def a_seller_is_paid(town: Town) -> None:
    await paid(town)


async def a_card_is_declined(town: Town) -> None:
    await started(town)


async def a_pair_fails_authentication(town: Town) -> None:
    await go_on(town, await started(town), passes=False)
    await town.step()


async def a_refund_fails_later(town: Town) -> None:
    order_id = await started(town)
    await cancelled(town, order_id)
    refund_id = str((await town.exchange.payment(order_id)).refund_id)
    await town.at_stripe("failure", partial(town.rig.fail_refund, refund_id))
    await town.step()


async def a_part_is_refunded_at_the_dashboard(town: Town) -> None:
    await refunded(town, await bought(town), 1_000)


async def all_is_refunded_at_the_dashboard(town: Town) -> None:
    await refunded(town, await bought(town), TOTAL)


async def a_part_is_refunded_at_the_dashboard_after_the_payout(town: Town) -> None:
    await refunded(town, await paid(town), 1_000)


async def all_is_refunded_at_the_dashboard_after_the_payout(town: Town) -> None:
    await refunded(town, await paid(town), TOTAL)


async def a_refund_at_the_dashboard_fails(town: Town) -> None:
    refund_id = await refunded(town, await bought(town), 1_000)
    await town.at_stripe("failure", partial(town.rig.fail_refund, refund_id))
    await town.step()


# ---- the buyer's bank wants the buyer, and cards that are gone -------------------------------


async def authenticated(town: Town, *, passes: bool) -> OrderId:
    order_id = await started(town)

    async def authenticate() -> None:
        [intent] = town.rig.intents(order_id)
        await town.rig.authenticate(intent["id"], passes=passes)

    await town.at_stripe("authentication", authenticate)
    await town.know()
    return order_id


async def a_buyer_passes_3d_secure(town: Town) -> None:
    order_id = await authenticated(town, passes=True)
    await go_on(town, order_id)
    await town.step()
    await hold_is_over(town, order_id)


async def a_buyer_fails_3d_secure(town: Town) -> None:
    await authenticated(town, passes=False)
    await town.pass_time(town.exchange.app.rules.payment_window)
    await town.step()


async def a_buyer_abandons_3d_secure(town: Town) -> None:
    await started(town)
    await town.pass_time(town.exchange.app.rules.payment_window)
    await town.step()


async def a_card_is_detached_after_the_match(town: Town) -> None:
    order_id = await matched(town)
    buyer = await town.exchange.store.users.get(town.exchange.buyer.user_id)
    detach = partial(town.rig.act, f"/v1/payment_methods/{buyer.payment_method}/detach")
    await town.at_stripe("detachment", detach)
    assert (await town.exchange.order(order_id)).status in _BEFORE_AND_AFTER
    await town.step()


_BEFORE_AND_AFTER = (OrderStatus.PENDING, OrderStatus.CANCELLED)


async def a_card_is_removed_before_the_refund(town: Town) -> None:
    order_id = await started(town)
    users, buyer = town.exchange.app.users, town.exchange.buyer
    for card in (await users.list_payment_methods(buyer)).methods:
        await town.at_exchange("removal", partial(users.remove_payment_method, buyer, card.id))
    await cancelled(town, order_id)


# ---- disputes --------------------------------------------------------------------------------


async def disputed(town: Town, order_id: OrderId, *, won: bool) -> None:
    name = await town.at_stripe("dispute", partial(town.dispute, order_id, TOTAL))
    await town.know()
    await town.at_stripe("decision", partial(town.decide, name, won=won))
    await town.know()


async def a_dispute_before_the_payout_is_won(town: Town) -> None:
    order_id = await bought(town)
    await disputed(town, order_id, won=True)
    await hold_is_over(town, order_id)


async def a_dispute_before_the_payout_is_lost(town: Town) -> None:
    order_id = await bought(town)
    await disputed(town, order_id, won=False)
    await hold_is_over(town, order_id)


async def a_dispute_after_the_payout_is_won(town: Town) -> None:
    await disputed(town, await paid(town), won=True)


async def a_dispute_after_the_payout_is_lost(town: Town) -> None:
    await disputed(town, await paid(town), won=False)


async def a_dispute_is_lost_before_a_pair_fails_authentication(town: Town) -> None:
    order_id = await started(town)
    await go_on(town, order_id, until=OrderStatus.AUTHENTICATING)
    await disputed(town, order_id, won=False)
    await go_on(town, order_id, passes=False)
    await town.step()


# ---- sellers' accounts and payouts -----------------------------------------------------------


async def a_seller_is_restricted_between_sale_and_payout(town: Town) -> None:
    order_id = await bought(town)
    account = town.rig.account
    await town.at_stripe("restriction", partial(town.rig.restrict, account))
    await town.step()
    await hold_is_over(town, order_id)
    await town.at_stripe("completion", partial(town.rig.complete, account))
    await town.step()
    await days_after_delivery(town, order_id, 5)
    await town.step()


async def a_seller_s_bank_returns_the_money(town: Town) -> None:
    order_id = await paid(town)
    account = town.rig.account
    await days_after_delivery(town, order_id, 6)

    async def withdraw() -> str:
        form = {"amount": str(PAYOUT), "currency": "usd"}
        answer = await town.rig.double.perform("POST", "/v1/payouts", form, account=account)
        assert answer.status == 200, answer.body
        return str(answer.body["id"])

    name = await town.at_stripe("withdrawal", withdraw)
    await days_after_delivery(town, order_id, 9)
    await town.step()
    failing = partial(town.rig.act, f"/_double/payouts/{name}/fail", account=account)
    await town.at_stripe("failure", failing)
    await town.step()


async def _reversed(town: Town, amount: int) -> None:
    order_id = await paid(town)
    transfer = (await town.exchange.payout(order_id)).payout_id
    reverse = partial(town.rig.act, f"/v1/transfers/{transfer}/reversals", amount=str(amount))
    await town.at_stripe("reversal", reverse)
    await town.know()
    await town.at_exchange("release", partial(town.release, order_id))
    await town.step()


async def a_transfer_is_reversed(town: Town) -> None:
    await _reversed(town, PAYOUT)


async def a_transfer_is_reversed_in_part(town: Town) -> None:
    await _reversed(town, 5_000)


async def a_seller_is_paid_early(town: Town) -> None:
    await bought(town)


async def a_part_is_refunded_after_an_early_payout(town: Town) -> None:
    await refunded(town, await bought(town), 1_000)


async def staff_refunds_after_an_early_payout(town: Town) -> None:
    order_id = await bought(town)
    refund_order, admin = town.exchange.app.orders.refund_order, town.exchange.admin
    refund = partial(refund_order, admin, order_id, reason=WHY, borne_by=Bearer.SELLER)
    await town.at_exchange("refund", refund)
    await town.step()


_C, _R, _F, _P = (
    MovementKind.CHARGE,
    MovementKind.REFUND,
    MovementKind.REFUND_FAILURE,
    MovementKind.PAYOUT,
)
_B, _D, _W = MovementKind.PAYOUT_RETURN, MovementKind.DISPUTE, MovementKind.DISPUTE_REVERSAL


STORIES = [
    Story(a_seller_is_paid, Counter([_C, _P])),
    Story(a_card_is_declined, Counter(), card="pm_card_chargeCustomerFail"),
    Story(a_pair_fails_authentication, Counter([_C, _R])),
    Story(a_refund_fails_later, Counter([_C, _R, _F, _R])),
    Story(a_part_is_refunded_at_the_dashboard, Counter([_C, _R])),
    Story(all_is_refunded_at_the_dashboard, Counter([_C, _R])),
    Story(a_part_is_refunded_at_the_dashboard_after_the_payout, Counter([_C, _P, _R])),
    Story(all_is_refunded_at_the_dashboard_after_the_payout, Counter([_C, _P, _R])),
    Story(a_refund_at_the_dashboard_fails, Counter([_C, _R, _F])),
    Story(a_buyer_passes_3d_secure, Counter([_C, _P]), card=_NEEDS_BUYER),
    Story(a_buyer_fails_3d_secure, Counter(), card=_NEEDS_BUYER),
    Story(a_buyer_abandons_3d_secure, Counter(), card=_NEEDS_BUYER),
    Story(a_card_is_detached_after_the_match, Counter()),
    Story(a_card_is_removed_before_the_refund, Counter([_C, _R])),
    Story(a_dispute_before_the_payout_is_won, Counter([_C, _D, _W, _P])),
    Story(a_dispute_before_the_payout_is_lost, Counter([_C, _D, _P])),
    Story(a_dispute_after_the_payout_is_won, Counter([_C, _P, _D, _W])),
    Story(a_dispute_after_the_payout_is_lost, Counter([_C, _P, _D])),
    Story(a_dispute_is_lost_before_a_pair_fails_authentication, Counter([_C, _D])),
    Story(a_seller_is_restricted_between_sale_and_payout, Counter([_C, _P])),
    Story(a_seller_s_bank_returns_the_money, Counter([_C, _P])),
    Story(a_transfer_is_reversed, Counter([_C, _P, _B, _P])),
    Story(a_transfer_is_reversed_in_part, Counter([_C, _P, _B, _P])),
    Story(a_seller_is_paid_early, Counter([_C, _P]), rules=EARLY),
    Story(a_part_is_refunded_after_an_early_payout, Counter([_C, _P, _R]), rules=EARLY),
    Story(staff_refunds_after_an_early_payout, Counter([_C, _P, _R]), rules=EARLY),
]
