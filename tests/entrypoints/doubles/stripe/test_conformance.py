"""Objects and parameters are those of stripe-python."""

import importlib
import re
import typing
from pathlib import Path
from typing import Any

import pytest
import stripe

from solebook.entrypoints.doubles.stripe import machine
from solebook.entrypoints.doubles.stripe.calls import Call
from solebook.entrypoints.doubles.stripe.machine import API
from solebook.entrypoints.doubles.stripe.state import API_VERSION, shown

from .conftest import Served

KINDS: dict[str, Any] = {
    "account": stripe.Account,
    "balance_transaction": stripe.BalanceTransaction,
    "charge": stripe.Charge,
    "customer": stripe.Customer,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "payout": stripe.Payout,
    "refund": stripe.Refund,
    "setup_intent": stripe.SetupIntent,
    "transfer": stripe.Transfer,
    "transfer_reversal": stripe.TransferReversal,
    "webhook_endpoint": stripe.WebhookEndpoint,
}
NOT_SENT = {"OBJECT_NAME", "transfer"}
"""What the types have, and Stripe sends only for charges with a destination, or never."""
SINGULAR = {"balance": "balance", "balance_transactions": "balance_transaction"}
PER_REQUEST = {"expand"}


def test_the_version_of_the_api_is_that_of_stripe_python() -> None:
    assert stripe.api_version == API_VERSION


async def one_of_each(served: Served) -> None:
    """Make an object of each kind."""
    client = served.client
    seller = await served.seller()
    intent = await served.paid("pm_card_bypassPending", transfer_group="order_7")
    refunded = await served.paid("pm_card_refundFail")
    await client.v1.refunds.create_async({"payment_intent": refunded.id, "amount": 100})
    transfer = await client.v1.transfers.create_async(
        {"amount": 5_000, "currency": "usd", "destination": seller}
    )
    await client.v1.transfers.reversals.create_async(transfer.id, {"amount": 100})
    await client.v1.payouts.create_async({"amount": 100, "currency": "usd"})
    await served.paid("pm_card_createDispute")
    await client.v1.setup_intents.create_async({"customer": str(intent.customer)})
    await client.v1.webhook_endpoints.create_async(
        {"url": "http://127.0.0.1:9/", "enabled_events": ["topup.created"]}
    )


class Names(dict[str, Any]):
    """The names that stripe-python's types use, also those that it imports for type checkers."""

    def __missing__(self, name: str) -> Any:
        return getattr(stripe, name, Any)


def kinds_in(hint: Any) -> list[Any]:
    """Return the types of Stripe's objects that a value with this type may have."""
    if isinstance(hint, type) and issubclass(hint, stripe.StripeObject):
        return [] if hint is stripe.StripeObject else [hint]
    return [kind for part in typing.get_args(hint) for kind in kinds_in(part)]


def differences(obj: dict[str, Any], kind: Any, place: str) -> list[str]:
    """Return the fields that the type does not have, and those that it has and the object not."""
    hints = typing.get_type_hints(
        kind, None, Names(vars(importlib.import_module(kind.__module__)), **vars(kind))
    )
    found = [f"{place}.{name} is unknown" for name in set(obj) - set(hints)]
    for name, hint in hints.items():
        if name.startswith("_"):
            continue
        if name not in obj:
            if type(None) not in typing.get_args(hint) and name not in NOT_SENT:
                found.append(f"{place}.{name} is missing")
        elif obj[name] is None:
            if type(None) not in typing.get_args(hint):
                found.append(f"{place}.{name} is never null")
        elif isinstance(obj[name], dict) and "data" not in obj[name] and (kinds := kinds_in(hint)):
            found += differences(obj[name], kinds[0], f"{place}.{name}")
    return found


async def test_objects_have_the_fields_of_their_type(served: Served) -> None:
    await one_of_each(served)
    found = []
    seen = set()
    for (_, kind), table in served.double.state.tables.items():
        for obj in table.values():
            seen.add(kind)
            found += differences(shown(obj), KINDS[kind], kind)
    assert sorted(set(found)) == []
    assert seen == set(KINDS)


def test_kinds_of_events_are_known_to_stripe_python() -> None:
    """All of them: each is named where it is emitted."""
    folder = Path(machine.__file__).parent
    sources = "".join(file.read_text(encoding="utf-8") for file in folder.rglob("*.py"))
    emitted = set(re.findall(r'emit\(\s*"([a-z_.]+)"', sources))
    known = set(typing.get_args(typing.get_type_hints(stripe.Event)["type"]))
    assert len(emitted) > 30
    assert emitted <= known


def params_of(call: Call) -> set[str] | None:
    """Return the names of the parameters that stripe-python has for a call."""
    steps = call.path.removeprefix("/v1/").split("/")
    names = [SINGULAR.get(each, each.removesuffix("s")) for each in steps if each != "*"]
    act = names.pop() if names[-1] in ACTS else None
    if act is None:
        one = steps[-1] == "*"
        act = {
            ("GET", False): "list",
            ("GET", True): "retrieve",
            ("POST", False): "create",
            ("POST", True): "update",
            ("DELETE", True): "delete",
        }[call.method, one]
        if call.path == "/v1/balance":
            act = "retrieve"
    package = "stripe.params"
    if names[0] == "checkout":
        package = f"{package}.{names.pop(0)}"
    module = importlib.import_module(f"{package}._{'_'.join([*names, act])}_params")
    title = "".join(part.title() for part in re.split("_", "_".join([*names, act])))
    return set(getattr(module, f"{title}Params").__annotations__)


ACTS = {"attach", "cancel", "capture", "close", "confirm", "detach", "search"}


@pytest.mark.parametrize("call", API, ids=lambda call: f"{call.method} {call.path}")
def test_parameters_are_known_to_stripe_python(call: Call) -> None:
    known = params_of(call)
    assert known is not None
    assert {*call.need, *call.may} - {"disabled"} <= known | PER_REQUEST
