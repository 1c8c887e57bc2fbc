"""What the exchange writes on Stripe's objects, so that it finds them again: metadata."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

import stripe

from ...ports.language.ids import OrderId, UserId, parse_id

ORDER = "order_id"
KEY = "key"
METHOD = "payment_method"
USER = "user_id"

T = TypeVar(
    "T",
    stripe.PaymentIntent,
    stripe.SetupIntent,
    stripe.Refund,
    stripe.Transfer,
    stripe.checkout.Session,
)


def labels(key: str, order_id: OrderId | None, **more: str) -> dict[str, str]:
    """Return the metadata of what is made under an idempotency key."""
    order = {} if order_id is None else {ORDER: str(order_id)}
    return {KEY: key, **order, **more}


def metadata_of(obj: stripe.StripeObject) -> Mapping[str, str]:
    """Return the metadata of an object, which may have none."""
    metadata = getattr(obj, "metadata", None)
    return dict(metadata.to_dict()) if isinstance(metadata, stripe.StripeObject) else {}


def order_of(obj: stripe.StripeObject) -> OrderId | None:
    """Return the order that is named in an object's metadata or transfer group, or None."""
    return first_order(metadata_of(obj).get(ORDER), getattr(obj, "transfer_group", None))


def user_of(obj: stripe.StripeObject) -> UserId | None:
    """Return the user who is named in an object's metadata, or None."""
    try:
        return UserId(parse_id(metadata_of(obj).get(USER, "")))
    except ValueError:
        return None


def first_order(*texts: str | None) -> OrderId | None:
    """Return the first of these texts that is the id of an order, or None."""
    for text in texts:
        try:
            return OrderId(parse_id(str(text)))
        except ValueError:
            continue
    return None


def made_under(key: str, objects: Iterable[T]) -> T | None:
    """Return the object that was made under this key, or None."""
    return next((each for each in objects if metadata_of(each).get(KEY) == key), None)


def id_of(value: "str | stripe.StripeObject | None") -> str | None:
    """Return the id in a field that is an id or the object itself."""
    return value if value is None or isinstance(value, str) else str(value["id"])
