"""Notices about a user's account: proofs of addresses, the password, and sign-ins."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from .notifications import LINK, Notice, NotificationKind


@dataclass(frozen=True, slots=True)
class EmailProofNotice(Notice):
    """To an email that must be proven: the link that proves it."""

    KIND: ClassVar[NotificationKind] = NotificationKind.EMAIL_PROOF
    url: str = field(repr=False, metadata=LINK)
    until: datetime
