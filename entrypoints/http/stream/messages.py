"""What is said on the live stream, in both directions."""

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
from ..edge.json_body import wrong_field
from ..routes.order_views import OrderView


class CloseCode(IntEnum):
    """Why the server ended a connection. Below 4000 the codes are those of the protocol."""

    MESSAGE_TOO_LARGE = 1009
    SERVER_ERROR = 1011
    TRY_AGAIN = 1013
    """Something the stream needs is not there at the moment."""
    TOO_MANY_ERRORS = 4400
    SIGNED_OUT = 4401
    """The token was no good, or is not any more."""
    IDLE = 4408
    FELL_BEHIND = 4410
    """The client read too slowly; what it missed is gone."""
    TOO_MANY_CONNECTIONS = 4429


# ---- from the client -----------------------------------------------------------------------------


class _Request(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Every request names what it wants."""

    op: str


class Authenticate(_Request, frozen=True):
    """Sign in, or go on being signed in, by an access token."""

    token: Annotated[str, Meta(min_length=1)]


class Ping(_Request, frozen=True):
    """Ask for a sign of life."""


class BookRequest(_Request, frozen=True):
    """Follow a book, or no longer; a book that is followed already begins anew."""

    channel: Literal["book"]
    product_id: UUID
    size: Annotated[str, Meta(min_length=1, max_length=10)]
    condition: Condition = Condition.NEW

    @property
    def book(self) -> BookKey:
        """The book that is meant. Raises InvalidSize."""
        return BookKey(ProductId(self.product_id), parse_size(self.size), self.condition)


class FollowBook(BookRequest, frozen=True):
    """Follow a book; one that is followed already begins anew."""


class LeaveBook(BookRequest, frozen=True):
    """Follow a book no longer."""


class OrdersRequest(_Request, frozen=True):
    """Follow the own orders, or no longer."""

    channel: Literal["orders"]


class FollowOrders(OrdersRequest, frozen=True):
    """Follow the own orders."""


class LeaveOrders(OrdersRequest, frozen=True):
    """Follow the own orders no longer."""


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
    """Return what a client asks for. Raises ValidationException, ClientException."""
    kind: type[Request] | None = None
    try:
        head = _HEAD.decode(text)
        kind = _KINDS.get((head.op, head.channel))
        if kind is not None:
            request: Request = _DECODERS[kind].decode(text)
            return request
    except msgspec.ValidationError as error:
        field = wrong_field(error, kind or _Head)
        raise ValidationException("the message is wrong", extra=[field]) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ClientException("the message is not JSON") from error
    known = ", ".join(" ".join(names).strip() for names in _KINDS)
    raise ClientException(f"the op and its channel are none of these: {known}")


# ---- from the server -----------------------------------------------------------------------------


class _OfBook(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Every message about a book names it."""

    channel: Literal["book"] = "book"
    product_id: UUID
    size: str
    condition: Condition


class Snapshot(_OfBook, frozen=True, kw_only=True, tag="snapshot"):
    """A whole book as of change number `seq`. It replaces whatever the client had of it.

    It comes again when the book is halted or opened.
    """

    seq: int
    bids: Sequence[PriceLevel]
    asks: Sequence[PriceLevel]
    halted: bool


class Change(_OfBook, frozen=True, kw_only=True, tag="change"):
    """Changes number `first_seq` to `seq` of a book in one; quantity 0 removes a level."""

    first_seq: int
    seq: int
    levels: Sequence[LevelChange]


class Left(_OfBook, frozen=True, kw_only=True, tag="unsubscribed"):
    """Nothing more is told of the book."""


class Subscribed(msgspec.Struct, frozen=True, tag_field="type", tag="subscribed"):
    """From now on every change of the own orders is told."""

    channel: Literal["orders"] = "orders"


class Unsubscribed(msgspec.Struct, frozen=True, tag_field="type", tag="unsubscribed"):
    """Nothing more is told of the own orders."""

    channel: Literal["orders"] = "orders"


class OrderChanged(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="order"):
    """One of the own orders as it is now."""

    channel: Literal["orders"] = "orders"
    order: OrderView


class Authenticated(msgspec.Struct, frozen=True, tag_field="type", tag="authenticated"):
    """The connection is the user's until `expires_at` (UTC), or until it authenticates again."""

    user_id: UUID
    expires_at: datetime


class Pong(msgspec.Struct, frozen=True, tag_field="type", tag="pong"):
    """The sign of life."""


class Error(msgspec.Struct, frozen=True, tag_field="type", tag="error"):
    """A request had no effect; `problem` is what the REST API would answer."""

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


def book_message(news: BookView | BookChanges) -> Snapshot | Change:
    """Return news of a book as they are sent."""
    product_id, size, condition = news.book.product_id, news.book.size, news.book.condition
    if isinstance(news, BookView):
        return Snapshot(
            product_id=product_id,
            size=size,
            condition=condition,
            seq=news.seq,
            bids=news.bids,
            asks=news.asks,
            halted=news.halted,
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
    """Return that a book is left."""
    return Left(product_id=book.product_id, size=book.size, condition=book.condition)
