"""Payouts to sellers."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import Controller, get

from ....ports.language.payments import Payout, PayoutState
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..edge.key_scopes import FOR_READERS
from ..edge.paging import DEFAULT_LIMIT, Cursor, Limit, listing, page_request
from ..openapi.documented import problems


class PayoutView(msgspec.Struct, frozen=True):
    """The payout of one order, in minor units. `debt_settled` was deducted to settle debts."""

    order_id: UUID
    status: PayoutState
    amount: int
    debt_settled: int
    created_at: datetime
    paid_at: datetime | None
    reason: str | None


class PayoutListing(msgspec.Struct, frozen=True):
    """A page of payouts, newest first."""

    items: list[PayoutView]
    next_cursor: UUID | None


def payout_view(payout: Payout) -> PayoutView:
    """Return a payout as a response."""
    return PayoutView(
        order_id=payout.order_id,
        status=payout.state,
        amount=payout.amount,
        debt_settled=payout.debt_settled,
        created_at=payout.created_at,
        paid_at=payout.paid_at,
        reason=payout.reason,
    )


class PayoutsController(Controller):
    """Payouts."""

    path = "/v1/payouts"
    tags = ("payouts",)
    opt = FOR_READERS

    @get(summary="List your payouts", responses=problems())
    async def list_payouts(
        self,
        request: JsonRequest,
        application: App,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> PayoutListing:
        """Return your payouts, newest first."""
        page = await application.payments.list_payouts(request.user, page_request(limit, cursor))
        return listing(PayoutListing, page, payout_view)
