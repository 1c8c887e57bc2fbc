"""Revoke an API key."""

from dataclasses import dataclass

from ...ports.api_tokens import ApiTokens
from ...ports.clock import Clock
from ...ports.language.errors import NotFound
from ...ports.language.ids import ApiTokenId
from ...ports.language.users import Actor
from ...ports.transaction import Transaction
from .create_api_key import check_signed_in


@dataclass(frozen=True, slots=True)
class RevokeApiKey:
    """A user ends an API key of theirs at once. Revoking it again keeps the first time."""

    transaction: Transaction
    api_tokens: ApiTokens
    clock: Clock

    async def __call__(self, actor: Actor, key_id: ApiTokenId) -> None:
        """End the key. Raises Forbidden, and NotFound if it is no key of the actor."""
        check_signed_in(actor, "revoke API keys")
        async with self.transaction():
            key = await self.api_tokens.find(key_id)
            if key is None or key.owner_id != actor.user_id:
                raise NotFound(what="API key", id=key_id)
            await self.api_tokens.revoke(key_id, self.clock.now())
