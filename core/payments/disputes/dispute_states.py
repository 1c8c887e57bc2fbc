"""What the exchange knows of a dispute after a report of the payment provider."""

from dataclasses import replace
from datetime import datetime

from ....ports.language.disputes import (
    LOOKED_AT_EVERY,
    REMINDED_BEFORE,
    Dispute,
    DisputeStatus,
    ReportedDispute,
)
from ....ports.language.ids import DisputeId, OrderId


def opened(dispute_id: DisputeId, report: ReportedDispute, order_id: OrderId | None) -> Dispute:
    """Return a dispute that is new here, before anything of it is booked."""
    return Dispute(
        id=dispute_id,
        name=report.name,
        charge_id=report.charge_id,
        order_id=order_id,
        amount=report.amount,
        reason=report.reason,
        status=DisputeStatus.INQUIRY_NEEDS_RESPONSE,
        opened_at=report.opened_at,
        evidence_due_by=report.evidence_due_by,
        fee=report.fee,
    )


def told(before: Dispute, report: ReportedDispute) -> Dispute:
    """Return the dispute with what a report says.

    Reports may come late, again and in any order. So the status only goes forward, and amounts of
    moved money only grow.
    """
    after = replace(
        before,
        withdrawn=max(before.withdrawn, report.withdrawn),
        reinstated=max(before.reinstated, report.reinstated),
        fee=max(before.fee, report.fee),
    )
    if report.status.rank < before.status.rank:
        return after
    return replace(
        after,
        status=report.status,
        amount=report.amount,
        reason=report.reason,
        evidence_due_by=report.evidence_due_by,
    )


def is_reminder_due(dispute: Dispute, now: datetime) -> bool:
    """Return whether the admins must be reminded now that evidence is due."""
    due_by = dispute.evidence_due_by
    waits = dispute.status.awaits_evidence and dispute.reminded_at is None
    return waits and due_by is not None and due_by - REMINDED_BEFORE <= now


def looked_at_next(dispute: Dispute, now: datetime) -> datetime | None:
    """Return when to ask the provider about a dispute again, or None if it is over."""
    if dispute.is_settled:
        return None
    tomorrow = now + LOOKED_AT_EVERY
    due_by = dispute.evidence_due_by
    if not dispute.status.awaits_evidence or dispute.reminded_at is not None or due_by is None:
        return tomorrow
    return min(tomorrow, max(now, due_by - REMINDED_BEFORE))
