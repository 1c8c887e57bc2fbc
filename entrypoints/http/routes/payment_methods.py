"""Your cards."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post
from litestar.params import FromPath
from msgspec import Meta

from ....composition.card_pages import CardPages
from ....core.users.user_texts import MAX_PROVIDER_TOKEN
from ....ports.language.cards import CardSetup, CardSetupState, PaymentMethod
from ....ports.language.errors import (
    AccountClosed,
    CardRefused,
    InvalidText,
    LastCardInUse,
    NoSuchCardSetup,
    NotFound,
    TooManyPaymentMethods,
)
from ....ports.language.ids import PaymentMethodId
from ..edge.bearer import PUBLIC
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..edge.key_scopes import FOR_NO_KEY, FOR_READERS
from ..hidden import Hidden
from ..openapi.documented import PUBLIC_SECURITY, example, problems, success


class PaymentMethodView(msgspec.Struct, frozen=True):
    """A card on file. What is shown is null for one that was set before cards were kept."""

    id: UUID
    brand: str | None
    last4: str | None
    exp_month: int | None
    exp_year: int | None
    default: bool
    """Whether it is charged for your bids."""
    created_at: datetime


class NewSetupView(Hidden, msgspec.Struct, frozen=True):
    """The setup of a card. The browser confirms it at the payment provider, with the secret."""

    id: str
    client_secret: str


class SetupView(msgspec.Struct, frozen=True):
    """How far a setup is. `link` is where you authenticate, if that is a page.

    `payment_method` is the card's id, once it is on file.
    """

    id: str
    state: CardSetupState
    link: str | None
    reason: str | None
    payment_method: UUID | None


class CardSent(Hidden, msgspec.Struct, forbid_unknown_fields=True):
    """What a browser sends to the embedded payment provider: a test card."""

    client_secret: Annotated[str, Meta(max_length=MAX_PROVIDER_TOKEN)]
    token: Annotated[str, Meta(min_length=1, max_length=MAX_PROVIDER_TOKEN)]


class Authentication(Hidden, msgspec.Struct, forbid_unknown_fields=True):
    """What a buyer does on the page of the bank."""

    client_secret: Annotated[str, Meta(max_length=MAX_PROVIDER_TOKEN)]
    passes: bool


def card_view(method: PaymentMethod, default: PaymentMethodId | None) -> PaymentMethodView:
    """Return a card as a response."""
    details = method.details
    return PaymentMethodView(
        id=method.id,
        brand=None if details is None else details.brand,
        last4=None if details is None else details.last4,
        exp_month=None if details is None else details.exp_month,
        exp_year=None if details is None else details.exp_year,
        default=method.id == default,
        created_at=method.created_at,
    )


def setup_view(setup: CardSetup, method: PaymentMethod | None) -> SetupView:
    """Return a setup as a response."""
    return SetupView(
        id=setup.id,
        state=setup.state,
        link=setup.link,
        reason=setup.reason,
        payment_method=None if method is None else method.id,
    )


_EXAMPLE = {
    "id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "brand": "visa",
    "last4": "4242",
    "exp_month": 12,
    "exp_year": 2034,
    "default": True,
    "created_at": "2026-03-01T12:00:00Z",
}
_NEW = {"id": "seti_1PqMvH", "client_secret": "seti_1PqMvH_secret_QhKz"}
_SETUP = {
    "id": "seti_1PqMvH",
    "state": "succeeded",
    "link": None,
    "reason": None,
    "payment_method": "01890a5d-ac96-774b-bcce-b302099a8057",
}


class PaymentMethodsController(Controller):
    """Cards."""

    path = "/v1/users/me/payment-methods"
    tags = ("users",)
    opt = FOR_READERS

    @get(
        summary="List your cards",
        responses=success(200, list[PaymentMethodView], [_EXAMPLE]) | problems(),
    )
    async def list_cards(self, request: JsonRequest, application: App) -> list[PaymentMethodView]:
        """Return all your cards, oldest first. The list is not paged."""
        cards = await application.users.list_payment_methods(request.user)
        return [card_view(method, cards.default) for method in cards.methods]

    @post(
        "/setup",
        summary="Begin to add a card",
        responses=success(201, NewSetupView, _NEW)
        | problems(TooManyPaymentMethods, InvalidText, AccountClosed),
    )
    async def begin_setup(self, request: JsonRequest, application: App) -> NewSetupView:
        """Return the client secret with which your browser sends a card to the payment provider.

        The card is on file when the provider has verified it.
        """
        setup = await application.users.begin_card_setup(request.user)
        return NewSetupView(setup.id, setup.client_secret)

    @get(
        "/setup/{setup_id:str}",
        summary="View the setup of a card",
        opt=FOR_NO_KEY,
        responses=success(200, SetupView, _SETUP)
        | problems(NoSuchCardSetup, TooManyPaymentMethods, CardRefused, AccountClosed),
    )
    async def view_setup(
        self, request: JsonRequest, setup_id: FromPath[str], application: App
    ) -> SetupView:
        """Ask the payment provider what became of a setup. Its card is then on file."""
        viewed = await application.users.view_card_setup(request.user, setup_id)
        return setup_view(viewed.setup, viewed.method)

    @delete(
        "/{payment_method_id:uuid}",
        summary="Remove a card",
        responses=problems(NotFound, LastCardInUse, AccountClosed),
    )
    async def remove_card(
        self, request: JsonRequest, payment_method_id: FromPath[UUID], application: App
    ) -> None:
        """Remove a card. If it was the default, your newest other card becomes it.

        An unpaid order of this card is cancelled. Your only card stays while your bids stand.
        """
        await application.users.remove_payment_method(
            request.user, PaymentMethodId(payment_method_id)
        )


class TestCardsController(Controller):
    """What a browser does at a real payment provider."""

    path = "/v1/embedded-provider/card-setups/{setup_id:str}"
    tags = ("users",)

    @post(
        "/confirm",
        summary="Send a test card to the embedded payment provider",
        status_code=200,
        opt=PUBLIC,
        security=PUBLIC_SECURITY,
        responses=success(200, SetupView, {**_SETUP, "payment_method": None})
        | problems(NoSuchCardSetup, CardRefused, InvalidText, public=True, body=True),
    )
    async def confirm(
        self,
        setup_id: FromPath[str],
        data: Annotated[
            CardSent, example({"client_secret": _NEW["client_secret"], "token": "pm_card_visa"})
        ],
        application: App,
    ) -> SetupView:
        """Confirm a setup, as a browser does at Stripe. With Stripe there is none here."""
        pages = CardPages(application)
        pages.check_secret(setup_id, data.client_secret)
        return setup_view(await pages.confirm(setup_id, data.token), None)

    @post(
        "/authenticate",
        summary="Authenticate at the embedded payment provider",
        status_code=200,
        opt=PUBLIC,
        security=PUBLIC_SECURITY,
        responses=success(200, SetupView, {**_SETUP, "payment_method": None})
        | problems(NoSuchCardSetup, CardRefused, public=True, body=True),
    )
    async def authenticate(
        self,
        setup_id: FromPath[str],
        data: Annotated[
            Authentication, example({"client_secret": _NEW["client_secret"], "passes": True})
        ],
        application: App,
    ) -> SetupView:
        """Pass or fail the authentication that a setup needs, as on the page of a bank."""
        pages = CardPages(application)
        pages.check_secret(setup_id, data.client_secret)
        return setup_view(await pages.authenticate(setup_id, passes=data.passes), None)
