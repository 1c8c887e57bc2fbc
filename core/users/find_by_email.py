"""Find the user of an email, however it is spelled."""

import unicodedata

from ...ports.language.emails import email_spelling
from ...ports.language.users import User
from ...ports.users import Users

_UNSTORABLE = ("Cc", "Cs")
"""Control characters and surrogates, which no stored email has."""


async def find_by_email(users: Users, email: str) -> User | None:
    """Return the user with this email, or None.

    First it is looked for as it is given: of two emails from before that are one today, each finds
    its user. An email that is none any more finds its user too.
    """
    given = email.strip().lower()
    if any(unicodedata.category(character) in _UNSTORABLE for character in given):
        given = ""
    spelling = email_spelling(given)
    found = await users.find_by_email(given)
    if found is None and spelling != given:
        found = await users.find_by_email(spelling)
    return found
