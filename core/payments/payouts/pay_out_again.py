"""Repeat a payout that was refused or not answered."""

from dataclasses import dataclass

from ....ports.audit_log import AuditLog
from ....ports.clock import Clock
from ....ports.language.audit import Act, AuditAction, Target, parse_reason
from ....ports.language.errors import PayoutAccountMissing, PayoutNotOpen, PayoutStopped
from ....ports.language.events import PayoutDue
from ....ports.language.ids import OrderId
from ....ports.language.orders import Order
from ....ports.language.payments import Payout, PayoutState
from ....ports.language.rules import MarketRules
from ....ports.language.staff import check_no_party, check_role
from ....ports.language.users import Actor, Role
from ....ports.orders import Orders
from ....ports.outbox import Outbox
from ....ports.payments import Payouts
from ....ports.transaction import Transaction
from ....ports.users import PaymentAccounts
from .payout_questions import taken_up


@dataclass(frozen=True, slots=True)
class PayOutAgain:
    """An admin repeats a payout that the provider refused or did not answer.

    A refused payout gets a new idempotency key and goes to the seller's current account. An
    unanswered one is requested with the same key and data, so it is paid once. A payout that should
    have begun when the hold ended, but did not, is begun. The reason goes into the audit log.
    """

    transaction: Transaction
    orders: Orders
    payouts: Payouts
    payment_accounts: PaymentAccounts
    audit_log: AuditLog
    outbox: Outbox
    clock: Clock
    rules: MarketRules

    async def __call__(self, actor: Actor, order_id: OrderId, *, reason: str) -> None:
        """Request the payout; it is paid in the background.

        Raises Forbidden, InvalidText, NotFound, PartyToTheOrder, PayoutStopped, PayoutNotOpen, and
        PayoutAccountMissing if the seller has none now.
        """
        check_role(actor, Role.ADMIN, "have a payout repeated")
        why = parse_reason(reason)
        async with self.transaction():
            order = await self.orders.get(order_id)
            check_no_party(actor, order_id, buyer_id=order.buyer_id, seller_id=order.seller_id)
            payout = await self.payouts.find(order_id)
            self._check(order, payout)
            if payout is not None and payout.state is PayoutState.REFUSED:
                await self._take_up(payout)
            await self.outbox.add(PayoutDue.of(order))
            await self.audit_log.add(
                Act(
                    actor_id=actor.user_id,
                    token_id=actor.token_id,
                    action=AuditAction.PAYOUT_REPEATED,
                    target=Target.order(order_id),
                    reason=why,
                    facts={"state": "not_begun" if payout is None else payout.state},
                )
            )

    async def is_possible(self, actor: Actor, order_id: OrderId) -> bool:
        """Whether there is a payout to request now. Raises Forbidden, NotFound."""
        check_role(actor, Role.ADMIN, "have a payout repeated")
        order = await self.orders.get(order_id)
        if actor.user_id in (order.buyer_id, order.seller_id):
            return False
        try:
            self._check(order, await self.payouts.find(order_id))
        except (PayoutStopped, PayoutNotOpen):
            return False
        return True

    def _check(self, order: Order, payout: Payout | None) -> None:
        if order.freezes:
            raise PayoutStopped(order_id=order.id, reasons=tuple(sorted(order.freezes)))
        if payout is None:
            if not self._is_due(order):
                raise PayoutNotOpen(order_id=order.id, state=order.payout_status)
        elif payout.state not in (PayoutState.DUE, PayoutState.REFUSED):
            raise PayoutNotOpen(order_id=order.id, state=payout.state)
        elif order.payout_is_stopped and payout.state is PayoutState.REFUSED:
            raise PayoutNotOpen(order_id=order.id, state=order.payout_status)

    def _is_due(self, order: Order) -> bool:
        """Whether the order may be paid out and the hold is over."""
        held_since = order.held_since
        is_over = held_since is None or held_since + self.rules.payout_hold <= self.clock.now()
        return order.may_be_paid_out and is_over

    async def _take_up(self, payout: Payout) -> None:
        account = await self.payment_accounts.payout_account(payout.seller_id)
        if account is None:
            raise PayoutAccountMissing()
        await self.payouts.save(taken_up(payout, account))
