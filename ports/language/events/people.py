"""Events of users and notifications."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from ..challenges import ChallengeKind
from ..ids import (
    AlertId,
    ApiTokenId,
    NotificationId,
    PaymentMethodId,
    UserId,
    WebhookEndpointId,
)
from ..market import BookKey
from ..money import Cents
from ..notifications import Channel, NotificationKind
from ..priority import PRIORITY_OF, Priority
from ..webhook_endpoints import DisabledBecause
from .base import Event


@dataclass(frozen=True, slots=True)
class UserRegistered(Event):
    """A user registered."""

    SUBJECT: ClassVar[str] = "user.registered"
    user_id: UserId

    @property
    def key(self) -> str:
        """The user."""
        return str(self.user_id)


@dataclass(frozen=True, slots=True)
class ChallengeRequested(Event):
    """A secret must be sent to an address of a user. A later request replaces it."""

    SUBJECT: ClassVar[str] = "challenge.requested"
    user_id: UserId
    kind: ChallengeKind
    requested_at: datetime

    @property
    def key(self) -> str:
        """The user."""
        return str(self.user_id)


@dataclass(frozen=True, slots=True)
class PasswordResetRequested(Event):
    """Somebody forgot a password: a user's, or one of nobody (the nil id) if the email is none."""

    SUBJECT: ClassVar[str] = "password_reset.requested"
    user_id: UserId

    @property
    def key(self) -> str:
        """The user."""
        return str(self.user_id)


@dataclass(frozen=True, slots=True)
class RegistrationRepeated(Event):
    """Somebody registered with the email of a user, who is told."""

    SUBJECT: ClassVar[str] = "registration.repeated"
    user_id: UserId

    @property
    def key(self) -> str:
        """The user."""
        return str(self.user_id)


@dataclass(frozen=True, slots=True)
class EmailChanged(Event):
    """A user has another email. The old one is told if it was proven."""

    SUBJECT: ClassVar[str] = "email.changed"
    user_id: UserId
    changed_at: datetime
    told: bool

    @property
    def key(self) -> str:
        """The user."""
        return str(self.user_id)


@dataclass(frozen=True, slots=True)
class ApiKeyCreated(Event):
    """A user has a new API key, of which they are told."""

    SUBJECT: ClassVar[str] = "api_key.created"
    user_id: UserId
    key_id: ApiTokenId

    @property
    def key(self) -> str:
        """The user."""
        return str(self.user_id)


class SecurityChange(StrEnum):
    """What was changed of an account or its money."""

    PASSWORD = "password"  # noqa: S105  # the name of what was changed
    PASSWORD_RESET = "password_reset"  # noqa: S105  # the same
    PAYOUT_ACCOUNT = "payout_account"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class SecurityChanged(Event):
    """What protects a user's account or money was changed, of which they are told."""

    SUBJECT: ClassVar[str] = "security.changed"
    user_id: UserId
    what: SecurityChange
    at: datetime
    program: str
    """The family of the browser or program."""

    @property
    def key(self) -> str:
        """The user."""
        return str(self.user_id)


@dataclass(frozen=True, slots=True)
class SignedInElsewhere(Event):
    """Somebody signed in as a user from a place from which the user never did."""

    SUBJECT: ClassVar[str] = "signed_in.elsewhere"
    user_id: UserId
    at: datetime
    program: str
    """The family of the browser or program."""

    @property
    def key(self) -> str:
        """The user."""
        return str(self.user_id)


@dataclass(frozen=True, slots=True)
class PayoutAccountChanged(Event):
    """A seller set a payout account."""

    SUBJECT: ClassVar[str] = "payout_account.changed"
    user_id: UserId
    account: str = field(repr=False)

    @property
    def key(self) -> str:
        """The user."""
        return str(self.user_id)


@dataclass(frozen=True, slots=True)
class PaymentMethodRemoved(Event):
    """A user has a card no more. The provider must not keep it either."""

    SUBJECT: ClassVar[str] = "payment_method.removed"
    payment_method_id: PaymentMethodId
    user_id: UserId
    token: str | None = field(default=None, repr=False)
    """The provider's name of it, if the stored card may be erased before this is handled.

    A message that cannot be handled is kept as a dead letter, where such a name should not be.
    """

    @property
    def key(self) -> str:
        """The user."""
        return str(self.user_id)


@dataclass(frozen=True, slots=True)
class PayoutAccountRestricted(Event):
    """The payment provider does not pay a seller any more until something is done."""

    SUBJECT: ClassVar[str] = "payout_account.restricted"
    user_id: UserId
    account: str = field(repr=False)
    problem: str
    due: tuple[str, ...]
    """What the provider wants to know, in words."""
    deadline: datetime | None

    @property
    def key(self) -> str:
        """The user."""
        return str(self.user_id)


@dataclass(frozen=True, slots=True)
class PriceDropped(Event):
    """The lowest ask crossed the price of a user's alert."""

    SUBJECT: ClassVar[str] = "price.dropped"
    alert_id: AlertId
    user_id: UserId
    book: BookKey
    wanted: Cents
    lowest_ask: Cents
    dropped_at: datetime

    @property
    def key(self) -> str:
        """The alert."""
        return str(self.alert_id)

    @property
    def priority(self) -> Priority:
        """As the notification that it becomes."""
        return PRIORITY_OF[NotificationKind.PRICE_DROPPED]


@dataclass(frozen=True, slots=True)
class WebhookEndpointDisabled(Event):
    """An endpoint gets no webhooks any more, although its owner did not ask for that."""

    SUBJECT: ClassVar[str] = "webhook_endpoint.disabled"
    user_id: UserId
    endpoint_id: WebhookEndpointId
    because: DisabledBecause
    failing_since: datetime | None

    @property
    def key(self) -> str:
        """The user."""
        return str(self.user_id)

    @property
    def priority(self) -> Priority:
        """As the notification that it becomes."""
        return PRIORITY_OF[NotificationKind.WEBHOOK_DISABLED]


@dataclass(frozen=True, slots=True)
class NotificationRequested(Event):
    """A notification must be sent to its user over one channel.

    Older requests have no user and no kind.
    """

    SUBJECT: ClassVar[str] = "notification.requested"
    notification_id: NotificationId
    channel: Channel
    user_id: UserId | None = None
    kind: NotificationKind | None = None

    @property
    def key(self) -> str:
        """The notification."""
        return str(self.notification_id)

    @property
    def priority(self) -> Priority:
        """As the kind of the notification."""
        return Priority.NORMAL if self.kind is None else PRIORITY_OF[self.kind]
