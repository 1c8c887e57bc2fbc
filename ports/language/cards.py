"""Buyers' cards: as they are on file here, and as the payment provider sets them up."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .ids import PaymentMethodId, UserId


@dataclass(frozen=True, slots=True)
class CardDetails:
    """What may be shown of a card. Its number never reaches the exchange."""

    brand: str
    """As the provider writes it: `visa`."""
    last4: str = field(repr=False)
    exp_month: int
    exp_year: int
    fingerprint: str | None = field(default=None, repr=False)
    """The same for the same card number, if the provider tells it."""


@dataclass(frozen=True, slots=True)
class SavedCard:
    """A card that the provider verified and keeps for later charges."""

    token: str = field(repr=False)
    """The provider's id of it, with which it is charged."""
    details: CardDetails


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """A card that a user has on file, or had: a removed one is never charged again."""

    id: PaymentMethodId
    user_id: UserId
    token: str = field(repr=False)
    details: CardDetails | None
    """None if it was set before the exchange kept cards."""
    created_at: datetime
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CardHolder:
    """The user whose cards are kept, as the provider knows them: a customer."""

    user_id: UserId
    email: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewCardSetup:
    """A setup that waits for a card, which only the buyer's browser sends to the provider."""

    id: str
    client_secret: str = field(repr=False)
    """What the browser needs to confirm it. It is for this buyer alone, and for no log."""


@dataclass(frozen=True, slots=True)
class CardPage:
    """A page of the provider on which a buyer types a card in."""

    id: str
    """What a setup is found by, like its own id."""
    url: str = field(repr=False)
    """Where the page is. It is for this buyer alone, and for no log."""


class CardSetupState(StrEnum):
    """How far the setup of a card is."""

    OPEN = "open"
    """It waits for a card."""
    NEEDS_ACTION = "needs_action"
    """It waits for the buyer, who must authenticate with the bank."""
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """The card was declined. The buyer may try another card in the same setup."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class CardSetup:
    """The current state of a setup at the provider."""

    id: str
    user_id: UserId | None
    """None if the exchange did not begin it."""
    state: CardSetupState
    card: SavedCard | None = None
    """The verified card, once it succeeded, unless it was removed since."""
    link: str | None = field(default=None, repr=False)
    """Where the buyer authenticates, if that is a page."""
    reason: str | None = None
    """Why it failed."""
