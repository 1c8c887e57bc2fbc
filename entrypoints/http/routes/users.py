"""Registration, your profile, and user administration."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, patch, post, put
from litestar.params import FromPath
from msgspec import UNSET, Meta, UnsetType

from ....core.users.user_texts import (
    MAX_EMAIL,
    MAX_NAME,
    MAX_PROVIDER_TOKEN,
    MIN_PASSWORD,
)
from ....core.users.view_profile import Profile
from ....ports.language.errors import (
    AccountClosed,
    AccountNeeded,
    CardRefused,
    InvalidText,
    NotFound,
    QueueFull,
    TooManyPaymentMethods,
    WrongCredentials,
)
from ....ports.language.ids import PaymentMethodId, UserId
from ....ports.language.users import Role, User
from ..edge.bearer import PUBLIC
from ..edge.headers import program_of
from ..edge.injected import App, Limits
from ..edge.json_body import JsonRequest
from ..edge.key_scopes import FOR_ADMINS, FOR_NO_KEY, FOR_READERS
from ..edge.roles import requires
from ..hidden import Hidden
from ..openapi.documented import PUBLIC_SECURITY, example, problems, success
from .admin.reasons import ReasonText

Name = Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
ProviderName = Annotated[str, Meta(min_length=1, max_length=MAX_PROVIDER_TOKEN)]


class Registration(Hidden, msgspec.Struct, forbid_unknown_fields=True):
    """A new user. The password has at least 8 characters and at most 72 bytes."""

    email: Annotated[str, Meta(min_length=3, max_length=MAX_EMAIL)]
    password: Annotated[str, Meta(min_length=MIN_PASSWORD, max_length=72)]
    first_name: Name
    last_name: Name


class Registered(msgspec.Struct, frozen=True):
    """The email as it was given. Sign in to learn the id."""

    email: str


class ProfileChange(msgspec.Struct, forbid_unknown_fields=True):
    """The fields to change. Omitted fields stay."""

    first_name: Name | UnsetType = UNSET
    last_name: Name | UnsetType = UNSET


class Closing(msgspec.Struct, forbid_unknown_fields=True):
    """Your password, so that nobody else closes your account."""

    password: Annotated[str, Meta(min_length=1, max_length=200)]


class PaymentMethod(Hidden, msgspec.Struct, forbid_unknown_fields=True):
    """The payment provider's token of a card, or the id of one of your cards."""

    token: ProviderName | UnsetType = UNSET
    id: UUID | UnsetType = UNSET


class RoleSet(msgspec.Struct, forbid_unknown_fields=True):
    """All roles of the user, with an optional reason."""

    roles: Annotated[list[Role], Meta(max_length=len(Role))]
    reason: ReasonText | None = None


class Suspension(msgspec.Struct, forbid_unknown_fields=True):
    """Whether the user is suspended, and why."""

    suspended: bool
    reason: ReasonText


class BalanceView(msgspec.Struct, frozen=True):
    """What the exchange owes the user, and what the user owes, in minor units."""

    payable: int
    debt: int


class UserView(Hidden, msgspec.Struct, frozen=True):
    """A user. Only the last characters of payment details are shown."""

    id: UUID
    email: str
    first_name: str
    last_name: str
    roles: list[Role]
    payment_method: str | None
    payout_account: str | None
    suspended: bool
    created_at: datetime


class OwnView(UserView, frozen=True):
    """Your profile, whether your email and your phone are proven, and when a block on bidding ends.

    Without a proven email you cannot trade, and without a proven phone you get no text messages.
    Bidding is blocked after declined cards.
    """

    email_proven: bool
    phone_proven: bool
    bids_barred_until: datetime | None


def user_view(user: User) -> UserView:
    """Return a user as a response."""
    return UserView(
        id=user.id,
        email=user.email,
        first_name=user.first_name,
        last_name=user.last_name,
        roles=sorted(user.roles),
        payment_method=_masked(user.payment_method),
        payout_account=_masked(user.payout_account),
        suspended=user.suspended,
        created_at=user.created_at,
    )


def own_view(profile: Profile) -> OwnView:
    """Return a user's own profile as a response."""
    return OwnView(
        **msgspec.structs.asdict(user_view(profile.user)),
        email_proven=profile.user.email_proven,
        phone_proven=profile.phone_proven,
        bids_barred_until=profile.bids_barred_until,
    )


def _masked(secret: str | None) -> str | None:
    if secret is None:
        return None
    return "****" + (secret[-4:] if len(secret) >= 12 else "")


_EXAMPLE = {
    "id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "email": "buyer@example.com",
    "first_name": "Test",
    "last_name": "Buyer",
    "roles": ["buyer"],
    "payment_method": "****4242",
    "payout_account": None,
    "suspended": False,
    "created_at": "2026-03-01T12:00:00Z",
}


_OWN = _EXAMPLE | {"email_proven": True, "phone_proven": False, "bids_barred_until": None}


class UsersController(Controller):
    """Users."""

    path = "/v1/users"
    tags = ("users",)

    @post(
        summary="Register",
        status_code=202,
        opt=PUBLIC,
        security=PUBLIC_SECURITY,
        responses=success(202, Registered, {"email": "buyer@example.com"})
        | problems(InvalidText, QueueFull, public=True, body=True),
    )
    async def register(
        self,
        request: JsonRequest,
        data: Annotated[
            Registration,
            example(
                {
                    "email": "buyer@example.com",
                    "password": "correct horse battery",
                    "first_name": "Test",
                    "last_name": "Buyer",
                }
            ),
        ],
        application: App,
        credential_limits: Limits,
    ) -> Registered:
        """Register a user with a unique email. New users are buyers.

        The answer is the same if the email is taken: its user is told by mail, and nothing changes.
        """
        source = await credential_limits.check(request.scope, "registrations", data.email)
        await application.users.accept_registration(
            email=data.email,
            password=data.password,
            first_name=data.first_name,
            last_name=data.last_name,
            source=source,
        )
        return Registered(data.email)

    @get(
        "/me",
        summary="View your profile",
        opt=FOR_READERS,
        responses=success(200, OwnView, _OWN) | problems(),
    )
    async def view_me(self, request: JsonRequest, application: App) -> OwnView:
        """Return your profile."""
        return own_view(await application.users.view_profile(request.user))

    @patch(
        "/me",
        summary="Edit your profile",
        responses=problems(InvalidText, AccountClosed, body=True),
    )
    async def edit_me(
        self,
        request: JsonRequest,
        data: Annotated[ProfileChange, example({"first_name": "Test"})],
        application: App,
    ) -> UserView:
        """Change your first and last name."""
        user = await application.users.edit_profile(
            request.user,
            first_name=None if data.first_name is UNSET else data.first_name,
            last_name=None if data.last_name is UNSET else data.last_name,
        )
        return user_view(user)

    @delete(
        "/me",
        summary="Close your account",
        opt=FOR_NO_KEY,
        responses=problems(InvalidText, WrongCredentials, AccountNeeded, QueueFull, body=True),
    )
    async def close_me(
        self,
        request: JsonRequest,
        data: Annotated[Closing, example({"password": "correct horse battery"})],
        application: App,
        credential_limits: Limits,
    ) -> None:
        """Close your account for good. It takes your password.

        All your sessions and API keys end, and your open bids and asks leave the market. Running
        trades go on, and letters tell you of them. After the last one, everything personal is
        erased. It is refused while you must still do something, as `because` says.
        """
        source = await credential_limits.check(request.scope, "own", str(request.user.user_id))
        await application.closing.close_account(
            request.user,
            password=data.password,
            source=replace(source, trusted=True),
            program=program_of(request),
        )

    @put(
        "/me/payment-method",
        summary="Set your payment method",
        responses=problems(
            InvalidText, CardRefused, TooManyPaymentMethods, NotFound, AccountClosed, body=True
        ),
    )
    async def set_payment_method(
        self,
        request: JsonRequest,
        data: Annotated[PaymentMethod, example({"token": "pm_card_visa"})],
        application: App,
    ) -> UserView:
        """Set the card that your bids are charged to: one of yours, or by the provider's token.

        A new card is verified first.
        """
        if (data.token is UNSET) is (data.id is UNSET):
            raise InvalidText(field="token", problem="or id is needed, and not both")
        if data.id is not UNSET:
            chosen = PaymentMethodId(data.id)
            return user_view(await application.users.choose_payment_method(request.user, chosen))
        assert data.token is not UNSET
        return user_view(await application.users.set_payment_method(request.user, token=data.token))

    @get(
        "/me/balance",
        summary="View your balance",
        opt=FOR_READERS,
        responses=success(200, BalanceView, {"payable": 0, "debt": 3_000}) | problems(),
    )
    async def view_balance(self, request: JsonRequest, application: App) -> BalanceView:
        """Return what the exchange owes you, and what you owe."""
        balance = await application.payments.view_balance(request.user)
        return BalanceView(payable=balance.payable, debt=balance.debt)

    @put(
        "/{user_id:uuid}/roles",
        summary="Set a user's roles",
        guards=[requires(Role.ADMIN)],
        responses=problems(NotFound, InvalidText, AccountClosed, body=True),
    )
    async def set_roles(
        self,
        request: JsonRequest,
        user_id: FromPath[UUID],
        data: Annotated[
            RoleSet,
            example({"roles": ["buyer", "authenticator"], "reason": "joined the warehouse team"}),
        ],
        application: App,
    ) -> UserView:
        """Replace all roles of a user. The user is signed out everywhere."""
        user = await application.users.set_roles(
            request.user, UserId(user_id), roles=frozenset(data.roles), reason=data.reason
        )
        return user_view(user)

    @put(
        "/{user_id:uuid}/suspension",
        summary="Suspend a user or lift the suspension",
        opt=FOR_ADMINS,
        guards=[requires(Role.ADMIN)],
        responses=problems(NotFound, InvalidText, AccountClosed, body=True),
    )
    async def set_suspension(
        self,
        request: JsonRequest,
        user_id: FromPath[UUID],
        data: Annotated[
            Suspension, example({"suspended": True, "reason": "sent two fakes in one week"})
        ],
        application: App,
    ) -> UserView:
        """Suspend a user or lift a suspension.

        A suspended user cannot trade, and their quotes are withdrawn.
        """
        done = await application.users.set_suspension(
            request.user, UserId(user_id), suspended=data.suspended, reason=data.reason
        )
        return user_view(done.user)
