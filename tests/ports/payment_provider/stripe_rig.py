"""The adapter for Stripe under test, on a double of Stripe that loses calls when it is told to."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.security.webhook_signatures import sign
from solebook.adapters.stripe.client import API_VERSION, StripeCalls
from solebook.adapters.stripe.payment_provider import StripePaymentProvider
from solebook.adapters.stripe.seller_accounts import StripeSellerAccounts
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.entrypoints.doubles.stripe.app import running_double
from solebook.entrypoints.doubles.stripe.double import StripeDouble
from solebook.ports.clock import Clock
from solebook.ports.language.ids import OrderId
from solebook.ports.stopwatch import Stopwatch

from .rig import Rig

BEGIN = 1_790_000_000
KEY = "sk_test_solebook"
SECRET = "whsec_test"
RETURN, REFRESH = "http://shop.test/done", "http://shop.test/again"
RETURN_URL = "https://exchange.example.com/orders/{order_id}"


@dataclass(frozen=True, slots=True)
class StripeRig(Rig):
    """Every card fails if the double is told to let a call fail."""

    provider: StripePaymentProvider
    double: StripeDouble
    clock: Clock
    url: str

    async def card_whose_request_is_lost(self) -> str:
        self.fail("rate_limit", "before", "/v1/payment_intents")
        return self.card

    async def card_whose_answer_is_lost(self) -> str:
        self.fail("server_error", "after", "/v1/payment_intents")
        return self.card

    async def account_whose_answer_is_lost(self) -> str:
        self.fail("server_error", "after", "/v1/transfers")
        return self.account

    async def fail_refund(self, refund_id: str) -> None:
        await self.act(f"/_double/refunds/{refund_id}/fail")

    async def authenticate(self, charge_id: str, *, passes: bool) -> None:
        path, form = f"/_double/authenticate/{charge_id}", {"passes": str(passes).lower()}
        answer = await self.double.perform("POST", path, form)
        assert answer.status == 200, answer.body

    def intents(self, order_id: OrderId) -> list[dict[str, Any]]:
        """Return the payment intents of an order, oldest first."""
        intents = self.double.state.of("payment_intent").values()
        return [each for each in intents if each["transfer_group"] == str(order_id)]

    def fail(
        self, kind: str, when: str, path: str, *, times: int = 1, method: str = "POST"
    ) -> None:
        """Let the next calls to a path fail."""
        self.double.faults.add(
            {"kind": kind, "when": when, "path": path, "method": method, "times": str(times)}
        )

    @property
    def unknown_accounts(self) -> tuple[str, ...]:
        return ("acct_1unknown",)

    @property
    def since(self) -> datetime:
        return datetime.fromtimestamp(BEGIN, UTC)

    async def complete(self, account: str) -> None:
        await self.double.perform("POST", f"/_double/accounts/{account}/complete", {})

    async def restrict(self, account: str) -> None:
        await self.double.perform("POST", f"/_double/accounts/{account}/restrict", {})

    async def webhooks(self) -> list[bytes]:
        own = self.double.state.of("event").values()
        accounts = self.double.state.of("account")
        events = [*own, *(e for a in accounts for e in self.double.state.of("event", a).values())]
        bodies = sorted(events, key=lambda event: (event["created"], event["id"]))
        return [json.dumps(event).encode() for event in bodies]

    def sign(self, body: bytes) -> str:
        return sign(body, SECRET, self.clock.now())

    def event_of_a_charge(self, order_id: OrderId, charge_id: str, amount: int) -> bytes:
        intent = {
            "id": charge_id,
            "object": "payment_intent",
            "amount_received": amount,
            "currency": "usd",
            "metadata": {"order_id": str(order_id)},
        }
        event = {
            "id": "evt_1",
            "object": "event",
            "api_version": API_VERSION,
            "type": "payment_intent.succeeded",
            "data": {"object": intent},
        }
        return json.dumps(event).encode()

    async def withdraw(self, amount: int) -> str:
        self.double.state.ledger.available["", "usd"] += amount  # so that it need not settle first
        payout = await self.act("/v1/payouts", amount=str(amount), currency="usd")
        self.double.state.ledger.available["", "usd"] -= amount
        return str(payout["id"])

    async def return_withdrawal(self, withdrawal_id: str) -> None:
        await self.act(f"/_double/payouts/{withdrawal_id}/fail")

    async def top_up(self, amount: int) -> str:
        row = await self.act("/_double/top_ups", amount=str(amount), currency="usd")
        return str(row["source"])

    async def take_fee(self, amount: int) -> None:
        await self.act("/_double/fees", amount=str(amount), currency="usd")

    async def act(self, path: str, **form: str) -> Any:
        """Do something at Stripe that the exchange did not ask for."""
        answer = await self.double.perform("POST", path, form)
        assert answer.status == 200, answer.body
        return answer.body

    def fees(self) -> int:
        return sum(each["fee"] for each in self.double.state.of("balance_transaction").values())


@asynccontextmanager
async def stripe_calls(
    url: str,
    *,
    key: str = KEY,
    limit: timedelta = timedelta(seconds=20),
    stopwatch: Stopwatch | None = None,
) -> AsyncIterator[StripeCalls]:
    """Open connections to the double at this URL."""
    calls = StripeCalls(key, stopwatch or SystemStopwatch(), url=url, limit=limit)
    try:
        yield calls
    finally:
        await calls.close()


@asynccontextmanager
async def stripe_rig(
    clock: VirtualClock, ids: SeededIds, currency: str = "usd"
) -> AsyncIterator[StripeRig]:
    """Run a double, whose clock ticks at each look, and the adapter."""
    ticks = count(BEGIN)
    double = StripeDouble(clock=lambda: next(ticks))
    async with running_double(double, key=KEY) as url, stripe_calls(url) as calls:
        yield StripeRig(
            provider=StripePaymentProvider(calls, clock, (SECRET,), currency, RETURN_URL),
            seller_accounts=StripeSellerAccounts(calls, RETURN, REFRESH),
            ids=ids,
            card="pm_card_visa",
            card_with_a_fee="pm_card_visa",
            declined_card="pm_card_chargeCustomerFail",
            decline="generic_decline",
            card_that_needs_buyer="pm_card_authenticationRequired",
            account=await _account(double, can_be_paid=True),
            closed_account=await _account(double, can_be_paid=False),
            double=double,
            clock=clock,
            url=url,
        )


async def _account(double: StripeDouble, *, can_be_paid: bool) -> str:
    form = {"type": "express", "capabilities": {"transfers": {"requested": "true"}}}
    account = str((await double.perform("POST", "/v1/accounts", form)).body["id"])
    act = "complete" if can_be_paid else "restrict"
    await double.perform("POST", f"/_double/accounts/{account}/{act}", {})
    return account
