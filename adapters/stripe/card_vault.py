"""Cards on file: customers, setup intents and payment methods."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import stripe

from ...ports.card_vault import CardVault
from ...ports.language.cards import (
    CardHolder,
    CardPage,
    CardSetup,
    CardSetupState,
    NewCardSetup,
    SavedCard,
)
from ...ports.language.errors import CardRefused, InvalidText
from ...ports.language.invariants import ensure
from .card_pages import PREFIX, open_card_page, setup_on_page
from .client import StripeCalls, refused
from .labels import METHOD, USER, labels, made_under, metadata_of
from .refusals import why_not_charged
from .setups import setup_of

if TYPE_CHECKING:
    from stripe.params import CustomerCreateParams, SetupIntentCreateParams, SetupIntentListParams

_MOST = 100
"""The most objects in a page of Stripe's."""


@dataclass(frozen=True, slots=True)
class StripeCardVault(CardVault):
    """Sets up cards for charges without the buyer. Each user is a customer.

    A customer is found by the user's email, which does not change, and by the user's id in the
    metadata, because Stripe's list is up to date at once and its search is not.
    """

    calls: StripeCalls

    async def begin(self, *, key: str, holder: CardHolder) -> NewCardSetup:
        customer = await self._customer(holder)
        intent = made_under(key, await self._newest(customer))
        if intent is None:
            try:
                intent = await self._create(key, holder, customer, None)
            except stripe.StripeError as error:
                raise refused("to set up a card", error) from None
        assert intent.client_secret is not None, intent.id
        return NewCardSetup(intent.id, intent.client_secret)

    async def begin_on_page(self, *, key: str, holder: CardHolder, back_to: str) -> CardPage:
        customer = await self._customer(holder)
        return await open_card_page(self.calls, key, holder, customer, back_to)

    async def save(self, *, key: str, holder: CardHolder, token: str) -> SavedCard:
        customer = await self._customer(holder)
        intent = made_under(key, await self._newest(customer))
        asked = None if intent is None else metadata_of(intent).get(METHOD)
        ensure(asked in (None, token), f"{key} was used for another card")
        intent = intent or _succeeded(await self._newest(customer, token))
        if intent is None:
            try:
                intent = await self._create(key, holder, customer, token)
            except stripe.StripeError as error:
                reason = why_not_charged(error)
                if reason is None:
                    raise refused("to save a card", error) from None
                raise CardRefused(reason=reason) from None
        setup = await self.find_setup(intent.id)
        assert setup is not None, intent.id
        if setup.card is None:
            needs_buyer = setup.state is CardSetupState.NEEDS_ACTION
            unknown = "authentication_required" if needs_buyer else setup.state.value
            raise CardRefused(reason=setup.reason or unknown)
        return setup.card

    async def find_setup(self, setup_id: str) -> CardSetup | None:
        if setup_id.startswith(PREFIX):
            return await setup_on_page(self.calls, setup_id)
        try:
            intent = await self.calls.ask(
                lambda client: client.v1.setup_intents.retrieve_async(
                    setup_id, {"expand": ["payment_method"]}
                )
            )
        except stripe.InvalidRequestError as error:
            if error.code != "resource_missing":
                raise refused("to read a setup", error) from None
            return None
        except stripe.StripeError as error:
            raise refused("to read a setup", error) from None
        return setup_of(intent)

    async def detach(self, token: str) -> None:
        try:
            method = await self.calls.ask(
                lambda client: client.v1.payment_methods.retrieve_async(token)
            )
            if method.customer is not None:
                await self.calls.ask(
                    lambda client: client.v1.payment_methods.detach_async(
                        token, None, {"idempotency_key": f"detach {token}"}
                    )
                )
        except stripe.StripeError as error:
            if error.code != "resource_missing":
                raise refused("to detach a card", error) from None

    async def _customer(self, holder: CardHolder) -> str:
        """Return the user's customer, which is made if there is none."""
        user_id = str(holder.user_id)
        customers = await self.calls.all_of(
            lambda client: client.v1.customers.list_async({"email": holder.email, "limit": 100})
        )
        for customer in reversed(customers):  # the oldest, if there are several
            if metadata_of(customer).get(USER) == user_id:
                return customer.id
        key = f"customer {user_id}"
        while True:
            made = await self._make_customer(key, holder)
            if not await self._is_deleted(made):
                return made
            # Somebody deleted it, and Stripe repeats its answer to the key for a day.
            key = f"customer {user_id} after {made}"

    async def _make_customer(self, key: str, holder: CardHolder) -> str:
        params: CustomerCreateParams = {
            "email": holder.email,
            "metadata": {USER: str(holder.user_id)},
        }
        try:
            made = await self.calls.ask(
                lambda client: client.v1.customers.create_async(params, {"idempotency_key": key})
            )
        except stripe.StripeError as error:
            if isinstance(error, stripe.InvalidRequestError) and error.param == "email":
                raise InvalidText(field="email", problem="is not accepted") from None
            raise refused("to make a customer", error) from None
        return made.id

    async def _is_deleted(self, customer: str) -> bool:
        found = await self.calls.read(lambda client: client.v1.customers.retrieve_async(customer))
        return bool(getattr(found, "deleted", False))

    async def _newest(self, customer: str, token: str | None = None) -> list[stripe.SetupIntent]:
        """Return the latest setup intents of a customer, or those of a card, latest first.

        They are at most a hundred. What is looked up was made by the same call before, or is of
        one card, so an older one matters only if a user began a hundred setups since.
        """
        params: SetupIntentListParams = {"customer": customer, "limit": _MOST}
        if token is not None:
            params["payment_method"] = token
        page = await self.calls.read(lambda client: client.v1.setup_intents.list_async(params))
        return page.data

    async def _create(
        self, key: str, holder: CardHolder, customer: str, token: str | None
    ) -> stripe.SetupIntent:
        """Make a setup intent, and confirm it if the card is known already."""
        more = {} if token is None else {METHOD: token}
        params: SetupIntentCreateParams = {
            "customer": customer,
            "usage": "off_session",
            # Without it, whatever is turned on in the dashboard could be set up, such as Link.
            "allowed_payment_method_types": ["card"],
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "metadata": labels(key, None, **{USER: str(holder.user_id)}, **more),
        }
        if token is not None:
            params["payment_method"] = token
            params["confirm"] = True
        return await self.calls.ask(
            lambda client: client.v1.setup_intents.create_async(params, {"idempotency_key": key})
        )


def _succeeded(intents: list[stripe.SetupIntent]) -> stripe.SetupIntent | None:
    """Return the latest setup intent that succeeded, or None."""
    return next((each for each in intents if each.status == "succeeded"), None)
