"""Debts of users."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, post
from litestar.params import FromPath
from msgspec import Meta

from .....ports.language.errors import (
    BeyondDebt,
    IdempotencyKeyReused,
    InvalidText,
    NotFound,
    OutOfRange,
)
from .....ports.language.ids import UserId
from .....ports.language.users import Role
from ...edge.idempotency import KeyHeader, once, request_key
from ...edge.injected import App
from ...edge.json_body import JsonRequest
from ...edge.key_scopes import FOR_ADMINS
from ...edge.roles import requires
from ...openapi.documented import example, problems, success
from .reasons import ReasonText


class WriteOff(msgspec.Struct, forbid_unknown_fields=True):
    """The amount to write off, in minor units, and why."""

    amount: Annotated[int, Meta(ge=1)]
    reason: ReasonText


class DebtView(msgspec.Struct, frozen=True):
    """What a user still owes, in minor units."""

    user_id: UUID
    debt: int


class DebtsController(Controller):
    """Debts."""

    path = "/v1/admin/users/{user_id:uuid}/debt-write-off"
    tags = ("admin",)
    opt = FOR_ADMINS

    @post(
        summary="Write off a debt",
        status_code=200,
        guards=[requires(Role.ADMIN)],
        responses=success(
            200, DebtView, {"user_id": "01890a5d-ac96-774b-bcce-b302099a8057", "debt": 1_000}
        )
        | problems(
            NotFound,
            OutOfRange,
            InvalidText,
            BeyondDebt,
            IdempotencyKeyReused,
            body=True,
        ),
    )
    async def write_off_debt(
        self,
        request: JsonRequest,
        user_id: FromPath[UUID],
        data: Annotated[
            WriteOff, example({"amount": 2_000, "reason": "the penalty was our mistake"})
        ],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[DebtView]:
        """Write off all or part of a user's debt, at the exchange's cost."""

        async def run() -> DebtView:
            still_owed = await application.payments.write_off_debt(
                request.user, UserId(user_id), amount=data.amount, reason=data.reason
            )
            return DebtView(user_id, still_owed)

        return await once(request, application, await request_key(request, idempotency_key), run)
