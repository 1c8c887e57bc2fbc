"""The port to the terms of an exchange."""

from typing import Protocol

from .language.terms import Terms


class ExchangeTerms(Protocol):
    """The terms on which all processes of an exchange agree."""

    async def find(self) -> Terms | None:
        """Return the stored terms, or None if there are none yet."""
        ...

    async def denominate(self, currency: str) -> None:
        """Change the currency of the stored terms. It needs a transaction."""
        ...

    async def agree(self, terms: Terms) -> Terms:
        """Store the terms if there are none yet, and return the stored ones.

        It needs a transaction, until whose end others who agree wait.
        """
        ...
