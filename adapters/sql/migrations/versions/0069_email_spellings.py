"""Write emails in their one spelling.

Of two emails that are one in this spelling, only the first becomes it; the other stays, and is
reported. Its user still signs in with it as it is.
"""

import logging
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

_PORTION = 1_000
_UNUSUAL = {
    "sqlite": "(email GLOB '*[^ -~]*' OR email LIKE '%xn--%')",
    "postgresql": "(email ~ '[^ -~]' OR email LIKE '%xn--%')",
}
_log = logging.getLogger("solebook.migrations")


def upgrade() -> None:
    connection = op.get_bind()
    unusual = _UNUSUAL[connection.dialect.name]
    rows = sa.text(
        f"SELECT id, email FROM users WHERE {unusual} AND email > :after ORDER BY email "  # noqa: S608
        f"LIMIT {_PORTION}"
    )
    is_taken = sa.text("SELECT 1 FROM users WHERE email = :email")
    change = sa.text("UPDATE users SET email = :email WHERE id = :id")
    after = ""
    while found := connection.execute(rows, {"after": after}).all():
        for id_, email in found:
            spelling = _spelling(email)
            if spelling == email:
                continue
            if connection.execute(is_taken, {"email": spelling}).first() is None:
                connection.execute(change, {"email": spelling, "id": id_})
            else:
                _log.warning("the email of user %s is another user's in another spelling", id_)
        after = found[-1].email


def downgrade() -> None:
    """Nothing: each spelling reaches the same box."""


def _spelling(email: str) -> str:
    name, at, domain = email.rpartition("@")
    words = _composed(unicodedata.normalize("NFKC", domain)).replace("。", ".").split(".")
    return _composed(name + at + ".".join(map(_in_own_letters, words)))


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())


def _in_own_letters(word: str) -> str:
    if not word.startswith("xn--"):
        return word
    try:
        own = word.removeprefix("xn--").encode("ascii").decode("punycode")
        is_its = "xn--" + own.encode("punycode").decode() == word
    except UnicodeError:
        return word
    return own if is_its and not own.isascii() and own == _composed(own) else word
