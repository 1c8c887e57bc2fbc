"""An exchange whose money moves at Stripe's double, and how it hears of what happens there."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
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
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import OPERATOR, Role

from ...exchange import MONDAY, SIZE, Exchange, build_exchange
from ...invariants import findings
from ...ports.payment_provider.stripe_rig import StripeRig, stripe_rig

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


async def check_books(town: Town) -> None:
    """Assert that the ledger has what Stripe has, once all webhooks have come."""
    await town.hear(all_of_them=True)
    town.line.is_counting = False
    app = town.exchange.app
    assert await findings(app) == []
    held = (await app.payments.check_solvency()).held
    assert held - await town.rig.provider.balance() in (0, town.rig.fees())
    assert (await town.exchange.store.dead_letters.page(_PAGE)).items == ()


@pytest.fixture
def no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let stripe-python repeat a call at once."""
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.0)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.0)
