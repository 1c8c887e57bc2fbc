"""Codes that are typed: a phone is not always where its user is signed in."""

import hashlib

from ....ports.language.ids import UserId
from ..session_tokens import token_hash

DIGITS = 6


def code_of(secret: str) -> str:
    """Return the code of a secret: each is as likely as another."""
    number = int.from_bytes(hashlib.sha256(secret.encode()).digest())
    return f"{number % 10**DIGITS:0{DIGITS}}"


def code_hash(user_id: UserId, code: str) -> str:
    """Return what is stored of a code. Users may have the same code, so it counts for one of them.

    Whoever reads the store finds the code by trying all. It lives for minutes.
    """
    return token_hash(f"{user_id} {code}")
