"""What can happen in a market. A random history is drawn without a look at the market."""

from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from solebook.ports.language.ids import ProductId, UserId
from solebook.ports.language.market import BookKey, Side, Size, TimeInForce

USERS = [UserId(UUID(int=number)) for number in (1, 2, 3, 4)]
BOOKS = [BookKey(ProductId(UUID(int=9)), Size(size)) for size in ("9", "10")]
PRICES = [10_000, 10_100, 10_200]


@dataclass(frozen=True, slots=True)
class Placing:
    """`user`, `price` and `book` are numbers in the lists above."""

    side: Side
    user: int
    price: int
    days: int = 30
    book: int = 0
    time_in_force: TimeInForce = TimeInForce.GTC


@dataclass(frozen=True, slots=True)
class Repricing:
    """`target` is what somebody once saw of a quote, counted round in the order of its making."""

    target: int
    price: int | None
    days: int | None


@dataclass(frozen=True, slots=True)
class Cancelling:
    target: int


@dataclass(frozen=True, slots=True)
class Expiring:
    target: int


@dataclass(frozen=True, slots=True)
class Unwinding:
    """`target` is a match, counted round."""

    target: int
    ask_returns: bool


@dataclass(frozen=True, slots=True)
class Paying:
    """The order of a match is paid before the batch; `target` is counted round."""

    target: int


@dataclass(frozen=True, slots=True)
class Answering:
    """The provider answers before the batch, and waits for a buyer with all of their orders."""

    user: int


@dataclass(frozen=True, slots=True)
class Withdrawing:
    target: int


@dataclass(frozen=True, slots=True)
class WithdrawingAll:
    user: int
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Barring:
    """From before the batch on a user may not trade on these sides, and may on any other."""

    user: int
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Halting:
    """Halt one book, or every book of the product."""

    book: int | None


@dataclass(frozen=True, slots=True)
class Opening:
    """`target` is a halt that stands, counted round, or one that ended if none stands."""

    target: int


Aiming: TypeAlias = Repricing | Cancelling | Expiring | Withdrawing
Step: TypeAlias = (
    Placing | Aiming | Unwinding | Paying | Answering | WithdrawingAll | Barring | Halting | Opening
)


@dataclass(frozen=True, slots=True)
class Run:
    """A batch of commands, some days after the one before; its commit may fail."""

    steps: list[Step]
    days: int = 0
    fails: bool = False
    takes_effect: bool = False
    """Whether a commit that fails is stored all the same."""
    restarts: bool = False
    """Another engine took over before the batch, and has loaded no book yet."""
    loads: int = 0
    """How many portions of the other books are loaded before the batch."""
