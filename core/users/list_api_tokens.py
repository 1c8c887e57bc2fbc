"""List the tokens of programs."""

from dataclasses import dataclass

from ...ports.api_tokens import ApiTokens
from ...ports.language.api_tokens import ApiToken
from ...ports.language.paging import Page, PageRequest
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role


@dataclass(frozen=True, slots=True)
class ListApiTokens:
    """An admin lists all tokens, also those that are over. Nobody sees a token itself again."""

    api_tokens: ApiTokens

    async def __call__(self, actor: Actor, request: PageRequest) -> Page[ApiToken]:
        """Return a page of tokens, newest first. Raises Forbidden."""
        check_role(actor, Role.ADMIN, "list tokens")
        return await self.api_tokens.page(request)
