"""Disputes at Stripe: lost calls, inquiries, webhooks, and what is ignored."""

import json
from datetime import timedelta

import pytest

from solebook.adapters.stripe.client import API_VERSION
from solebook.adapters.stripe.disputes import StripeDisputes
from solebook.adapters.stripe.webhook_events import read_event
from solebook.ports.language.disputes import DisputeStatus, Evidence
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.payments import WebhookKind

from ...ports.dispute_desk.desk_rig import StripeDeskRig
from ...ports.payment_provider.stripe_rig import StripeRig, stripe_calls

EVIDENCE = Evidence(text="The pair passed.")
HASTE = timedelta(seconds=1)
STATUSES = {
    "warning_needs_response": DisputeStatus.INQUIRY_NEEDS_RESPONSE,
    "warning_under_review": DisputeStatus.INQUIRY_UNDER_REVIEW,
    "warning_closed": DisputeStatus.INQUIRY_CLOSED,
    "prevented": DisputeStatus.INQUIRY_CLOSED,
    "a word of the future": DisputeStatus.INQUIRY_NEEDS_RESPONSE,
}


@pytest.fixture
def banks(rig: StripeRig) -> StripeDeskRig:
    return StripeDeskRig(rig)


async def opened(banks: StripeDeskRig) -> str:
    return await banks.disputed(await banks.money.charged(21_400), 21_400)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", ["timeout", "reset", "server_error"])
@pytest.mark.parametrize("call", ["submit", "accept"])
async def test_a_lost_call_has_one_effect_when_it_is_repeated(
    rig: StripeRig, banks: StripeDeskRig, call: str, fault: str, when: str
) -> None:
    name = await opened(banks)
    path = f"/v1/disputes/{name}" + ("/close" if call == "accept" else "")
    rig.fail(fault, when, path, times=3)  # as often as the client tries
    async with stripe_calls(rig.url, limit=HASTE) as hasty:
        desk = StripeDisputes(hasty, "usd")
        with pytest.raises(Unavailable):
            await (desk.accept(name) if call == "accept" else desk.submit(name, EVIDENCE))
    rig.double.faults.clear()

    for _ in range(2):
        if call == "accept":
            assert (await banks.desk.accept(name)).status is DisputeStatus.LOST
        else:
            assert (await banks.desk.submit(name, EVIDENCE)).status is DisputeStatus.UNDER_REVIEW
    dispute = rig.double.state.of("dispute")[name]
    assert dispute["evidence_details"]["submission_count"] == (call == "submit")


async def test_evidence_has_stripes_names(rig: StripeRig, banks: StripeDeskRig) -> None:
    name = await opened(banks)
    evidence = Evidence(
        product_description="a", customer_name="b", customer_email="c", shipping_carrier="d"
    )

    await banks.desk.submit(name, evidence)

    told = rig.double.state.of("dispute")[name]["evidence"]
    assert {key: text for key, text in told.items() if text} == {
        "product_description": "a",
        "customer_name": "b",
        "customer_email_address": "c",
        "shipping_carrier": "d",
    }


@pytest.mark.parametrize(("word", "status"), STATUSES.items())
async def test_inquiries_and_unknown_words(
    rig: StripeRig, banks: StripeDeskRig, word: str, status: DisputeStatus
) -> None:
    name = await opened(banks)
    rig.double.state.of("dispute")[name] |= {"status": word, "balance_transactions": []}

    report = await banks.desk.find(name)

    assert report is not None
    assert (report.status, report.withdrawn) == (status, 0)


async def test_disputes_in_another_currency_are_ignored(
    rig: StripeRig, banks: StripeDeskRig
) -> None:
    name = await opened(banks)
    rig.double.state.of("dispute")[name]["currency"] = "eur"

    assert await banks.desk.find(name) is None
    assert await banks.desk.page("", 10) == []


@pytest.mark.parametrize(
    "kind", ["created", "updated", "closed", "funds_withdrawn", "funds_reinstated"]
)
def test_each_event_is_a_hint_with_the_name_of_the_dispute(kind: str) -> None:
    what = {"id": "du_1", "object": "dispute", "currency": "usd", "amount": 500}
    event = {
        "id": "evt_1",
        "api_version": API_VERSION,
        "type": f"charge.dispute.{kind}",
        "data": {"object": what},
    }

    webhook = read_event(json.dumps(event).encode(), "usd")

    assert (webhook.kind, webhook.name) == (WebhookKind.DISPUTE_CHANGED, "du_1")
