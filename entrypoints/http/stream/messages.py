"""The messages of the live stream, in both directions."""

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

import msgspec
from litestar.exceptions import ClientException, ValidationException
from msgspec import Meta

from ....ports.language.ids import ProductId
from ....ports.language.market import (
    BookChanges,
    BookKey,
    BookView,
    Condition,
    LevelChange,
    PriceLevel,
    parse_size,
)
from ..edge.json_body import decode_strictly, wrong_field
from ..routes.order_views import OrderView


class CloseCode(IntEnum):
    """Why the server closed a connection. Codes below 4000 are defined by the protocol."""

    MESSAGE_TOO_LARGE = 1009
    SERVER_ERROR = 1011
    TRY_AGAIN = 1013
    """A dependency of the stream is unavailable."""
    TOO_MANY_ERRORS = 4400
    SIGNED_OUT = 4401
    """The token is invalid or expired, or its session was ended."""
    IDLE = 4408
    FELL_BEHIND = 4410
    """The client read too slowly, and messages were dropped."""
    TOO_MANY_CONNECTIONS = 4429


# ---- from the client -----------------------------------------------------------------------------


class _Request(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Every request has an operation."""

    op: str


class Authenticate(_Request, frozen=True):
    """Authenticate the connection, or renew its authentication, with an access token."""

    token: Annotated[str, Meta(min_length=1)]

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"


class Ping(_Request, frozen=True):
    """Request a `pong`."""


class BookRequest(_Request, frozen=True):
    """Subscribe to a book, or unsubscribe."""

    channel: Literal["book"]
    product_id: UUID
    size: Annotated[str, Meta(min_length=1, max_length=10)]
    condition: Condition = Condition.NEW

    @property
    def book(self) -> BookKey:
        """Return the book. Raises InvalidSize."""
        return BookKey(ProductId(self.product_id), parse_size(self.size), self.condition)


class FollowBook(BookRequest, frozen=True):
    """Subscribe to a book. Subscribing again starts with a new snapshot."""


class LeaveBook(BookRequest, frozen=True):
    """Unsubscribe from a book."""


class OrdersRequest(_Request, frozen=True):
    """Subscribe to your own orders, or unsubscribe."""

    channel: Literal["orders"]


class FollowOrders(OrdersRequest, frozen=True):
    """Subscribe to your own orders."""


class LeaveOrders(OrdersRequest, frozen=True):
    """Unsubscribe from your own orders."""


Request: TypeAlias = Authenticate | Ping | FollowBook | LeaveBook | FollowOrders | LeaveOrders

_KINDS: dict[tuple[str, str], type[Request]] = {
    ("authenticate", ""): Authenticate,
    ("ping", ""): Ping,
    ("subscribe", "book"): FollowBook,
    ("unsubscribe", "book"): LeaveBook,
    ("subscribe", "orders"): FollowOrders,
    ("unsubscribe", "orders"): LeaveOrders,
}
_DECODERS: dict[type[Request], msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(kind) for kind in _KINDS.values()
}


class _Head(msgspec.Struct):
    op: str
    channel: str = ""


_HEAD = msgspec.json.Decoder(_Head)


def read_request(text: str) -> Request:
    """Return a client's request. Raises ValidationException, ClientException."""
    kind: type[Request] | None = None
    try:
        head = _HEAD.decode(text)
        kind = _KINDS.get((head.op, head.channel))
        if kind is not None:
            request: Request = decode_strictly(_DECODERS[kind], text)
            return request
    except msgspec.ValidationError as error:
        field = wrong_field(error, kind or _Head)
        raise ValidationException("the message is wrong", extra=[field]) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ClientException("the message is not JSON") from error
    known = ", ".join(" ".join(names).strip() for names in _KINDS)
    raise ClientException(f"unknown op or channel; known: {known}")


# ---- from the server -----------------------------------------------------------------------------


class _OfBook(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Every message about a book names it."""

    channel: Literal["book"] = "book"
    product_id: UUID
    size: str
    condition: Condition


class Snapshot(_OfBook, frozen=True, kw_only=True, tag="snapshot"):
    """The best levels of a book as of change number `seq`. It replaces the client's copy.

    It is sent again when the book is halted or opened. It is `complete` if it has all levels. If
    not, each side that has `depth` levels may have further ones, of which only changes are sent.
    """

    seq: int
    bids: Sequence[PriceLevel]
    asks: Sequence[PriceLevel]
    halted: bool
    depth: int
    complete: bool


class Change(_OfBook, frozen=True, kw_only=True, tag="change"):
    """The combined changes `first_seq` to `seq` of a book. Quantity 0 removes a level."""

    first_seq: int
    seq: int
    levels: Sequence[LevelChange]


class Left(_OfBook, frozen=True, kw_only=True, tag="unsubscribed"):
    """The subscription to the book has ended."""


class Subscribed(msgspec.Struct, frozen=True, tag_field="type", tag="subscribed"):
    """Every change of your own orders is sent from now on."""

    channel: Literal["orders"] = "orders"


class Unsubscribed(msgspec.Struct, frozen=True, tag_field="type", tag="unsubscribed"):
    """The subscription to your own orders has ended."""

    channel: Literal["orders"] = "orders"


class OrderChanged(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="order"):
    """One of your own orders in its current state."""

    channel: Literal["orders"] = "orders"
    order: OrderView


class Authenticated(msgspec.Struct, frozen=True, tag_field="type", tag="authenticated"):
    """The connection is authenticated until `expires_at` (UTC).

    An API key that does not expire has none.
    """

    user_id: UUID
    expires_at: datetime | None


class Pong(msgspec.Struct, frozen=True, tag_field="type", tag="pong"):
    """The response to a ping."""


class Error(msgspec.Struct, frozen=True, tag_field="type", tag="error"):
    """A request had no effect. `problem` is the same as in the REST API."""

    problem: dict[str, Any]


Answer: TypeAlias = (
    Snapshot
    | Change
    | Left
    | Subscribed
    | Unsubscribed
    | OrderChanged
    | Authenticated
    | Pong
    | Error
)


def book_message(news: BookView | BookChanges, depth: int) -> Snapshot | Change:
    """Return a view of a book, with the best `depth` levels a side, or a change as a message."""
    product_id, size, condition = news.book.product_id, news.book.size, news.book.condition
    if isinstance(news, BookView):
        return Snapshot(
            product_id=product_id,
            size=size,
            condition=condition,
            seq=news.seq,
            bids=news.bids[:depth],
            asks=news.asks[:depth],
            halted=news.halted,
            depth=depth,
            complete=max(len(news.bids), len(news.asks)) <= depth,
        )
    return Change(
        product_id=product_id,
        size=size,
        condition=condition,
        first_seq=news.first_seq,
        seq=news.seq,
        levels=news.levels,
    )


def left_message(book: BookKey) -> Left:
    """Return the message that a subscription has ended."""
    return Left(product_id=book.product_id, size=book.size, condition=book.condition)
