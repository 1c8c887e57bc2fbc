"""Pages of Stripe on which buyers type cards in: Checkout Sessions."""

from typing import TYPE_CHECKING

import stripe

from ...ports.language.cards import CardHolder, CardPage, CardSetup, CardSetupState
from .client import StripeCalls, refused
from .labels import USER, labels, made_under, user_of
from .setups import setup_of

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams

PREFIX = "cs_"
"""How the ids of pages begin."""
_ID = "{CHECKOUT_SESSION_ID}"
"""What Stripe replaces in the URL to which it sends the browser back."""


async def open_card_page(
    calls: StripeCalls, key: str, holder: CardHolder, customer: str, back_to: str
) -> CardPage:
    """Open a page for a customer. It lasts a day, and nobody is charged."""
    newest = await calls.read(
        lambda client: client.v1.checkout.sessions.list_async(
            {"customer": customer, "status": "open", "limit": 100}
        )
    )
    made = made_under(key, newest.data)
    made = made or await _make(calls, key, holder, customer, back_to)
    assert made.url is not None, made.id
    return CardPage(made.id, made.url)


async def _make(
    calls: StripeCalls, key: str, holder: CardHolder, customer: str, back_to: str
) -> stripe.checkout.Session:
    marks = labels(key, None, **{USER: str(holder.user_id)})
    params: SessionCreateParams = {
        "mode": "setup",
        "customer": customer,
        "allowed_payment_method_types": ["card"],
        "success_url": f"{back_to}?setup={_ID}",
        "cancel_url": back_to,
        "metadata": marks,
        "setup_intent_data": {"metadata": marks},
    }
    try:
        return await calls.ask(
            lambda client: client.v1.checkout.sessions.create_async(
                params, {"idempotency_key": key}
            )
        )
    except stripe.StripeError as error:
        raise refused("to open a page for a card", error) from None


async def setup_on_page(calls: StripeCalls, page_id: str) -> CardSetup | None:
    """Return the setup of a page, or None if there is no such page."""
    try:
        page = await calls.ask(
            lambda client: client.v1.checkout.sessions.retrieve_async(
                page_id, {"expand": ["setup_intent.payment_method"]}
            )
        )
    except stripe.InvalidRequestError as error:
        if error.code != "resource_missing":
            raise refused("to read a page", error) from None
        return None
    except stripe.StripeError as error:
        raise refused("to read a page", error) from None
    if isinstance(page.setup_intent, stripe.SetupIntent):
        return setup_of(page.setup_intent)
    is_over = page.status == "expired"
    state = CardSetupState.CANCELLED if is_over else CardSetupState.OPEN
    return CardSetup(page.id, user_of(page), state)
