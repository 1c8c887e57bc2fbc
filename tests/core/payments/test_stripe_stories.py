"""Stories of money at Stripe's double: calls are cut, and webhooks come in every manner."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import stripe

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.stripe.card_vault import StripeCardVault
from solebook.composition.engine import engine_of
from solebook.entrypoints.doubles.stripe.faults import Fault, Faults
from solebook.entrypoints.doubles.stripe.state import shown
from solebook.ports.language.ids import OrderId
from solebook.ports.language.movements import MovementKind
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import OPERATOR, Role

from ...exchange import MONDAY, SIZE, Exchange, build_exchange
from ...invariants import findings
from ...ports.payment_provider.stripe_rig import StripeRig, stripe_rig

HOLD = timedelta(days=3)
WHY = "a test"
_PAGE = PageRequest(limit=100)
_TRIES = 3
"""How often stripe-python makes a call."""


class CutLine(Faults):
    """Cuts the call of one number, and its repetitions, before or after its effect."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0
        """Calls since somebody has traded."""
        self.is_counting = False
        self.number = 0
        self.when = "before"
        self._cut: tuple[str, str] | None = None
        self._left = 0
        self.was_cut = False

    def take(self, method: str, path: str) -> Fault | None:
        if self._left and self._cut == (method, path):
            self._left -= 1
            return Fault("reset", self.when)
        self.calls += self.is_counting
        if self.calls != self.number or not self.is_counting:
            return None
        self._cut, self._left, self.was_cut = (method, path), _TRIES - 1, True
        return Fault("reset", self.when)


@dataclass
class Town:
    """An exchange whose provider is Stripe, and how it hears of what happens there."""

    exchange: Exchange
    rig: StripeRig
    line: CutLine
    manner: str = "once"
    told: set[str] = field(default_factory=set)

    async def hear(self, *, all_of_them: bool = False) -> None:
        """Let webhooks come, in this town's manner, and do what they ask for."""
        await self.exchange.quiet()
        late = self.manner in ("missing", "late")
        if late and not all_of_them:
            return
        events = list(self.rig.double.state.of("event").values())
        new = [event for event in events if event["id"] not in self.told]
        if self.manner == "missing":
            # Nobody can ask about what the exchange did not begin.
            new = [e for e in new if not e["type"].startswith(("charge", "payment_intent"))]
        for event in reversed(new) if self.manner == "reversed" else new:
            body = json.dumps(shown(event)).encode()
            for _ in range(10 if self.manner == "ten" else 1):
                signature = self.rig.sign(body)
                await self.exchange.app.payments.receive_webhook(body, signature)
            self.told.add(event["id"])
        await self.exchange.quiet()

    async def refund_at_the_dashboard(self, order_id: OrderId, amount: int) -> str:
        intent = (await self.exchange.payment(order_id)).charge_id
        form = {"payment_intent": str(intent), "amount": str(amount)}
        return str((await self.rig.act("/v1/refunds", **form))["id"])

    async def fail_refund(self, refund_id: str) -> None:
        await self.rig.fail_refund(refund_id)

    async def release(self, order_id: OrderId) -> None:
        app = self.exchange.app
        await app.orders.release_payout(OPERATOR, order_id, reason=WHY)
        await self.exchange.quiet()


Story = Callable[[Town], Awaitable[None]]


@asynccontextmanager
async def town_of(manner: str = "once") -> AsyncIterator[Town]:
    clock = VirtualClock(MONDAY)
    async with stripe_rig(clock, SeededIds(5, clock)) as rig:
        ports: dict[str, Any] = {
            "payment_provider": rig.provider,
            "seller_accounts": rig.seller_accounts,
            "card_vault": StripeCardVault(rig.provider.calls),
        }
        exchange = build_exchange(**ports)
        object.__setattr__(rig, "clock", exchange.clock)
        object.__setattr__(rig.provider, "clock", exchange.clock)
        await engine_of(exchange.app).start()
        exchange.admin = await exchange.person(Role.ADMIN)
        exchange.authenticator = await exchange.person(Role.AUTHENTICATOR)
        exchange.seller = await exchange.new_seller(rig.account)
        exchange.product = await exchange.new_product(SIZE, style_code="DD1391-100")
        await exchange.workers.settle()
        line = rig.double.faults = CutLine()
        yield Town(exchange, rig, line, manner)
        await engine_of(exchange.app).stop()


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
    await town.hear(all_of_them=True)
    town.line.is_counting = False
    moved = Counter(m.kind for m in await town.rig.provider.movements("", 100))
    assert moved == STORIES[story]
    assert await findings(town.exchange.app) == []
    held = (await town.exchange.app.payments.check_solvency()).held
    assert held - await town.rig.provider.balance() in (0, town.rig.fees())
    assert (await town.exchange.store.dead_letters.page(_PAGE)).items == ()


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


@pytest.fixture(autouse=True)
def _no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    """stripe-python repeats a call at once."""
    client = stripe.HTTPClient
    monkeypatch.setattr(client, "INITIAL_DELAY", 0.0)
    monkeypatch.setattr(client, "MAX_DELAY", 0.0)


@pytest.mark.integration
@pytest.mark.parametrize("manner", ["once", "missing", "ten", "reversed", "late"])
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_money_moves_once_however_webhooks_come(story: Story, manner: str) -> None:
    await tell(story, manner=manner)


@pytest.mark.integration
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_money_moves_once_whichever_call_is_cut(story: Story, when: str) -> None:
    calls = await tell(story)
    for number in range(1, calls + 1):
        await tell(story, number=number, when=when)
