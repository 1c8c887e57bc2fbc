"""The links in letters with which users choose the letters that they get, without signing in."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from ...ports.language.ids import UserId, parse_id
from ...ports.language.notifications import NotificationKind, Recipient
from ...ports.language.public_links import PublicLinks

CHOOSING = "letters"
"""What a link is for that leads to all kinds. Others are for the kind that they name."""
LIFE = timedelta(days=30)
"""How long a link to all kinds works. One that unsubscribes from a kind works for good."""
_EPOCH_DAY = 86_400


@dataclass(frozen=True, slots=True)
class LetterToken:
    """What a token says, which is not believed before its signature is checked."""

    purpose: str
    user_id: UserId
    day: int
    """When it was made, in days since 1970."""
    signature: str = field(repr=False)

    @classmethod
    def parsed(cls, text: str) -> Self | None:
        """Return a token, or None if the text is none."""
        try:
            purpose, user_id, day, signature = text.split(".")
            return cls(purpose, UserId(parse_id(user_id)), int(day), signature)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class LetterLinks:
    """Makes and checks links. The first key signs, all keys count.

    The email is signed too, so letters to an email that the user does not have any more choose
    nothing. A link shows nothing of it.
    """

    links: PublicLinks
    keys: Sequence[bytes] = field(repr=False)

    def unsubscribe(self, recipient: Recipient, kind: NotificationKind, at: datetime) -> str:
        """Return the link that ends a kind of letter at a click."""
        return self.links.unsubscribe(self._token(kind, recipient, at))

    def choose(self, recipient: Recipient, at: datetime) -> str:
        """Return the link to the page with all kinds of letters."""
        return self.links.choose_letters(self._token(CHOOSING, recipient, at))

    def is_genuine(self, token: LetterToken, email: str, now: datetime) -> bool:
        """Return whether the exchange made the token for this email, and it is not too old."""
        if token.purpose == CHOOSING and _day(now) - token.day > LIFE.days:
            return False
        given = token.signature.encode("utf-8", "surrogatepass")
        return any(
            hmac.compare_digest(_signature(key, token, email).encode(), given) for key in self.keys
        )

    def _token(self, purpose: str, recipient: Recipient, at: datetime) -> str:
        token = LetterToken(purpose, recipient.user_id, _day(at), "")
        signature = _signature(self.keys[0], token, recipient.email)
        return f"{token.purpose}.{token.user_id}.{token.day}.{signature}"


def _day(at: datetime) -> int:
    return int(at.timestamp()) // _EPOCH_DAY


def _signature(key: bytes, token: LetterToken, email: str) -> str:
    signed = f"letter\0{token.purpose}\0{token.user_id}\0{token.day}\0{email}"
    digest = hmac.digest(key, signed.encode(), hashlib.sha256)
    return urlsafe_b64encode(digest[:18]).decode()
