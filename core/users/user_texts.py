"""The texts that users give of themselves, and their limits."""

import re

from ...ports.language.errors import InvalidText
from ...ports.language.links import check_plain
from ...ports.language.text import check_text

MAX_EMAIL = 254
MAX_NAME = 100
MIN_PASSWORD = 8
MAX_PROVIDER_TOKEN = 255

_EMAIL = re.compile(r"""[^\s@<>()\[\],;:\\"]+@[^\s@<>()\[\],;:\\".]+(\.[^\s@<>()\[\],;:\\".]+)+""")
"""Not the whole of RFC 5322: no quoted local parts, no comments, and a domain with a dot."""
_ENCODED = "=?"
"""How a word begins that mail programs decode: an address with one could not be written to."""

_PRINTABLE_ASCII = re.compile(r"[!-~]+")


def normalize_email(email: str) -> str:
    """Return `email` as it is stored: without white space around it, in lower case.

    Raises InvalidText unless it looks like one address of at most 254 characters.

    >>> normalize_email(" Buyer-1@Example.com ")
    'buyer-1@example.com'
    """
    text = check_text("email", email.lower(), max_length=MAX_EMAIL)
    if _ENCODED in text or not _EMAIL.fullmatch(text):
        raise InvalidText(field="email", problem="is not an email address")
    return text


def check_name(field: str, name: str) -> str:
    """Return a first or last name of 1 to 100 characters, without links. Raises InvalidText."""
    return check_plain(field, name, max_length=MAX_NAME)


def check_new_password(password: str) -> str:
    """Return a password of at least 8 characters, untouched. Raises InvalidText.

    How long one may be is a matter of how it is hashed, so Passwords refuses those too long.
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
