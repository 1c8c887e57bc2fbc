"""Disputes: what buyers' banks took back, and the answers to them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath
from msgspec import Meta

from .....ports.language.disputes import Dispute, DisputeStatus
from .....ports.language.errors import (
    DisputeNotOpen,
    IdempotencyKeyReused,
    InvalidText,
    NotFound,
    PartyToTheOrder,
    Unavailable,
)
from .....ports.language.ids import DisputeId
from .....ports.language.users import Role
from ...edge.idempotency import KeyHeader, once, request_key
from ...edge.injected import App
from ...edge.json_body import JsonRequest
from ...edge.key_scopes import FOR_ADMINS
from ...edge.paging import DEFAULT_LIMIT, Cursor, Limit, listing, page_request
from ...edge.roles import requires
from ...openapi.documented import example, problems, success
from .alarms import OpenFilter
from .reasons import ReasonGiven, ReasonText


class DisputeView(msgspec.Struct, frozen=True):
    """A dispute, with amounts in minor units.

    `name` and `charge_id` are the provider's. `order_id` is null if the charge is of no known
    order. `withdrawn` is what the bank took, and `reinstated` what came back of it.
    """

    id: UUID
    name: str
    charge_id: str
    order_id: UUID | None
    amount: int
    reason: str
    status: DisputeStatus
    opened_at: datetime
    evidence_due_by: datetime | None
    submitted_at: datetime | None
    withdrawn: int
    reinstated: int
    fee: int


class DisputeDetails(msgspec.Struct, frozen=True):
    """A dispute, and the evidence that would be submitted now."""

    dispute: DisputeView
    evidence: dict[str, str]


class DisputeListing(msgspec.Struct, frozen=True):
    """A page of disputes, newest first."""

    items: list[DisputeView]
    next_cursor: UUID | None


class EvidenceGiven(msgspec.Struct, forbid_unknown_fields=True):
    """Why evidence is submitted, for the audit log, and what is added to it for the bank."""

    reason: ReasonText
    remark: Annotated[str, Meta(max_length=5_000)] = ""


def dispute_view(dispute: Dispute) -> DisputeView:
    """Return a dispute as a response."""
    return DisputeView(
        id=dispute.id,
        name=dispute.name,
        charge_id=dispute.charge_id,
        order_id=dispute.order_id,
        amount=dispute.amount,
        reason=dispute.reason,
        status=dispute.status,
        opened_at=dispute.opened_at,
        evidence_due_by=dispute.evidence_due_by,
        submitted_at=dispute.submitted_at,
        withdrawn=dispute.withdrawn,
        reinstated=dispute.reinstated,
        fee=dispute.fee,
    )


_EXAMPLE = {
    "id": "01890a5f-9999-7222-8333-444455556666",
    "name": "du_3a4f",
    "charge_id": "ch_3a4f",
    "order_id": "01890a5e-0c12-7d33-8a4e-1c2d3e4f5a6b",
    "amount": 21_400,
    "reason": "fraudulent",
    "status": "needs_response",
    "opened_at": "2026-03-20T09:00:00Z",
    "evidence_due_by": "2026-03-27T09:00:00Z",
    "submitted_at": None,
    "withdrawn": 21_400,
    "reinstated": 0,
    "fee": 1_500,
}
_SUBMITTED = {"status": "under_review", "submitted_at": "2026-03-21T10:00:00Z"}
_EVIDENCE = {
    "customer_name": "Test Buyer",
    "shipping_carrier": "UPS",
    "shipping_tracking_number": "1Z999AA10123456784",
    "text": "It was delivered on 2026-03-10 (proof: buyer).",
}
_REFUSED = (
    NotFound,
    PartyToTheOrder,
    DisputeNotOpen,
    InvalidText,
    IdempotencyKeyReused,
    Unavailable,
)


class DisputesController(Controller):
    """Disputes."""

    path = "/v1/admin/disputes"
    tags = ("admin",)
    opt = FOR_ADMINS
    guards = (requires(Role.ADMIN),)

    @get(
        summary="List disputes",
        responses=success(200, DisputeListing, {"items": [_EXAMPLE], "next_cursor": None})
        | problems(),
    )
    async def list_disputes(
        self,
        request: JsonRequest,
        application: App,
        open_only: OpenFilter = False,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> DisputeListing:
        """Return the disputes, newest first."""
        page = await application.disputes.list_disputes(
            request.user, page_request(limit, cursor), open_only=open_only
        )
        return listing(DisputeListing, page, dispute_view)

    @get(
        "/{dispute_id:uuid}",
        summary="View a dispute",
        responses=success(200, DisputeDetails, {"dispute": _EXAMPLE, "evidence": _EVIDENCE})
        | problems(NotFound, PartyToTheOrder),
    )
    async def view_dispute(
        self, request: JsonRequest, dispute_id: FromPath[UUID], application: App
    ) -> DisputeDetails:
        """Return a dispute, and the evidence that would be submitted now."""
        dispute, evidence = await application.disputes.view_dispute(
            request.user, DisputeId(dispute_id)
        )
        return DisputeDetails(dispute_view(dispute), evidence.given())

    @post(
        "/{dispute_id:uuid}/evidence",
        summary="Submit evidence",
        status_code=200,
        responses=success(200, DisputeView, _EXAMPLE | _SUBMITTED) | problems(*_REFUSED, body=True),
    )
    async def submit_evidence(
        self,
        request: JsonRequest,
        dispute_id: FromPath[UUID],
        data: Annotated[EvidenceGiven, example({"reason": "the buyer got an authentic pair"})],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[DisputeView]:
        """Hand the evidence to the bank, once. `remark` is added to it."""

        async def run() -> DisputeView:
            return dispute_view(
                await application.disputes.submit_evidence(
                    request.user, DisputeId(dispute_id), reason=data.reason, remark=data.remark
                )
            )

        return await once(request, application, await request_key(request, idempotency_key), run)

    @post(
        "/{dispute_id:uuid}/acceptance",
        summary="Give a dispute up",
        status_code=200,
        responses=success(200, DisputeView, _EXAMPLE | {"status": "lost"})
        | problems(*_REFUSED, body=True),
    )
    async def accept_dispute(
        self,
        request: JsonRequest,
        dispute_id: FromPath[UUID],
        data: Annotated[ReasonGiven, example({"reason": "the card was stolen"})],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[DisputeView]:
        """Leave the money to the buyer, because they are right. The dispute is lost at once."""

        async def run() -> DisputeView:
            return dispute_view(
                await application.disputes.accept_dispute(
                    request.user, DisputeId(dispute_id), reason=data.reason
                )
            )

        return await once(request, application, await request_key(request, idempotency_key), run)
