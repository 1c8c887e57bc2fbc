"""Records payouts that the provider made, and payouts that came back."""

from dataclasses import dataclass, replace

from ....ports.clock import Clock
from ....ports.language.events import PayoutPaid, PayoutReopened
from ....ports.language.ids import OrderId, UserId
from ....ports.language.money import Cents
from ....ports.language.orders import Order
from ....ports.language.payments import (
    AccountKind,
    Payout,
    PayoutMade,
    PayoutState,
    Transfer,
    Webhook,
    WebhookKind,
)
from ....ports.outbox import Outbox
from ....ports.payments import Ledger, Payouts, Webhooks
from ....ports.transaction import Transaction
from ..irregularities import Irregularities
from ..lock_trade import LockTrade
from ..refunds.set_off import SetOff
from ..suspense import Suspense
from ..transfers import paid_out, payout_transfer_id
from .payout_questions import key_of
from .returned_payouts import ReturnedPayouts, moved


@dataclass(frozen=True, slots=True)
class RecordPayout:
    """Commits a payout, its transfers and its events together, for answers and webhooks alike.

    Each payout of the provider is booked once, by its name. It reduces what the seller is owed, and
    an excess becomes the seller's debt. An unasked payout or a wrong amount raises an alarm. If too
    little was paid, or money came back, the rest is owed again.
    """

    transaction: Transaction
    lock_trade: LockTrade
    payouts: Payouts
    ledger: Ledger
    webhooks: Webhooks
    suspense: Suspense
    set_off: SetOff
    returned_payouts: ReturnedPayouts
    irregularities: Irregularities
    outbox: Outbox
    clock: Clock

    async def nothing(self, order_id: OrderId) -> None:
        """Record a payout of zero as paid, without asking the provider."""
        async with self.transaction():
            payout = await self._stored(order_id)
            if payout.state is not PayoutState.PAID:
                await self._paid(payout, 0)

    async def answer(self, asked: Payout, made: PayoutMade) -> None:
        """Record the provider's answer: it paid the requested amount, or another one."""
        async with self.transaction():
            payout = (await self.lock_trade(asked.order_id)).payout
            assert payout is not None, asked
            is_latest = payout.state is PayoutState.DUE and key_of(payout) == key_of(asked)
            if not await self._is_answered(payout, made):
                payout = replace(payout, payout_id=made.id, report=None)
                await self._book(payout, payout.order_id, payout.seller_id, made)
            payout = await self._stored(asked.order_id)
            if is_latest and payout.state is PayoutState.DUE:
                paid, wanted = map(self.irregularities.amount, (made.amount, asked.question))
                what = f"the provider paid {paid} of {wanted}"
                if made.amount == asked.question:  # what came back meanwhile is owed again
                    what = "an earlier payout came back"
                await self._reopen(replace(payout, payout_id=made.id), what)

    async def report(self, order: Order, event: Webhook) -> None:
        """Record a webhook about a payout: the requested one, or another one."""
        async with self.transaction():
            payout = (await self.lock_trade(order.id)).payout
            if await self._is_already_booked(order.id, payout, event):
                return
            awaited = payout is not None and _is_awaited(payout, event)
            if payout is not None and awaited:
                report = None if event.reference else event.id
                payout = replace(payout, payout_id=event.reference, report=report)
            elif payout is not None and payout.state is PayoutState.DUE:
                # Keep the amount of the request under way: this may be the report of its answer.
                report = payout.report or (None if event.reference else event.id)
                payout = replace(payout, asked=payout.question, report=report)
            made = PayoutMade(event.name, event.amount)
            await self._book(payout, order.id, order.seller_id, made, unasked=not awaited)

    async def fail(self, order: Order, event: Webhook) -> None:
        """Record a webhook about a failed payout. If it was booked as paid, the money is back.

        The amount of the event is the total that came back so far.
        """
        async with self.transaction():
            payout = (await self.lock_trade(order.id)).payout
            paid = await self._booked(order.id, payout, event)
            if paid is not None:
                await self._return(order.id, payout, paid, event.amount, event.reason)
            elif payout is None or not (payout.owed or payout.refusals):
                amount = self.irregularities.amount(event.amount)
                what = f"An unknown payout failed: {event.name}, {amount}."
                await self.irregularities.note(order.id, what)
            # Otherwise the provider declined an attempt, and no money moved.

    # ---- once ----------------------------------------------------------------------------

    async def _is_answered(self, payout: Payout, made: PayoutMade) -> bool:
        """Return whether a webhook already booked this payout."""
        if await self._find(payout.order_id, made.id) is not None:
            return True
        if payout.payout_id is not None or payout.report is None:
            return False
        told = await self._find(payout.order_id, payout.report)
        if told is None or moved(told) != made.amount:
            return False
        await self.payouts.save(replace(payout, payout_id=made.id))
        return True

    async def _is_already_booked(
        self, order_id: OrderId, payout: Payout | None, event: Webhook
    ) -> bool:
        """Return whether the reported payout is already booked.

        The first report of it under another name, or without one, is stored on the payout.
        """
        if await self._find(order_id, event.name) is not None:
            return True
        if payout is None:
            return False
        if event.name == payout.report:
            return True
        if payout.report is None and await self._latestmoved(payout, event) == event.amount:
            noted = replace(payout, report=event.id)
            if event.reference is not None:
                noted = replace(payout, payout_id=event.reference)
            await self.payouts.save(noted)
            return True
        return False

    async def _latestmoved(self, payout: Payout, event: Webhook) -> Cents | None:
        """Return what the latest payout moved, if the event may report it without its name."""
        if payout.payout_id is None:  # paid before names were kept
            legacy = await self.ledger.find(f"{payout.order_id}:payout")
            return None if legacy is None else moved(legacy)
        if event.reference is not None:
            return None
        known = await self._find(payout.order_id, payout.payout_id)
        return None if known is None else moved(known)

    async def _booked(
        self, order_id: OrderId, payout: Payout | None, event: Webhook
    ) -> Transfer | None:
        """Return the transfer of the payout that an event reports, or None."""
        named = await self._find(order_id, event.name)
        if named is not None or payout is None:
            return named
        is_named = payout.payout_id is not None and event.reference == payout.payout_id
        if payout.state is not PayoutState.PAID and not is_named:
            return None
        if payout.payout_id is not None and event.reference not in (None, payout.payout_id):
            return None
        known = [
            await self._find(order_id, name)
            for name in (payout.payout_id, payout.report)
            if name is not None
        ]
        # Before names were kept, the only payout of an order had none.
        known.append(await self.ledger.find(f"{order_id}:payout"))
        found = (t for t in known if t is not None)
        return next((t for t in found if is_named or moved(t) == event.amount), None)

    async def _find(self, order_id: OrderId, name: str) -> Transfer | None:
        return await self.ledger.find(payout_transfer_id(order_id, name))

    # ---- booking -------------------------------------------------------------------------

    async def _book(
        self,
        payout: Payout | None,
        order_id: OrderId,
        seller_id: UserId,
        made: PayoutMade,
        *,
        unasked: bool = False,
    ) -> Payout | None:
        owed = min(made.amount, payout.owed if payout is not None else 0)
        excess = made.amount - owed
        transfer = paid_out(order_id, seller_id, made.id, owed, excess, self.clock.now())
        await self.suspense.assign_payout(made.id)
        await self.ledger.post(transfer)
        if payout is not None:
            payout = replace(payout, paid=payout.paid + owed)
            await self.payouts.save(payout)
            if owed and not payout.owed:
                payout = await self._paid(payout, made.amount)
        if unasked or excess:
            amount = self.irregularities.amount
            what = f"The provider made an unasked payout of {amount(made.amount)}: {made.id}."
            if excess:
                what += f" The seller was not owed {amount(excess)} of it and now owes that."
            await self.irregularities.note(order_id, what)
        if back := await self.webhooks.most(WebhookKind.PAYOUT_FAILED, made.id):
            payout = await self._return(order_id, payout, transfer, back, None)
        return payout

    async def _paid(self, payout: Payout, amount: Cents) -> Payout:
        """Record the payout as paid in full."""
        paid = replace(
            payout, state=PayoutState.PAID, paid_at=self.clock.now(), reason=None, asked=0
        )
        await self.payouts.save(paid)
        await self.outbox.add(
            PayoutPaid(payout.order_id, payout.seller_id, amount, payout.debt_settled)
        )
        return paid

    async def _return(
        self,
        order_id: OrderId,
        payout: Payout | None,
        paid: Transfer,
        total: Cents,
        reason: str | None,
    ) -> Payout | None:
        """Record that so much of a payout is back at the provider by now."""
        back = await self.returned_payouts.book(paid, total)
        if back is None:
            return payout
        came, whole = map(self.irregularities.amount, (-moved(back), moved(paid)))
        what = f"A payout of {whole}" if came == whole else f"{came} of a payout of {whole}"
        await self.irregularities.note(
            order_id, f"{what} came back to the provider: {reason or 'no reason given'}."
        )
        owed = sum(e.amount for e in back.entries if e.account.kind is AccountKind.PAYABLE)
        if payout is None or owed == 0:
            return payout
        if payout.state is PayoutState.DUE:
            # Keep the amount of the request that may be under way.
            payout = replace(payout, asked=payout.question)
        payout = replace(payout, paid=payout.paid - owed)
        if payout.state is PayoutState.CANCELLED:
            name = back.id.removeprefix(payout_transfer_id(order_id, ""))
            await self.set_off.returned(payout, owed, name.replace(":back", "", 1))
        if payout.state in (PayoutState.DUE, PayoutState.CANCELLED):
            await self.payouts.save(payout)
            return payout
        return await self._reopen(payout, reason or "the payout came back")

    async def _reopen(self, payout: Payout, reason: str) -> Payout:
        """Record that the rest, or all, is owed to the seller again, with no request under way."""
        reopened = replace(
            payout,
            state=PayoutState.REFUSED,
            reason=reason,
            refusals=payout.refusals + 1,
            paid_at=None,
            asked=0,
        )
        await self.payouts.save(reopened)
        if not await self.set_off.if_reclaimed(reopened):
            order_id, seller_id = payout.order_id, payout.seller_id
            await self.outbox.add(PayoutReopened(order_id, seller_id, reopened.owed, reason))
            await self.irregularities.note(
                order_id, f"The seller is still owed the rest: {reason}."
            )
        return reopened

    async def _stored(self, order_id: OrderId) -> Payout:
        payout = await self.payouts.find(order_id)
        assert payout is not None, order_id
        return payout


def _is_awaited(payout: Payout, event: Webhook) -> bool:
    """Whether the provider was asked for this amount and has not answered."""
    return payout.state is PayoutState.DUE and payout.question == event.amount
