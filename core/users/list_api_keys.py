"""List your API keys."""

from dataclasses import dataclass

from ...ports.api_tokens import ApiTokens
from ...ports.language.api_tokens import ApiToken
from ...ports.language.paging import Page, PageRequest
from ...ports.language.users import Actor


@dataclass(frozen=True, slots=True)
class ListApiKeys:
    """A user lists their API keys, also the last ones that are over. No key is shown again."""

    api_tokens: ApiTokens

    async def __call__(self, actor: Actor, request: PageRequest) -> Page[ApiToken]:
        """Return a page of the actor's keys, newest first."""
        return await self.api_tokens.page(request, owner_id=actor.user_id)
