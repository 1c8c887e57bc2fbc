"""Your payout account at the payment provider."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Controller, get, post, put
from msgspec import Meta

from ....ports.language.errors import (
    AccountClosed,
    EmailNotProven,
    InvalidText,
    PayoutAccountMissing,
    PayoutAccountUnusable,
)
from ....ports.language.seller_accounts import AccountLink, SellerAccount
from ..edge.headers import program_of
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..edge.key_scopes import FOR_READERS
from ..hidden import Hidden
from ..openapi.documented import example, problems, success
from .users import ProviderName, UserView, user_view


class PayoutAccount(Hidden, msgspec.Struct, forbid_unknown_fields=True):
    """The payment provider's account of a seller."""

    account: ProviderName


class Onboarding(msgspec.Struct, forbid_unknown_fields=True):
    """How a new account is opened. An account that is there already stays as it is."""

    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")] | None = None
    """Where the seller is, such as US. The default is the country of the exchange."""


class LinkView(msgspec.Struct, frozen=True):
    """A page of the provider for you. It can be opened once and soon, and by nobody else."""

    url: str
    expires_at: datetime | None


class RequirementView(msgspec.Struct, frozen=True):
    """Something that the provider wants to know about you."""

    name: str
    """The provider's name of it."""
    text: str
    """What it is, in words."""
    due: bool
    """Whether it is wanted now. If not, it will be."""


class PayoutAccountView(msgspec.Struct, frozen=True):
    """What the provider says of your payout account now."""

    can_receive: bool
    """Whether the exchange can pay you. If not, what you sell is owed to you until it can."""
    can_withdraw: bool
    """Whether the money goes on to your bank. If not, it waits in your account."""
    problem: str | None
    """Why not, as a code of the provider."""
    requirements: list[RequirementView]
    deadline: datetime | None
    """Until when what is due is wanted, if the provider says so."""


def account_view(account: SellerAccount) -> PayoutAccountView:
    """Return the state of an account as a response."""
    return PayoutAccountView(
        can_receive=account.can_receive,
        can_withdraw=account.can_withdraw,
        problem=account.problem,
        requirements=[
            RequirementView(each.name, each.words, each.is_due) for each in account.requirements
        ],
        deadline=account.deadline,
    )


def link_view(link: AccountLink) -> LinkView:
    """Return a link as a response."""
    return LinkView(link.url, link.expires_at)


_LINK = {
    "url": "https://connect.stripe.com/setup/e/acct_1/a1b2c3",
    "expires_at": "2026-03-01T12:05:00Z",
}
_ACCOUNT = {
    "can_receive": False,
    "can_withdraw": False,
    "problem": "requirements.past_due",
    "requirements": [
        {"name": "individual.first_name", "text": "individual: first name", "due": True}
    ],
    "deadline": None,
}


class PayoutAccountController(Controller):
    """Your payout account."""

    path = "/v1/users/me/payout-account"
    tags = ("users",)
    opt = FOR_READERS

    @get(
        summary="View your payout account",
        responses=success(200, PayoutAccountView, _ACCOUNT) | problems(PayoutAccountMissing),
    )
    async def view_payout_account(
        self, request: JsonRequest, application: App
    ) -> PayoutAccountView:
        """Return what the payment provider says of it now, and what it requires of you."""
        return account_view(await application.sellers.view_account(request.user))

    @put(
        summary="Set your payout account",
        responses=problems(InvalidText, EmailNotProven, AccountClosed, body=True),
    )
    async def set_payout_account(
        self,
        request: JsonRequest,
        data: Annotated[PayoutAccount, example({"account": "acct_1"})],
        application: App,
    ) -> UserView:
        """Set the account that your sales are paid to. It makes you a seller.

        You are told of another account by mail.
        """
        return user_view(
            await application.users.set_payout_account(
                request.user, account=data.account, program=program_of(request)
            )
        )

    @post(
        "/onboarding",
        summary="Open or complete your payout account",
        status_code=200,
        responses=success(200, LinkView, _LINK)
        | problems(InvalidText, EmailNotProven, PayoutAccountUnusable, AccountClosed, body=True),
    )
    async def open_payout_account(
        self,
        request: JsonRequest,
        data: Annotated[Onboarding, example({"country": "US"})],
        application: App,
    ) -> LinkView:
        """Return a link to the provider's page that asks for what is required.

        The first time, an account is opened for you, which makes you a seller. A link that was
        opened or is too old is replaced by asking again.
        """
        link = await application.sellers.open_account(request.user, country=data.country)
        return link_view(link)

    @post(
        "/dashboard",
        summary="Visit your payout account",
        status_code=200,
        responses=success(200, LinkView, _LINK)
        | problems(PayoutAccountMissing, PayoutAccountUnusable),
    )
    async def visit_payout_account(self, request: JsonRequest, application: App) -> LinkView:
        """Return a link to the provider's page with your balance there and your bank."""
        return link_view(await application.sellers.visit_dashboard(request.user))
