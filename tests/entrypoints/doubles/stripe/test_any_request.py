"""No request is a mistake of the double's own: each is answered or refused."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solebook.entrypoints.doubles.stripe.acts import CALLS
from solebook.entrypoints.doubles.stripe.answers import Command
from solebook.entrypoints.doubles.stripe.calls import EXPAND, Call
from solebook.entrypoints.doubles.stripe.errors import ApiError
from solebook.entrypoints.doubles.stripe.fields import Field, Fields
from solebook.entrypoints.doubles.stripe.form import decoded
from solebook.entrypoints.doubles.stripe.machine import API, Machine

# What they run is run by other tests too, which coverage watches.
pytestmark = pytest.mark.no_cover

WORDS = (
    "",
    "0",
    "1",
    "5000",
    "-1",
    "true",
    "false",
    "usd",
    "jpy",
    "card",
    "express",
    "off_session",
)


def machine_with_something() -> tuple[Machine, list[str]]:
    """Return a machine with an object of each kind, and their ids."""
    machine = Machine("seed")
    seller = {"type": "express", "capabilities": {"transfers": {"requested": "true"}}}
    paid = {"amount": "9000", "currency": "usd", "confirm": "true", "off_session": "true"}
    waiting = {**paid, "off_session": "false", "return_url": "http://shop.test/"}
    manual = {"capture_method": "manual"}
    calls: list[tuple[str, dict[str, Any]]] = [
        ("/v1/accounts", seller),
        ("/v1/customers", {"payment_method": "pm_card_visa"}),
        ("/v1/payment_intents", {**paid, "payment_method": "pm_card_bypassPending"}),
        ("/v1/payouts", {"amount": "10", "currency": "usd"}),
        ("/v1/payment_intents", {**paid, "payment_method": "pm_card_createDispute"}),
        ("/v1/payment_intents", {"amount": "9000", "currency": "usd"}),
        ("/v1/payment_intents", {**waiting, "payment_method": "pm_card_threeDSecure2Required"}),
        ("/v1/payment_intents", {**paid, **manual, "payment_method": "pm_card_visa"}),
        ("/v1/setup_intents", {}),
    ]
    for path, form in calls:
        answer = machine.execute(Command(1_000.0, "POST", path, form, "req_1"))
        assert answer.status == 200, answer
    [seller_id] = machine.state.of("account")
    [first, *_] = machine.state.of("charge")
    transfer = {
        "amount": "100",
        "currency": "usd",
        "destination": seller_id,
        "source_transaction": first,
    }
    for path, form in (
        (f"/_double/accounts/{seller_id}/complete", {}),
        ("/v1/transfers", transfer),
        ("/v1/refunds", {"charge": first, "amount": "10"}),
        ("/_double/webhook_endpoints", {"url": "http://127.0.0.1:9/", "secrets": ["whsec_x"]}),
    ):
        answer = machine.execute(Command(1_000.0, "POST", path, form, "req_1"))
        assert answer.status == 200, answer
    ids = [ident for table in machine.state.tables.values() for ident in table]
    return machine, ids


IDS = machine_with_something()[1]
texts = st.sampled_from([*WORDS, *IDS, "pm_card_visa", "pm_card_threeDSecure2Required", "x" * 600])
values = st.recursive(
    texts,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["requested", "address", "0", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)


CANDIDATES: list[Any] = [
    *WORDS,
    *IDS,
    *("automatic", "manual", "requested_by_customer", "fraudulent", "account_onboarding"),
    *("pm_card_visa", "pm_card_chargeCustomerFail", "pm_card_authenticationRequired"),
    "status:'succeeded' AND metadata['a']:'b'",
    *({}, {"a": "b"}, {"token": "tok_visa"}, {"enabled": "true"}, {"name": "Ann", "address": {}}),
    *({"default_payment_method": IDS[-1]}, {"transfers": {"requested": "true"}}, ["card"]),
    *({"gte": "1"}, {"uncategorized_text": "winning_evidence"}, ["customer", "data.customer"]),
]
"""What some parameter takes."""


def accepted(name: str, field: Field) -> st.SearchStrategy[Any]:
    """Return values of which most are right for a parameter."""
    right = []
    for candidate in CANDIDATES:
        with suppress(ApiError):
            field(name, candidate)
            right.append(candidate)
    return st.sampled_from(right or WORDS)


def forms(need: Fields, may: Fields) -> st.SearchStrategy[dict[str, Any]]:
    """Return forms that have what the call wants, and forms of anything."""
    right = st.fixed_dictionaries(
        {name: accepted(name, field) for name, field in need.items()},
        optional={name: accepted(name, field) for name, field in {**may, **EXPAND}.items()},
    )
    optional = dict.fromkeys([*may, "expand"], values)
    return right | st.fixed_dictionaries(dict.fromkeys(need, texts), optional=optional)


def paths(pattern: str, machine: Machine) -> st.SearchStrategy[str]:
    """Return paths with ids, of which most are of the right kind."""
    kind = pattern.split("/")[2].removesuffix("s")
    right = [
        each for (_, name), table in machine.state.tables.items() if name == kind for each in table
    ]
    if kind == "authenticate":
        right = [*machine.state.of("payment_intent"), *machine.state.of("setup_intent")]
    ids = st.sampled_from([*right, "none"]) if right else st.sampled_from(["1", "none"])
    return st.lists(ids, min_size=2, max_size=2).map(
        lambda chosen: pattern.replace("*", chosen[0], 1).replace("*", chosen[1])
    )


@pytest.mark.parametrize("call", [*API, *CALLS], ids=lambda call: f"{call.method} {call.path}")
@settings(max_examples=30)
@given(data=st.data())
def test_call_is_answered_or_refused(call: Call, data: st.DataObject) -> None:
    machine, ids = machine_with_something()
    path = data.draw(paths(call.path, machine))
    form = data.draw(forms(call.need, call.may))
    account = data.draw(st.sampled_from(["", *[each for each in ids if each.startswith("acct_")]]))
    answer = machine.execute(Command(1_000.0, call.method, path, form, "req_2", account))
    assert answer.status != 500, (path, form)


@given(st.binary(max_size=60) | st.text("ab[]=&%", max_size=40).map(str.encode))
def test_any_bytes_are_a_form_or_refused(encoded: bytes) -> None:
    try:
        form = decoded(encoded)
    except ApiError:
        return
    assert isinstance(form, dict)
