"""Notices about a user's account: proofs of addresses, the password, and sign-ins."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from .api_tokens import KeyScope
from .notifications import LINK, Notice, NotificationKind


@dataclass(frozen=True, slots=True)
class EmailProofNotice(Notice):
    """To an email that must be proven: the link that proves it."""

    KIND: ClassVar[NotificationKind] = NotificationKind.EMAIL_PROOF
    url: str = field(repr=False, metadata=LINK)
    until: datetime


@dataclass(frozen=True, slots=True)
class PhoneProofNotice(Notice):
    """To a phone that must be proven: the code that proves it."""

    KIND: ClassVar[NotificationKind] = NotificationKind.PHONE_PROOF
    code: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class PasswordResetNotice(Notice):
    """To a user who forgot their password: the link under which they set another one."""

    KIND: ClassVar[NotificationKind] = NotificationKind.PASSWORD_RESET
    url: str = field(repr=False, metadata=LINK)
    until: datetime


@dataclass(frozen=True, slots=True)
class RegistrationRepeatedNotice(Notice):
    """To a user with whose email somebody registered."""

    KIND: ClassVar[NotificationKind] = NotificationKind.REGISTRATION_REPEATED


@dataclass(frozen=True, slots=True)
class EmailChangedNotice(Notice):
    """To the email that a user had before."""

    KIND: ClassVar[NotificationKind] = NotificationKind.EMAIL_CHANGED
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ApiKeyCreatedNotice(Notice):
    """To the owner of a new API key."""

    KIND: ClassVar[NotificationKind] = NotificationKind.API_KEY_CREATED
    name: str
    scopes: tuple[KeyScope, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PasswordChangedNotice(Notice):
    """To a user whose password was changed, or reset by a letter."""

    KIND: ClassVar[NotificationKind] = NotificationKind.PASSWORD_CHANGED
    at: datetime
    program: str
    """The family of the browser or program."""
    reset: bool


@dataclass(frozen=True, slots=True)
class PayoutAccountChangedNotice(Notice):
    """To a user whose sales are paid to another account from now on."""

    KIND: ClassVar[NotificationKind] = NotificationKind.PAYOUT_ACCOUNT_CHANGED
    at: datetime
    program: str
    """The family of the browser or program."""


@dataclass(frozen=True, slots=True)
class AccountClosedNotice(Notice):
    """To a user whose account was closed."""

    KIND: ClassVar[NotificationKind] = NotificationKind.ACCOUNT_CLOSED
    at: datetime
    program: str
    """The family of the browser or program."""


@dataclass(frozen=True, slots=True)
class NewSignInNotice(Notice):
    """To a user as whom somebody signed in from a place that was never seen before."""

    KIND: ClassVar[NotificationKind] = NotificationKind.NEW_SIGN_IN
    at: datetime
    program: str
    """The family of the browser or program."""
