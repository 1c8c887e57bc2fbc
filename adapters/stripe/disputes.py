"""Disputes of charges at Stripe."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import stripe

from ...ports.dispute_desk import DisputeDesk
from ...ports.language.disputes import DisputeStatus, Evidence, ReportedDispute
from ...ports.language.errors import DisputeNotOpen
from ...ports.language.invariants import ensure
from .client import StripeCalls, refused
from .labels import id_of, order_of

if TYPE_CHECKING:
    from stripe.params import DisputeListParams, DisputeUpdateParamsEvidence

_MOST = 100
"""The most objects in a page of Stripe's."""
_STATUSES = {
    "warning_needs_response": DisputeStatus.INQUIRY_NEEDS_RESPONSE,
    "warning_under_review": DisputeStatus.INQUIRY_UNDER_REVIEW,
    "warning_closed": DisputeStatus.INQUIRY_CLOSED,
    "prevented": DisputeStatus.INQUIRY_CLOSED,
    "needs_response": DisputeStatus.NEEDS_RESPONSE,
    "under_review": DisputeStatus.UNDER_REVIEW,
    "won": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
}


@dataclass(frozen=True, slots=True)
class StripeDisputes(DisputeDesk):
    """Reads disputes, hands evidence in, and closes them.

    A dispute is read before it is changed, so that a repeated call has one effect. Disputes in
    other currencies are ignored. Photos of the pair are links in the text: no file is uploaded.
    """

    calls: StripeCalls
    currency: str
    """As Stripe writes it: `usd`."""

    async def find(self, name: str) -> ReportedDispute | None:
        try:
            dispute = await self.calls.ask(lambda client: _retrieve(client, name))
        except stripe.InvalidRequestError as error:
            if error.code == "resource_missing":
                return None
            raise refused("to read a dispute", error) from None
        except stripe.StripeError as error:
            raise refused("to read a dispute", error) from None
        return _report(dispute) if dispute.currency == self.currency else None

    async def page(self, after: str, limit: int) -> Sequence[ReportedDispute]:
        ensure(limit > 0, limit)
        params: DisputeListParams = {
            "limit": min(limit, _MOST),
            "expand": ["data.payment_intent"],
        }
        while True:
            if after:
                params["starting_after"] = after
            page = await self.calls.read(lambda client: client.v1.disputes.list_async(params))
            found = [_report(each) for each in page.data if each.currency == self.currency]
            if found or not page.data:
                return found
            # A page without any of this currency would look like the last one.
            after = page.data[-1].id

    async def submit(self, name: str, evidence: Evidence) -> ReportedDispute:
        told = _evidence(evidence)

        async def update(client: stripe.StripeClient) -> stripe.Dispute:
            return await client.v1.disputes.update_async(
                name, {"evidence": told, "submit": True, "expand": ["payment_intent"]}
            )

        return await self._change(name, update, "evidence", _is_submitted, _awaits_evidence)

    async def accept(self, name: str) -> ReportedDispute:
        async def close(client: stripe.StripeClient) -> stripe.Dispute:
            return await client.v1.disputes.close_async(name, {"expand": ["payment_intent"]})

        return await self._change(name, close, "to close a dispute", _is_lost, _awaits_evidence)

    async def _change(
        self,
        name: str,
        change: Callable[[stripe.StripeClient], Awaitable[stripe.Dispute]],
        what: str,
        is_done: Callable[[stripe.Dispute], bool],
        may_be_done: Callable[[stripe.Dispute], bool],
    ) -> ReportedDispute:
        """Change a dispute unless that is done. Raises DisputeNotOpen."""
        dispute = await self.calls.read(lambda client: _retrieve(client, name))
        if is_done(dispute):
            return _report(dispute)
        if not may_be_done(dispute):
            raise DisputeNotOpen(name=name, status=_status(dispute))
        try:
            return _report(await self.calls.ask(change))
        except stripe.InvalidRequestError as error:
            # Somebody else may have changed it, or the bank has decided meanwhile.
            dispute = await self.calls.read(lambda client: _retrieve(client, name))
            if is_done(dispute):
                return _report(dispute)
            if not may_be_done(dispute):
                raise DisputeNotOpen(name=name, status=_status(dispute)) from None
            raise refused(what, error) from None
        except stripe.StripeError as error:
            raise refused(what, error) from None


async def _retrieve(client: stripe.StripeClient, name: str) -> stripe.Dispute:
    return await client.v1.disputes.retrieve_async(name, {"expand": ["payment_intent"]})


def _report(dispute: stripe.Dispute) -> ReportedDispute:
    intent = dispute.payment_intent
    moved = [each.amount for each in dispute.balance_transactions]
    due_by = dispute.evidence_details.due_by
    return ReportedDispute(
        name=dispute.id,
        charge_id=id_of(intent) or id_of(dispute.charge) or "",
        amount=dispute.amount,
        reason=dispute.reason,
        status=_status(dispute),
        opened_at=_instant(dispute.created),
        order_id=order_of(intent) if isinstance(intent, stripe.PaymentIntent) else None,
        evidence_due_by=None if due_by is None else _instant(due_by),
        withdrawn=-sum(amount for amount in moved if amount < 0),
        reinstated=sum(amount for amount in moved if amount > 0),
        fee=sum(each.fee for each in dispute.balance_transactions),
    )


def _status(dispute: stripe.Dispute) -> DisputeStatus:
    """Return the status. One that is not known here says nothing, so it is the first one."""
    return _STATUSES.get(dispute.status, DisputeStatus.INQUIRY_NEEDS_RESPONSE)


def _is_submitted(dispute: stripe.Dispute) -> bool:
    return dispute.evidence_details.submission_count > 0


def _is_lost(dispute: stripe.Dispute) -> bool:
    return dispute.status == "lost"


def _awaits_evidence(dispute: stripe.Dispute) -> bool:
    return _status(dispute).awaits_evidence


def _evidence(evidence: Evidence) -> "DisputeUpdateParamsEvidence":
    """Return the evidence under Stripe's names."""
    told: DisputeUpdateParamsEvidence = {
        "product_description": evidence.product_description,
        "customer_name": evidence.customer_name,
        "customer_email_address": evidence.customer_email,
        "shipping_address": evidence.shipping_address,
        "shipping_carrier": evidence.shipping_carrier,
        "shipping_tracking_number": evidence.shipping_tracking_number,
        "shipping_date": evidence.shipping_date,
        "service_date": evidence.service_date,
        "uncategorized_text": evidence.text,
    }
    return {name: text for name, text in told.items() if text}  # type: ignore[return-value]  # mypy forgets which names


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
