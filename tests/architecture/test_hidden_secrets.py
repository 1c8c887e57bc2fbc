"""The text of a record, as it is in a log, a dead letter or a failed assertion, has no secret."""

import dataclasses
import pkgutil
from collections.abc import Iterator
from importlib import import_module

import msgspec
import pytest

import solebook
from solebook.config.section import Section
from solebook.ports.language.cards import CardDetails
from solebook.ports.language.notifications import (
    NotificationPreferences,
    Recipient,
    UnreachableAddress,
)
from solebook.ports.language.users import PostalAddress, User

SECRETS = frozenset(
    {
        *("password", "password_hash", "token", "token_hash", "access_token", "refresh_token"),
        *("secret", "secret_hash", "client_secret", "webhook_secret", "signature"),
        *("api_key", "p256dh", "auth", "payment_method", "payout_account"),
    }
)
TEXTS = ("str", "bytes", "<class 'str'>", "<class 'bytes'>")
LAYERS = ("ports", "core", "adapters", "config", "composition", "entrypoints")
LEFT_OUT = ("migrations", "doubles", "__main__")
"""Doubles stand in for servers of others in tests, and have no secrets of people."""


def classes() -> Iterator[type]:
    """Yield every class of the package."""
    for layer in LAYERS:
        package = import_module(f"{solebook.__name__}.{layer}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not any(part in module.name.split(".") for part in LEFT_OUT):
                for one in vars(import_module(module.name)).values():
                    if isinstance(one, type) and one.__module__ == module.name:
                        yield one


def shown(one: type) -> Iterator[str]:
    """Yield the texts among the fields of a class that its repr shows."""
    if dataclasses.is_dataclass(one):
        has_own = "__repr__" in vars(one) and not one.__dataclass_params__.repr  # type: ignore[attr-defined]  # not typed
        for field in dataclasses.fields(one):
            is_text = str(field.type).split(" | ")[0] in TEXTS
            if field.repr and is_text and not has_own:
                yield field.name
    elif issubclass(one, Section):
        yield from (field for field in one.__struct_fields__ if field not in one.SECRETS)
    elif issubclass(one, msgspec.Struct) and one.__repr__ is msgspec.Struct.__repr__:
        for struct_field in msgspec.structs.fields(one):
            if str(struct_field.type).split(" | ")[0] in TEXTS:
                yield struct_field.name


def test_what_is_known_of_a_person_is_not_in_a_text() -> None:
    hidden = {
        User: {"email", "first_name", "last_name"},
        PostalAddress: {"street", "city", "region", "postal_code"},
        Recipient: {"email", "first_name"},
        UnreachableAddress: {"address"},
        CardDetails: {"last4"},
        NotificationPreferences: {"phone", "devices"},
    }
    for one, names in hidden.items():
        assert {field.name for field in dataclasses.fields(one) if field.repr} & names == set()


def test_no_record_shows_a_secret() -> None:
    every = list(classes())
    assert len(every) > 1_000
    found = {f"{one.__qualname__}.{name}" for one in every for name in shown(one)}
    assert sorted(name for name in found if name.split(".")[-1] in SECRETS) == []


def test_a_record_that_shows_one_is_found() -> None:
    @dataclasses.dataclass
    class Card:
        token: str
        number: int
        hidden: str = dataclasses.field(repr=False)

    assert list(shown(Card)) == ["token"]


@pytest.mark.parametrize("value", ["correct horse battery", "pm_card_visa"])
def test_the_values_are_not_in_the_text(value: str) -> None:
    from solebook.entrypoints.http.routes.sessions import Credentials
    from solebook.entrypoints.http.routes.users import PaymentMethod

    assert value not in repr([Credentials("a@example.com", value), PaymentMethod(value)])
