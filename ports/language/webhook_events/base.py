"""The base of what webhooks tell."""

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import ClassVar

from ..ids import OrderId


class Audience(Enum):
    """Whose endpoints get a kind of events, besides those that get everything."""

    PUBLIC = "everybody"
    OWNER = "the user whom it is about"
    BUYER = "the buyer"
    SELLER = "the seller"
    PARTIES = "the buyer and the seller"
    ADMINS = "admins"


class PartySide(StrEnum):
    """The side of an order on which the owner of an endpoint is."""

    BUYER = "buyer"
    SELLER = "seller"


class EventContent:
    """The base of all contents."""

    __slots__ = ()
    KIND: ClassVar[str]
    VERSION: ClassVar[int] = 1
    AUDIENCE: ClassVar[Audience]
    ONCE: ClassVar[bool] = False
    """Whether it happens to an order once at most. The event may come twice all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderContent(EventContent):
    """Something happened to an order. `side` is yours, or null if the endpoint gets everything."""

    AUDIENCE: ClassVar[Audience] = Audience.PARTIES
    order_id: OrderId
    side: PartySide | None
