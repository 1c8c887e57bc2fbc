"""Validation of emails, names, passwords and payment provider tokens."""

import re

from ...ports.language.emails import email_spelling
from ...ports.language.errors import InvalidText
from ...ports.language.links import check_plain
from ...ports.language.text import check_text
from ...ports.language.visible import without_hidden

MAX_EMAIL = 254
_MAX_TYPED = 4 * MAX_EMAIL
"""A spelling may be longer than the one that is stored, such as with marks of their own."""
CLOSED_DOMAIN = "closed.invalid"
"""The domain of the emails that erased accounts get. Nobody may register with one."""
MAX_NAME = 100
MIN_PASSWORD = 8
MAX_PROVIDER_TOKEN = 255

_WORD = r"""[^\s@<>()\[\],;:\\".]+"""
_EMAIL = re.compile(rf"""{_WORD}(\.{_WORD})*@{_WORD}(\.{_WORD})+""")
"""A subset of RFC 5322: no quoted local parts, no comments, and a domain with a dot."""
_ENCODED = "=?"
"""The start of an encoded word (RFC 2047). Mail cannot be sent to an address that contains one."""

_PRINTABLE_ASCII = re.compile(r"[!-~]+")


def normalize_email(email: str) -> str:
    """Return `email` as it is stored: in the one spelling of all that reach the same box.

    Raises InvalidText unless it looks like one address of at most 254 characters, all of which can
    be seen, and it is none that an erased account may get.

    >>> normalize_email(" Buyer-1@Example.com ")
    'buyer-1@example.com'
    """
    if len(email) > _MAX_TYPED:
        raise InvalidText(field="email", problem=f"is longer than {MAX_EMAIL} characters")
    text = check_text("email", email_spelling(email), max_length=MAX_EMAIL)
    is_hidden = without_hidden(text) != text  # also what joins letters elsewhere
    if is_hidden or _ENCODED in text or not _EMAIL.fullmatch(text):
        raise InvalidText(field="email", problem="is not an email address")
    if f".{text.rpartition('@')[2]}".endswith(f".{CLOSED_DOMAIN}"):
        raise InvalidText(field="email", problem="is kept for closed accounts")
    return text


def check_name(field: str, name: str) -> str:
    """Return a first or last name of 1 to 100 characters, without links. Raises InvalidText."""
    return check_plain(field, name, max_length=MAX_NAME)


def check_new_password(password: str) -> str:
    """Return the password unchanged if it has at least 8 characters. Raises InvalidText.

    The maximum depends on the hash function, so `Passwords` checks it.
    """
    if len(password) < MIN_PASSWORD:
        raise InvalidText(field="password", problem=f"is shorter than {MIN_PASSWORD} characters")
    return password


def check_provider_token(field: str, token: str) -> str:
    """Return a payment provider's token: 1 to 255 visible ASCII characters. Raises InvalidText."""
    text = check_text(field, token, max_length=MAX_PROVIDER_TOKEN)
    if not _PRINTABLE_ASCII.fullmatch(text):
        raise InvalidText(field=field, problem="has a character that is not visible ASCII")
    return text
