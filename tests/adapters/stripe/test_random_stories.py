"""Random stories of money at Stripe, after each of which everything agrees."""

import asyncio
import random
from contextlib import suppress
from datetime import timedelta

import pytest

from solebook.ports.language.complaints import Bearer
from solebook.ports.language.errors import Refusal, Unavailable
from solebook.ports.language.orders import Order, OrderStatus
from solebook.ports.language.users import OPERATOR, Actor

from ...exchange import PARCEL, PASS
from .town import WHY, Town, check_books, no_delays, town_of

__all__ = ["no_delays"]
pytestmark = pytest.mark.usefixtures("no_delays")
CARDS = [
    "pm_card_visa",
    "pm_card_visa",
    "pm_card_chargeCustomerFail",
    "pm_card_refundFail",
    "pm_card_authenticationRequired",
    "pm_card_createDispute",
]
AMOUNTS = [1, 1_000, 17_000, 21_400]
MANNERS = ["once", "ten", "reversed"]


class Program:
    """What people, staff, Stripe and its line do, by the dice of a seed."""

    def __init__(self, town: Town, seed: int) -> None:
        self.town, self.exchange = town, town.exchange
        self.dice = random.Random(seed)  # no secret
        self.said: list[str] = []

    async def run(self) -> None:
        town, dice = self.town, self.dice
        for _ in range(dice.randint(1, 2)):
            buyer = await town.new_buyer(dice.choice(CARDS))
            await self.exchange.match(buyer=buyer)
        town.line.is_counting = True
        acts = [
            self.an_order_goes_on,
            self.an_order_goes_on,
            self.an_order_goes_on,
            self.time_passes,
            self.stripe_refunds,
            self.a_refund_fails,
            self.a_call_will_be_cut,
            self.webhooks_come,
            self.staff_ends_an_order,
            self.staff_bears_a_shortfall,
            self.staff_releases_a_payout,
            self.a_bank_disputes,
            self.a_bank_decides,
            self.a_transfer_is_reversed,
            self.an_account_changes,
            self.a_buyer_authenticates,
            self.the_exchange_reconciles,
        ]
        for _ in range(dice.randint(3, 12)):
            act = dice.choice(acts)
            self.said.append(act.__name__)
            with suppress(Refusal):
                await act()
            await self.exchange.workers.settle()

    async def order(self) -> Order:
        return self.dice.choice(await self.exchange.orders())

    async def an_order_goes_on(self) -> None:
        order, app = await self.order(), self.exchange.app
        warehouse = self.exchange.authenticator
        match order.status:
            case OrderStatus.CONFIRMED:
                await app.orders.ship_pair(Actor(order.seller_id, frozenset()), order.id, **PARCEL)
            case OrderStatus.SELLER_SHIPPING:
                await app.orders.receive_pair(warehouse, order.id)
            case OrderStatus.AUTHENTICATING:
                await self.exchange.judge(order.id, PASS)
            case OrderStatus.AUTH_PASSED:
                await app.orders.dispatch_pair(warehouse, order.id, **PARCEL)
            case OrderStatus.SHIPPING_TO_BUYER:
                await app.orders.confirm_delivery(Actor(order.buyer_id, frozenset()), order.id)
            case _:
                pass

    async def time_passes(self) -> None:
        days = self.dice.choice([0.05, 1.1, 3])
        await self.town.pass_time(timedelta(days=days))

    async def stripe_refunds(self) -> None:
        order, amount = await self.order(), self.dice.choice(AMOUNTS)
        if (await self.exchange.payment(order.id)).charge_id is not None:
            with suppress(AssertionError):  # more than is left
                await self.town.refund_at_the_dashboard(order.id, amount)

    async def a_refund_fails(self) -> None:
        refunds = self.town.rig.double.state.of("refund").values()
        made = [refund["id"] for refund in refunds if refund["status"] == "succeeded"]
        if made:
            await self.town.rig.fail_refund(self.dice.choice(made))

    async def a_call_will_be_cut(self) -> None:
        line = self.town.line
        line.number = line.calls + self.dice.randint(1, 3)
        line.when = self.dice.choice(["before", "after"])

    async def webhooks_come(self) -> None:
        self.town.manner = self.dice.choice(MANNERS)
        await self.town.hear()

    async def staff_ends_an_order(self) -> None:
        order = await self.order()
        await self.exchange.app.orders.refund_order(
            OPERATOR, order.id, reason=WHY, borne_by=self.dice.choice(list(Bearer))
        )

    async def staff_bears_a_shortfall(self) -> None:
        order = await self.order()
        await self.exchange.app.payments.bear_shortfall(
            OPERATOR, order.id, borne_by=self.dice.choice(list(Bearer)), reason=WHY
        )

    async def staff_releases_a_payout(self) -> None:
        await self.town.release((await self.order()).id)

    async def a_bank_disputes(self) -> None:
        order, amount = await self.order(), self.dice.choice(AMOUNTS)
        if (await self.exchange.payment(order.id)).charge_id is not None:
            with suppress(AssertionError):  # more than is left, or disputed before
                await self.town.dispute(order.id, amount)

    async def a_bank_decides(self) -> None:
        open_ones = [
            each["id"]
            for each in self.town.rig.double.state.of("dispute").values()
            if each["status"] in ("needs_response", "under_review")
        ]
        if open_ones:
            await self.town.decide(self.dice.choice(open_ones), won=self.dice.random() < 0.5)

    async def a_transfer_is_reversed(self) -> None:
        transfers = list(self.town.rig.double.state.of("transfer").values())
        amount = self.dice.choice(AMOUNTS)
        if transfers:
            name = self.dice.choice(transfers)["id"]
            with suppress(AssertionError):  # more than is left
                await self.town.rig.act(f"/v1/transfers/{name}/reversals", amount=str(amount))

    async def an_account_changes(self) -> None:
        rig = self.town.rig
        await self.dice.choice([rig.restrict, rig.complete])(rig.account)

    async def a_buyer_authenticates(self) -> None:
        intents = self.town.rig.double.state.of("payment_intent").values()
        waiting = [each["id"] for each in intents if each["status"] == "requires_action"]
        if waiting:
            passes = self.dice.random() < 0.5
            await self.town.rig.authenticate(self.dice.choice(waiting), passes=passes)

    async def the_exchange_reconciles(self) -> None:
        with suppress(Unavailable):  # a call was cut
            async for _ in self.exchange.app.payments.reconcile():
                pass


async def tell(seed: int) -> None:
    async with town_of() as town:
        program = Program(town, seed)
        try:
            await program.run()
            await check_books(town)
        except BaseException:
            print(f"the story of seed {seed}:", *program.said)
            raise


def test_after_any_story_the_ledger_has_what_stripe_has(
    full: bool, pytestconfig: pytest.Config
) -> None:
    only = pytestconfig.getoption("seed")
    for seed in range(2_000 if full else 12) if only is None else [only]:
        asyncio.run(tell(seed))
