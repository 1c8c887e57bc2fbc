"""The links in letters, which lead to pages of the exchange."""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class PublicLinks:
    """The links below the URL at which users reach the exchange. Their paths are of its pages."""

    public_url: str = "http://127.0.0.1:8000"

    def prove_email(self, secret: str) -> str:
        """Return the link that proves an email."""
        return self._with_token("/account/email", secret)

    def reset_password(self, secret: str) -> str:
        """Return the link under which a new password is set."""
        return self._with_token("/account/password", secret)

    def unsubscribe(self, token: str) -> str:
        """Return the link that ends a kind of letters."""
        return self._with_token("/account/unsubscribe", token)

    def choose_letters(self, token: str) -> str:
        """Return the link to the kinds of letters."""
        return self._with_token("/account/letters", token)

    def _with_token(self, path: str, token: str) -> str:
        return f"{self.public_url.rstrip('/')}{path}?token={quote(token, safe='')}"
