"""A step of an order, the event that tells of it, a status and a refusal: a fact has one name."""

import re

import pytest

from solebook.ports.language import errors
from solebook.ports.language.events import EVENTS
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.steps import ORDER_STEPS

GIVEN = {"order.created": "OrderConfirmed"}
"""The subject that is given, with the name of its fact."""

IN_PROGRESS = {"pending", "seller_shipping", "authenticating", "shipping_to_buyer"}
"""The statuses that say what goes on, and not what happened last."""

EVENT_NAMES = {event.__name__ for event in EVENTS.values()}


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in re.split(r"[._]", name))


@pytest.mark.parametrize("subject", EVENTS)
def test_an_event_is_called_as_its_subject(subject: str) -> None:
    assert EVENTS[subject].__name__ == GIVEN.get(subject, camel(subject))


@pytest.mark.parametrize("name", ORDER_STEPS)
def test_a_step_is_called_as_it_is_stored_and_shown(name: str) -> None:
    assert ORDER_STEPS[name].__name__ == camel(name)


def test_an_event_of_an_order_is_called_as_its_step() -> None:
    steps = {step.__name__ for step in ORDER_STEPS.values()}
    of_orders = {name.removeprefix("Order") for name in EVENT_NAMES if name.startswith("Order")}
    assert of_orders <= steps


def test_a_status_that_an_order_reached_is_called_as_the_step() -> None:
    assert {status.value for status in OrderStatus} - IN_PROGRESS <= set(ORDER_STEPS)


def test_no_refusal_is_called_as_an_event_or_a_step() -> None:
    steps = {step.__name__ for step in ORDER_STEPS.values()}
    assert not set(errors.__all__) & (EVENT_NAMES | steps)
