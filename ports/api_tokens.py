"""The port to tokens of programs."""

from datetime import datetime
from typing import Protocol

from .language.api_tokens import ApiToken
from .language.ids import ApiTokenId
from .language.paging import Page, PageRequest


class ApiTokens(Protocol):
    """Tokens of programs, by id and by hash. Writes need a transaction."""

    async def add(self, token: ApiToken) -> None:
        """Store a new token."""
        ...

    async def get(self, token_id: ApiTokenId) -> ApiToken:
        """Return the token, locked until the end of a transaction. Raises NotFound."""
        ...

    async def find(self, token_hash: str) -> ApiToken | None:
        """Return the token with this hash, whether it is valid or not, or None."""
        ...

    async def revoke(self, token_id: ApiTokenId, at: datetime) -> None:
        """End the token. Ending it again keeps the first time. Raises NotFound."""
        ...

    async def page(self, request: PageRequest) -> Page[ApiToken]:
        """Return a page of all tokens, newest first."""
        ...
