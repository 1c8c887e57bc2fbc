"""What the checks of a store read, and what they find."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .analytics import Sale
from .authentication import AuthenticationTask
from .catalog import Product, Reservation
from .deadlines import Deadline
from .events import Event
from .ids import MessageId, OrderId, UserId
from .market import BookKey, Match, Quote, Side
from .messages import Queue
from .money import Cents
from .orders import Order
from .payments import AccountKind, Decline, Entry, Payment, Payout, Quarter, SalesVolume
from .steps import RecordedStep


class Check(StrEnum):
    """What is checked. Each finding belongs to one check."""

    RULES = "rules"
    """The rules in force are those of the settings."""
    HISTORY = "history"
    """An order's steps fold to its row."""
    DEADLINES = "deadlines"
    """An order that waits has a deadline, and none that no longer matters."""
    MATCHES = "matches"
    """Orders, matches and quotes agree."""
    QUOTES = "quotes"
    """The status of each quote agrees with its match, and no quote is in two matches."""
    BOOKS = "books"
    """The published books are the stored quotes, and no book is crossed."""
    STOCK = "stock"
    """The reservation of an order's pair agrees with the order."""
    WAREHOUSE = "warehouse"
    """The authentication task of an order agrees with the order."""
    TAPE = "tape"
    """A paid sale is on the tape, and no other one, and each book's turnover is that of its sales.
    """
    SELLERS = "sellers"
    """Each seller's sales of a quarter are those of their delivered orders."""
    SEARCH = "search"
    """The search index describes the products as the catalogue does."""
    CHARTS = "charts"
    """Charts outside the store have the sales of the tape."""
    PAYMENTS = "payments"
    """Payments, payouts and the ledger agree with the order."""
    LEDGER = "ledger"
    """Each transfer balances, and sellers are owed what their payouts say."""
    PROVIDER = "provider"
    """The payment provider moved the money that the ledger has."""
    MESSAGES = "messages"
    """Waiting messages can be read, and each reaches its consumer."""
    REFERENCES = "references"
    """What a row refers to exists."""
    SEALING = "sealing"
    """Each personal value opens, and is found by its hash."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction in the store: whose it is, what is there, and what should be there."""

    check: Check
    subject: str
    """What it is about, with its id, such as `order 01a2...`."""
    problem: str

    def __str__(self) -> str:
        return f"{self.check}: {self.subject}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Underway:
    """What the exchange will still do: mostly record money that the provider has moved.

    It is no contradiction: the exchange asks the provider until it knows.
    """

    subject: str
    what: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.what}"


@dataclass(frozen=True, slots=True)
class BookedTransfer:
    """A transfer as it is stored, which may not balance."""

    id: str
    order_id: OrderId | None
    at: datetime
    entries: tuple[Entry, ...]

    def total(self, kind: AccountKind) -> Cents:
        """Return the sum of its entries on accounts of a kind."""
        return sum(entry.amount for entry in self.entries if entry.account.kind is kind)


@dataclass(frozen=True, slots=True)
class StoredSale:
    """A sale on the tape. One that was voided before it was recorded has no `sale`."""

    sale: Sale | None
    voided: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """All that the store has of one order id. Anything may be missing."""

    id: OrderId
    error: str = ""
    """Why its rows cannot be read. Everything else is missing then."""
    order: Order | None = None
    history: Sequence[RecordedStep] = ()
    unreadable: Sequence[str] = ()
    """Why steps of the history cannot be read."""
    match: Match | None = None
    bid: Quote | None = None
    """The bid of the match."""
    ask: Quote | None = None
    payment: Payment | None = None
    payout: Payout | None = None
    decline: Decline | None = None
    transfers: Sequence[BookedTransfer] = ()
    held: Cents = 0
    """The balance of its escrow."""
    reservation: Reservation | None = None
    task: AuthenticationTask | None = None
    sale: StoredSale | None = None
    deadlines: Sequence[Deadline] = ()
    has_open_alarm: bool = False
    is_settled: bool = True
    """Whether no message about it waits, so that all its contexts must agree."""


@dataclass(frozen=True, slots=True)
class QuoteRecord:
    """A quote, and the open matches that name it."""

    quote: Quote
    open_matches: Sequence[OrderId]
    is_misfiled: bool = False
    """Whether it is stored as if it were in another book's shard."""


@dataclass(frozen=True, slots=True)
class BookRecord:
    """The active quotes of one book: their number at each amount.

    The best living ones are those that have not expired.
    """

    book: BookKey
    quantities: Mapping[tuple[Side, Cents], int]
    best_living_bid: Cents | None
    best_living_ask: Cents | None


@dataclass(frozen=True, slots=True)
class SellerAccount:
    """What the ledger and the payouts say that a seller is owed."""

    seller_id: str
    in_ledger: Cents
    in_payouts: Cents


@dataclass(frozen=True, slots=True)
class BookedOrder:
    """An order's transfers, and the provider's names of what its payment and payout moved."""

    id: OrderId
    transfers: Sequence[BookedTransfer]
    charge_id: str | None = None
    refund_id: str | None = None
    payout_id: str | None = None


@dataclass(frozen=True, slots=True)
class Turnover:
    """What is stored of a book's sales: their number, and their total in minor units."""

    book: BookKey
    sales: int
    total: Cents


@dataclass(frozen=True, slots=True)
class SellerQuarter:
    """What is stored of a seller's completed sales in a quarter."""

    seller_id: UserId
    quarter: Quarter
    volume: SalesVolume


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """A product, and the style code under which it is unique."""

    product: Product
    style_key: str | None
    """None for a product with the style code of an earlier one."""


@dataclass(frozen=True, slots=True)
class WaitingMessage:
    """A message in the outbox, or in a queue for one consumer."""

    id: MessageId
    """The id in the outbox, or of the delivery."""
    message_id: MessageId
    key: str
    subject: str
    event: Event | None
    """None if it cannot be read."""
    error: str = ""
    """Why it cannot be read."""
    consumer: str | None = None
    """None in the outbox."""
    queue: Queue | str | None = None
    due_at: datetime | None = None
    is_dead: bool = False
    turn_is_due_at: datetime | None = None
    """When the first delivery of its turn is taken, or None if the turn is not in the line."""
    is_noted: bool = False
    """Whether the inbox says that its consumer has handled it."""


@dataclass(frozen=True, slots=True)
class Dangling:
    """A row that refers to something that does not exist."""

    what: str
    """The row, with its id, such as `address 01a2...`."""
    refers_to: str
    """What is missing, with its id, such as `user 01a2...`."""


@dataclass(frozen=True, slots=True)
class Unopened:
    """A personal value that does not open, or is not found by its hash."""

    what: str
    """The row, with its id."""
    problem: str
    """The column and what is wrong, without the value."""


@dataclass(frozen=True, slots=True)
class StoreSize:
    """About how much there is to check."""

    trades: int
    bids: int
    asks: int
    products: int
    transfers: int
    messages: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a verification is: `done` of about `total`."""

    stage: str
    done: int
    total: int
