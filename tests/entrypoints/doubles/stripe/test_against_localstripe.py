"""What the double and localstripe, which others wrote, both say of Stripe.

Each test runs with both. So the double is not only what we take for Stripe. localstripe has no
transfers, connected accounts, disputes and idempotency keys, and few parameters.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import stripe

from solebook.entrypoints.doubles.stripe.app import running_double
from solebook.entrypoints.doubles.stripe.double import StripeDouble

from ....localstripe_server import LocalStripeServer
from .conftest import BEGIN, connected

pytestmark = pytest.mark.real

_NEEDS_AUTHENTICATION = "4000002760003184"


@dataclass
class Api:
    """One of the two, and what buyers do there."""

    client: stripe.StripeClient
    authentication_card: Callable[[], Awaitable[str]]
    """Makes a card whose payments always need authentication."""
    authenticate: Callable[[stripe.PaymentIntent, bool], Awaitable[None]]
    """Does what the buyer does on the bank's page: pass or fail."""
    present: dict[str, str]
    """More parameters of a confirmation while the buyer is there."""

    async def buyer(self, card: str = "pm_card_visa") -> dict[str, Any]:
        """Return the parameters of a payment of $200 with a customer's attached card."""
        customer = await self.client.v1.customers.create_async()
        method = await self.client.v1.payment_methods.attach_async(card, {"customer": customer.id})
        return {
            "amount": 20_000,
            "currency": "usd",
            "customer": customer.id,
            "payment_method": method.id,
        }

    async def paid(self, card: str = "pm_card_visa", **more: Any) -> stripe.PaymentIntent:
        params: Any = await self.buyer(card) | {"confirm": True, "off_session": True} | more
        return await self.client.v1.payment_intents.create_async(params)

    async def waiting_for_its_buyer(self) -> stripe.PaymentIntent:
        params: Any = await self.buyer(await self.authentication_card())
        created = await self.client.v1.payment_intents.create_async(params)
        return await self.confirm(created)

    async def confirm(self, intent: stripe.PaymentIntent) -> stripe.PaymentIntent:
        """Pay while the buyer is there."""
        present: Any = self.present
        return await self.client.v1.payment_intents.confirm_async(intent.id, present)


@pytest.fixture(params=["double", "localstripe"])
async def api(request: pytest.FixtureRequest) -> AsyncIterator[Api]:
    if request.param == "double":
        double = StripeDouble(clock=lambda: BEGIN)
        async with (
            running_double(double) as url,
            httpx.AsyncClient(base_url=url) as http,
            connected(url) as client,
        ):
            yield _on_double(client, http)
    else:
        server: LocalStripeServer = request.getfixturevalue("localstripe_server")
        async with (
            httpx.AsyncClient(base_url=server.url) as http,
            connected(server.url) as client,
        ):
            assert (await http.delete("/_config/data")).is_success  # what earlier tests have made
            yield _on_localstripe(client, http)


def _on_double(client: stripe.StripeClient, http: httpx.AsyncClient) -> Api:
    async def card() -> str:
        return "pm_card_authenticationRequired"

    async def authenticate(intent: stripe.PaymentIntent, passes: bool) -> None:
        answer = await http.post(f"/_double/authenticate/{intent.id}", json={"passes": passes})
        assert answer.is_success, answer.text

    return Api(client, card, authenticate, {"return_url": "http://exchange/"})


def _on_localstripe(client: stripe.StripeClient, http: httpx.AsyncClient) -> Api:
    async def card() -> str:
        number: Any = {"number": _NEEDS_AUTHENTICATION, "cvc": "123"}
        number |= {"exp_month": 12, "exp_year": 2040}
        made = await client.v1.payment_methods.create_async({"type": "card", "card": number})
        return made.id

    async def authenticate(intent: stripe.PaymentIntent, passes: bool) -> None:
        answer = await http.post(
            f"/v1/payment_intents/{intent.id}/_authenticate",
            data={"client_secret": intent.client_secret, "success": str(passes).lower()},
            headers={"Authorization": "Bearer sk_test_solebook"},
        )
        assert answer.is_success, answer.text

    return Api(client, card, authenticate, {})  # it knows no page to return to


# ---- customers and cards ---------------------------------------------------------------------


async def test_attached_card_is_the_customers_until_it_is_detached(api: Api) -> None:
    buyer = await api.buyer()
    cards = api.client.v1.payment_methods

    async def attached() -> list[str]:
        page = await cards.list_async({"customer": buyer["customer"], "type": "card"})
        return [each.id for each in page.data]

    card = await cards.retrieve_async(buyer["payment_method"])
    assert (card.customer, card.type) == (buyer["customer"], "card")
    assert card.card is not None
    assert (card.card.brand, card.card.last4) == ("visa", "4242")
    assert await attached() == [card.id]

    assert (await cards.detach_async(card.id)).customer is None
    assert await attached() == []


async def test_card_that_is_declined_cannot_be_attached(api: Api) -> None:
    with pytest.raises(stripe.CardError) as refused:
        await api.buyer("pm_card_visa_chargeDeclined")
    assert (refused.value.http_status, refused.value.code) == (402, "card_declined")


async def test_deleted_customer_can_no_longer_be_charged(api: Api) -> None:
    buyer: Any = await api.buyer()
    assert (await api.client.v1.customers.delete_async(buyer["customer"])).deleted is True
    with pytest.raises(stripe.InvalidRequestError):
        await api.client.v1.payment_intents.create_async(buyer)


async def test_setup_intent_verifies_a_card(api: Api) -> None:
    customer = await api.client.v1.customers.create_async()
    setup = await api.client.v1.setup_intents.create_async(
        {"customer": customer.id, "usage": "off_session", "metadata": {"user": "7"}}
    )
    assert setup.status == "requires_payment_method"
    assert str(setup.client_secret).startswith(f"{setup.id}_secret_")

    confirmed = await api.client.v1.setup_intents.confirm_async(
        setup.id, {"payment_method": "pm_card_visa"}
    )

    assert confirmed.status == "succeeded"
    assert str(confirmed.payment_method).startswith("pm_")
    assert confirmed.metadata is not None
    assert confirmed.metadata.to_dict() == {"user": "7"}


async def test_setup_intent_with_a_declined_card_does_not_succeed(api: Api) -> None:
    customer = await api.client.v1.customers.create_async()
    setup = await api.client.v1.setup_intents.create_async({"customer": customer.id})
    with pytest.raises(stripe.CardError) as refused:
        await api.client.v1.setup_intents.confirm_async(
            setup.id, {"payment_method": "pm_card_visa_chargeDeclined"}
        )
    assert (refused.value.http_status, refused.value.code) == (402, "card_declined")
    assert (await api.client.v1.setup_intents.retrieve_async(setup.id)).status != "succeeded"


# ---- payments --------------------------------------------------------------------------------


async def test_attached_card_is_charged_while_the_buyer_is_away(api: Api) -> None:
    intent = await api.paid(metadata={"order": "7"}, expand=["latest_charge"])

    assert (intent.status, intent.amount) == ("succeeded", 20_000)
    assert intent.metadata is not None
    assert intent.metadata.to_dict() == {"order": "7"}
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert (charge.status, charge.paid, charge.captured) == ("succeeded", True, True)
    assert (charge.amount, charge.payment_intent) == (20_000, intent.id)
    transaction = await api.client.v1.balance_transactions.retrieve_async(
        str(charge.balance_transaction)
    )
    assert (transaction.type, transaction.amount) == ("charge", 20_000)
    assert (transaction.currency, transaction.source) == ("usd", charge.id)
    assert transaction.net == transaction.amount - transaction.fee


async def test_declined_charge_leaves_an_intent_that_needs_another_card(api: Api) -> None:
    params: Any = await api.buyer("pm_card_chargeCustomerFail")
    created = await api.client.v1.payment_intents.create_async(params)
    assert created.status == "requires_confirmation"
    with pytest.raises(stripe.CardError) as refused:
        await api.confirm(created)

    assert (refused.value.http_status, refused.value.code) == (402, "card_declined")
    intent = await api.client.v1.payment_intents.retrieve_async(
        created.id, {"expand": ["latest_charge"]}
    )
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error is not None
    assert intent.last_payment_error.code == "card_declined"
    assert isinstance(intent.latest_charge, stripe.Charge)
    assert (intent.latest_charge.status, intent.latest_charge.paid) == ("failed", False)
    assert intent.latest_charge.balance_transaction is None


async def test_payment_that_needs_its_buyer_succeeds_once_the_buyer_has_passed(api: Api) -> None:
    intent = await api.waiting_for_its_buyer()
    assert intent.status == "requires_action"
    assert intent.next_action is not None
    assert intent.latest_charge is None

    await api.authenticate(intent, True)

    assert (await api.client.v1.payment_intents.retrieve_async(intent.id)).status == "succeeded"


async def test_payment_whose_buyer_failed_needs_another_card(api: Api) -> None:
    intent = await api.waiting_for_its_buyer()

    await api.authenticate(intent, False)

    failed = await api.client.v1.payment_intents.retrieve_async(intent.id)
    assert failed.status == "requires_payment_method"
    assert failed.last_payment_error is not None
    assert failed.last_payment_error.code == "payment_intent_authentication_failure"


async def test_cancelled_payment_is_never_made(api: Api) -> None:
    intent = await api.waiting_for_its_buyer()

    cancelled = await api.client.v1.payment_intents.cancel_async(intent.id)

    assert cancelled.status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.confirm(intent)
    assert refused.value.http_status == 400
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.client.v1.payment_intents.cancel_async(intent.id)
    assert refused.value.http_status == 400


async def test_payment_that_was_made_cannot_be_cancelled(api: Api) -> None:
    intent = await api.paid()
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.client.v1.payment_intents.cancel_async(intent.id)
    assert refused.value.http_status == 400


async def test_authorised_payment_is_captured_once(api: Api) -> None:
    intent = await api.paid(capture_method="manual")
    assert intent.status == "requires_capture"

    captured = await api.client.v1.payment_intents.capture_async(intent.id)

    assert captured.status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.client.v1.payment_intents.capture_async(intent.id)
    assert refused.value.http_status == 400


# ---- refunds ---------------------------------------------------------------------------------


async def test_charge_knows_what_was_refunded(api: Api) -> None:
    intent = await api.paid()
    refunds = api.client.v1.refunds
    part = await refunds.create_async(
        {"payment_intent": intent.id, "amount": 5_000, "metadata": {"step": "1"}}
    )
    rest = await refunds.create_async({"payment_intent": intent.id, "amount": 15_000})

    for refund, amount in ((part, 5_000), (rest, 15_000)):
        assert (refund.status, refund.amount) == ("succeeded", amount)
        transaction = await api.client.v1.balance_transactions.retrieve_async(
            str(refund.balance_transaction)
        )
        assert (transaction.type, transaction.amount) == ("refund", -amount)
        assert transaction.source == refund.id
    found = (await refunds.list_async({"payment_intent": intent.id})).data
    assert {each.id for each in found} == {part.id, rest.id}
    latest = intent.latest_charge
    assert latest is not None
    charge_id = latest if isinstance(latest, str) else latest.id
    charge = await api.client.v1.charges.retrieve_async(charge_id)
    assert (charge.amount_refunded, charge.refunded) == (20_000, True)


async def test_payment_that_failed_cannot_be_refunded(api: Api) -> None:
    params: Any = await api.buyer("pm_card_chargeCustomerFail")
    created = await api.client.v1.payment_intents.create_async(params)
    with pytest.raises(stripe.CardError):
        await api.confirm(created)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.client.v1.refunds.create_async({"payment_intent": created.id})
    assert refused.value.http_status == 400


# ---- errors ----------------------------------------------------------------------------------


async def test_unknown_id_is_not_found(api: Api) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.client.v1.payment_intents.retrieve_async("pi_unknown")
    assert refused.value.http_status == 404


async def test_unknown_parameter_is_refused_and_nothing_is_made(api: Api) -> None:
    params: Any = await api.buyer() | {"colour": "red"}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.client.v1.payment_intents.create_async(params)
    assert refused.value.http_status == 400
    assert (await api.client.v1.payment_intents.list_async()).data == []


@pytest.mark.parametrize("amount", [0, -1])
async def test_amount_that_is_not_positive_is_refused(api: Api, amount: int) -> None:
    params: Any = await api.buyer() | {"amount": amount}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.client.v1.payment_intents.create_async(params)
    assert refused.value.http_status == 400
