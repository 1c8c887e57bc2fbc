"""What providers report of messages that they took."""

from dataclasses import dataclass, field
from datetime import datetime

from .ids import UserId
from .mail import Undeliverable
from .notifications import Channel


@dataclass(frozen=True, slots=True)
class Callback:
    """A request of a provider, as it arrived."""

    body: bytes = field(repr=False)
    signature: str = field(repr=False)
    timestamp: str = ""
    """What it says of its time, if that is signed too."""
    query: str = ""
    """The query of its URL."""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A provider's report that a message did not reach its address, and that no other will."""

    id: str
    """The same for every repetition."""
    user_id: UserId
    channel: Channel
    lost: Undeliverable
    sent_at: datetime
    """When the message was sent, as the exchange told the provider."""
