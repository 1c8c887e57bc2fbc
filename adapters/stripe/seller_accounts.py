"""Stripe's connected accounts, behind the port of sellers' accounts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import stripe

from ...ports.language.errors import InvalidText, PayoutAccountUnusable
from ...ports.language.ids import UserId, parse_id
from ...ports.language.seller_accounts import AccountLink, Requirement, SellerAccount
from ...ports.seller_accounts import SellerAccounts
from .client import StripeCalls, refused
from .labels import metadata_of
from .requirement_words import words_of

if TYPE_CHECKING:
    from stripe.params import AccountCreateParams

USER = "user_id"
"""In the metadata of an account, the user for whom it was opened."""
_MARGIN = timedelta(hours=1)
"""By how much the exchange's clock may be ahead of Stripe's."""
_UNKNOWN = ("account_invalid", "resource_missing")


@dataclass(frozen=True, slots=True)
class StripeSellerAccounts(SellerAccounts):
    """Opens express accounts that can receive transfers, and asks for their state.

    Stripe shows the pages, collects what it requires, and bears no loss: the platform does. The
    list of accounts is up to date at once, and from `since` on it is short. So an account is found
    there before another is opened, because Stripe forgets an idempotency key after a day.
    """

    calls: StripeCalls
    return_url: str
    """Where Stripe sends a seller who has left its pages."""
    refresh_url: str
    """Where it sends a seller whose link was used or is too old."""

    async def open(
        self, *, user_id: UserId, email: str, country: str | None, since: datetime
    ) -> str:
        made = await self.calls.all_of(
            lambda client: client.v1.accounts.list_async(
                {"created": {"gte": int((since - _MARGIN).timestamp())}, "limit": 100}
            )
        )
        for account in made:
            if owner_of(account) == user_id:
                return account.id
        return (await self._create(user_id, email, country)).id

    async def _create(self, user_id: UserId, email: str, country: str | None) -> stripe.Account:
        params: AccountCreateParams = {
            "controller": {
                "fees": {"payer": "application"},
                "losses": {"payments": "application"},
                "requirement_collection": "stripe",
                "stripe_dashboard": {"type": "express"},
            },
            "capabilities": {"transfers": {"requested": True}},
            "email": email,
            "metadata": {USER: str(user_id)},
        }
        if country is not None:
            params["country"] = country
        key = f"{user_id}:account:{country}"
        try:
            return await self.calls.ask(
                lambda client: client.v1.accounts.create_async(params, {"idempotency_key": key})
            )
        except stripe.InvalidRequestError as error:
            if error.param == "country":
                raise InvalidText(field="country", problem="has no sellers there") from error
            if error.param == "email":
                raise InvalidText(field="email", problem="is not accepted") from error
            raise refused("to open an account", error) from None
        except stripe.StripeError as error:
            raise refused("to open an account", error) from None

    async def find(self, account: str) -> SellerAccount | None:
        if not account.startswith("acct_"):
            return None
        try:
            found = await self.calls.ask(lambda client: client.v1.accounts.retrieve_async(account))
        except stripe.StripeError as error:
            if _is_unknown(error):
                return None
            raise refused("to read", error) from None
        return None if getattr(found, "deleted", False) else state_of(found)

    async def onboarding(self, account: str) -> AccountLink:
        try:
            link = await self.calls.ask(
                lambda client: client.v1.account_links.create_async(
                    {
                        "account": account,
                        "type": "account_onboarding",
                        "return_url": self.return_url,
                        "refresh_url": self.refresh_url,
                        "collection_options": {"fields": "eventually_due"},
                    }
                )
            )
        except stripe.StripeError as error:
            raise _unusable("a link", error) from None
        return AccountLink(link.url, datetime.fromtimestamp(link.expires_at, UTC))

    async def dashboard(self, account: str) -> AccountLink:
        try:
            link = await self.calls.ask(
                lambda client: client.v1.accounts.login_links.create_async(account)
            )
        except stripe.StripeError as error:
            raise _unusable("a login link", error) from None
        return AccountLink(link.url)


def _unusable(what: str, error: stripe.StripeError) -> Exception:
    """Return what to raise if an account has no page of this kind."""
    if isinstance(error, stripe.InvalidRequestError) or _is_unknown(error):
        return PayoutAccountUnusable(reason=error.code or "it was not opened by the exchange")
    return refused(what, error)


def _is_unknown(error: stripe.StripeError) -> bool:
    """Return whether the platform has no such account. The code of a 403 is only in its body."""
    code = error.code or getattr(error.error, "code", None)
    return code in _UNKNOWN


def owner_of(account: stripe.Account) -> UserId | None:
    """Return the user for whom the exchange opened an account, or None."""
    try:
        return UserId(parse_id(metadata_of(account).get(USER, "")))
    except ValueError:
        return None


def state_of(account: stripe.Account) -> SellerAccount:
    """Return the state of an account as the port has it."""
    capabilities, wanted = account.capabilities, account.requirements
    transfers = None if capabilities is None else getattr(capabilities, "transfers", None)
    can_receive, can_withdraw = transfers == "active", bool(account.payouts_enabled)
    deadline = None if wanted is None else wanted.current_deadline
    problem = None if wanted is None else wanted.disabled_reason
    if not can_receive and problem is None:
        problem = "under_review" if account.details_submitted else "requirements.past_due"
    return SellerAccount(
        account.id,
        owner_of(account),
        can_receive=can_receive,
        can_withdraw=can_withdraw,
        problem=problem,
        requirements=tuple(_requirements(wanted)),
        deadline=None if deadline is None else datetime.fromtimestamp(deadline, UTC),
    )


def _requirements(wanted: "stripe.Account.Requirements | None") -> Iterator[Requirement]:
    """Yield what is required, each thing in the same words once, what is due first."""
    told: set[str] = set()
    if wanted is None:
        return
    due = [*(wanted.past_due or ()), *(wanted.currently_due or ())]
    for names, is_due in ((due, True), (wanted.eventually_due or (), False)):
        for name in names:
            words = words_of(name)
            if words not in told:
                told.add(words)
                yield Requirement(name, words, is_due)
