"""Steps and events stay for good or travel far, so they name people by id alone."""

import types
import typing
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from solebook.ports.language.events import EVENTS
from solebook.ports.language.notifications import NotificationPreferences, Recipient
from solebook.ports.language.steps import ORDER_STEPS
from solebook.ports.language.users import Address, PostalAddress, User

PERSONAL = (User, Address, PostalAddress, Recipient, NotificationPreferences)
NAMES = {
    *("email", "name", "first_name", "last_name", "phone", "device", "devices", "password"),
    *("address", "ship_to", "street", "city", "region", "postal_code", "country"),
    *("payment_method", "card", "ip"),
}


def everything_in(kind: Any, *path: str) -> Iterator[tuple[str, Any]]:
    """Each field that a record of this kind leads to, with the way there, and its type."""
    for part in typing.get_args(kind):
        yield from everything_in(part, *path)
    if isinstance(kind, type) and is_dataclass(kind) and not isinstance(kind, types.GenericAlias):
        hints = typing.get_type_hints(kind)
        for field in fields(kind):
            yield ".".join((*path, field.name)), hints[field.name]
            yield from everything_in(hints[field.name], *path, field.name)


def personal(kind: Any) -> list[str]:
    return [
        path
        for path, held in everything_in(kind)
        if path.rsplit(".")[-1] in NAMES or {held, *typing.get_args(held)} & set(PERSONAL)
    ]


@pytest.mark.parametrize(
    "kind",
    [*EVENTS.values(), *ORDER_STEPS.values()],
    ids=lambda kind: f"{kind.__module__}.{kind.__name__}",
)
def test_no_step_and_no_event_has_personal_data(kind: type[Any]) -> None:
    assert personal(kind) == []


def test_personal_data_is_found_wherever_it_is() -> None:
    assert personal(Address) == [
        "postal",
        "postal.street",
        "postal.city",
        "postal.region",
        "postal.postal_code",
        "postal.country",
    ]
    assert "email" in personal(Recipient)
