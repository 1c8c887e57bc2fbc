"""User administration."""

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter

from .....core.operations.find_user import UserRecord
from .....core.users.user_texts import MAX_EMAIL
from .....ports.language.errors import IdempotencyKeyReused, InvalidText, NotFound
from .....ports.language.ids import UserId
from .....ports.language.market import Side
from .....ports.language.users import Role
from ...edge.idempotency import KeyHeader, once, request_key
from ...edge.injected import App
from ...edge.json_body import JsonRequest
from ...edge.key_scopes import FOR_ADMINS
from ...edge.paging import DEFAULT_LIMIT, Cursor, Limit, listing, page_request
from ...edge.roles import requires
from ...openapi.documented import example, problems, success
from ..quotes import EXAMPLE as QUOTE_EXAMPLE
from ..quotes import QuoteListing, StatusFilter, quote_view
from .reasons import ReasonGiven

Email: TypeAlias = Annotated[
    str, QueryParameter(min_length=3, max_length=MAX_EMAIL, description="The complete email.")
]
SideChoice: TypeAlias = Annotated[Side, QueryParameter(description="Bids or asks.")]


class UserRecordView(msgspec.Struct, frozen=True):
    """A user and their account status. Money is in minor units."""

    id: UUID
    email: str
    first_name: str
    last_name: str
    roles: list[Role]
    created_at: datetime
    suspended: bool
    closed_at: datetime | None
    erased_at: datetime | None
    email_proven: bool
    phone_proven: bool
    has_payment_method: bool
    has_payout_account: bool
    payable: int
    debt: int
    open_bids: int
    open_asks: int
    declines: int
    bids_barred_until: datetime | None


class UserRecords(msgspec.Struct, frozen=True):
    """The user with an email, or an empty list."""

    items: list[UserRecordView]
    next_cursor: UUID | None = None


class Forgiveness(msgspec.Struct, frozen=True):
    """The number of declined cards that no longer count."""

    forgiven: int


def user_record_view(record: UserRecord) -> UserRecordView:
    """Return a user for admins, without the password hash and tokens."""
    user = record.user
    return UserRecordView(
        id=user.id,
        email=user.email,
        first_name=user.first_name,
        last_name=user.last_name,
        roles=sorted(user.roles),
        created_at=user.created_at,
        suspended=user.suspended,
        closed_at=user.closed_at,
        erased_at=user.erased_at,
        email_proven=user.email_proven,
        phone_proven=record.phone_proven,
        has_payment_method=user.payment_method is not None,
        has_payout_account=user.payout_account is not None,
        payable=record.payable,
        debt=record.debt,
        open_bids=record.open_bids,
        open_asks=record.open_asks,
        declines=record.declines,
        bids_barred_until=record.bids_barred_until,
    )


_EXAMPLE = {
    "id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "email": "seller@example.com",
    "first_name": "Test",
    "last_name": "Seller",
    "roles": ["buyer", "seller"],
    "created_at": "2026-03-01T12:00:00Z",
    "suspended": False,
    "closed_at": None,
    "erased_at": None,
    "email_proven": True,
    "phone_proven": False,
    "has_payment_method": False,
    "has_payout_account": True,
    "payable": 0,
    "debt": 3_000,
    "open_bids": 0,
    "open_asks": 2,
    "declines": 0,
    "bids_barred_until": None,
}


class AdminUsersController(Controller):
    """Users, for admins."""

    path = "/v1/admin/users"
    tags = ("admin",)
    opt = FOR_ADMINS

    @get(
        summary="Find a user by email",
        guards=[requires(Role.ADMIN)],
        responses=success(200, UserRecords, {"items": [_EXAMPLE], "next_cursor": None})
        | problems(),
    )
    async def find_users(self, request: JsonRequest, application: App, email: Email) -> UserRecords:
        """Return the user with this email, or an empty list."""
        record = await application.operations.find_user.by_email(request.user, email)
        return UserRecords([] if record is None else [user_record_view(record)])

    @get(
        "/{user_id:uuid}",
        summary="View a user",
        guards=[requires(Role.ADMIN)],
        responses=success(200, UserRecordView, _EXAMPLE) | problems(NotFound),
    )
    async def find_user(
        self, request: JsonRequest, user_id: FromPath[UUID], application: App
    ) -> UserRecordView:
        """Return a user, with open quotes and balances."""
        return user_record_view(
            await application.operations.find_user(request.user, UserId(user_id))
        )

    @get(
        "/{user_id:uuid}/quotes",
        summary="List a user's bids or asks",
        guards=[requires(Role.ADMIN)],
        responses=success(200, QuoteListing, {"items": [QUOTE_EXAMPLE], "next_cursor": None})
        | problems(NotFound),
    )
    async def list_quotes_of_user(
        self,
        request: JsonRequest,
        user_id: FromPath[UUID],
        application: App,
        side: SideChoice,
        status: StatusFilter = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> QuoteListing:
        """Return a user's bids or asks, newest first."""
        page = await application.bidding.list_quotes.of_user(
            request.user, UserId(user_id), side, page_request(limit, cursor), status
        )
        return listing(QuoteListing, page, quote_view)

    @post(
        "/{user_id:uuid}/declines/forgiveness",
        summary="Forgive a buyer's declined cards",
        status_code=200,
        guards=[requires(Role.ADMIN)],
        responses=success(200, Forgiveness, {"forgiven": 3})
        | problems(NotFound, InvalidText, IdempotencyKeyReused, body=True),
    )
    async def forgive_declines(
        self,
        request: JsonRequest,
        user_id: FromPath[UUID],
        data: Annotated[ReasonGiven, example({"reason": "the bank had declined by mistake"})],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[Forgiveness]:
        """Forgive a buyer's declined cards. They no longer count, and the buyer can bid again."""

        async def run() -> Forgiveness:
            entry = await application.payments.forgive_declines(
                request.user, UserId(user_id), reason=data.reason
            )
            return Forgiveness(int(str(entry.act.facts["forgiven"])))

        return await once(request, application, await request_key(request, idempotency_key), run)
