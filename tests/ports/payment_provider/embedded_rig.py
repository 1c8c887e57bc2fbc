"""The embedded payment provider under test, whose tokens let it fail."""

import json
from dataclasses import dataclass
from datetime import datetime

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.dashboard import Dashboard
from solebook.adapters.embedded.journal import Journal
from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.adapters.embedded.seller_accounts import EmbeddedSellerAccounts
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.language.ids import OrderId

from .rig import Rig


@dataclass(frozen=True, slots=True)
class EmbeddedRig(Rig):
    """Everything depends on the token. One card has fees."""

    provider: EmbeddedPaymentProvider

    async def card_whose_request_is_lost(self) -> str:
        return tokens.CARD_THAT_FAILS_ONCE

    async def card_whose_answer_is_lost(self) -> str:
        return tokens.CARD_THAT_TIMES_OUT

    async def account_whose_answer_is_lost(self) -> str:
        return tokens.ACCOUNT_THAT_TIMES_OUT

    @property
    def since(self) -> datetime:
        return self.provider.clock.now()

    async def complete(self, account: str) -> None:
        await Dashboard(self.provider.journal).complete_account(account)

    async def restrict(self, account: str) -> None:
        await Dashboard(self.provider.journal).restrict_account(account)

    async def webhooks(self) -> list[bytes]:
        return [webhook.body for webhook in await self.provider.webhooks()]

    async def fail_refund(self, refund_id: str) -> None:
        await Dashboard(self.provider.journal).fail_refund(refund_id)

    async def authenticate(self, charge_id: str, *, passes: bool) -> None:
        await Dashboard(self.provider.journal).authenticate(charge_id, passes=passes)

    def sign(self, body: bytes) -> str:
        return self.provider.sign(body)

    def event_of_a_charge(self, order_id: OrderId, charge_id: str, amount: int) -> bytes:
        data = {"order_id": str(order_id), "charge_id": charge_id, "amount": amount, "reason": None}
        return json.dumps({"id": "evt_1", "type": "charge.captured", "data": data}).encode()

    async def withdraw(self, amount: int) -> str:
        return await Dashboard(self.provider.journal).withdraw(amount)

    async def return_withdrawal(self, withdrawal_id: str) -> None:
        await Dashboard(self.provider.journal).return_withdrawal(withdrawal_id)

    async def top_up(self, amount: int) -> str:
        return await Dashboard(self.provider.journal).top_up(amount)

    async def take_fee(self, amount: int) -> None:
        await Dashboard(self.provider.journal).take_fee(amount)

    def fees(self) -> int:
        return 0


def embedded_rig(journal: Journal, clock: VirtualClock, ids: SeededIds) -> EmbeddedRig:
    """Return the embedded provider with its books in a journal."""
    return EmbeddedRig(
        provider=EmbeddedPaymentProvider(journal, clock, webhook_secret="whsec_test"),
        seller_accounts=EmbeddedSellerAccounts(journal),
        ids=ids,
        card=tokens.CARD,
        card_with_a_fee=tokens.CARD_WITH_A_FEE,
        declined_card=tokens.DECLINED_CARD,
        decline="card_declined",
        card_that_needs_buyer=tokens.CARD_THAT_NEEDS_THE_BUYER,
        account=tokens.ACCOUNT,
        closed_account=tokens.CLOSED_ACCOUNT,
    )
