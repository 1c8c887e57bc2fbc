"""The port to tokens of programs."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from .language.api_tokens import ApiToken
from .language.ids import ApiTokenId, UserId
from .language.paging import Page, PageRequest


class ApiTokens(Protocol):
    """Tokens of programs, by id and by owner. Writes need a transaction."""

    async def add(self, token: ApiToken) -> None:
        """Store a new token."""
        ...

    async def get(self, token_id: ApiTokenId) -> ApiToken:
        """Return the token, locked until the end of a transaction. Raises NotFound."""
        ...

    async def find(self, token_id: ApiTokenId) -> ApiToken | None:
        """Return the token, whether it is valid or not, or None. It is not locked."""
        ...

    async def revoke(self, token_id: ApiTokenId, at: datetime) -> None:
        """End the token. Ending it again keeps the first time. Raises NotFound."""
        ...

    async def note_use(self, token_id: ApiTokenId, at: datetime, *, after: timedelta) -> None:
        """Note that a token is used, if the last noted use is at least `after` ago.

        It may be gone.
        """
        ...

    async def remove(self, token_id: ApiTokenId) -> None:
        """Forget a token. It may be gone."""
        ...

    async def of(self, owner_id: UserId) -> Sequence[ApiToken]:
        """Return all tokens of a user, valid or not, newest first. There are few."""
        ...

    async def page(self, request: PageRequest, *, owner_id: UserId | None = None) -> Page[ApiToken]:
        """Return a page of tokens, newest first: all, or those of a user."""
        ...
