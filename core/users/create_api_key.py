"""Create an API key."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...ports.api_tokens import ApiTokens
from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.api_tokens import MAX_TOKEN_NAME, ApiToken, KeyScope
from ...ports.language.errors import (
    EmailNotProven,
    Forbidden,
    InvalidText,
    RateLimited,
    TooManyApiKeys,
)
from ...ports.language.events import ApiKeyCreated
from ...ports.language.ids import ApiTokenId
from ...ports.language.text import check_text
from ...ports.language.users import Actor, Role
from ...ports.outbox import Outbox
from ...ports.randomness import Randomness
from ...ports.transaction import Transaction
from ...ports.users import Users, open_user
from .issue_api_token import IssuedApiToken
from .session_tokens import token_hash
from .token_texts import token_text

MAX_KEYS = 20
"""How many valid API keys a user may have."""
MAX_ENDED_KEYS = 50
"""How many revoked and expired keys of a user are kept to be seen."""
MAX_NEW_KEYS, _NEW = 40, timedelta(days=1)
"""How many keys a user may create in how long, revoked ones too: each has a rate limit of its own,
and a letter."""
MAX_LIFE = timedelta(days=3_650)


@dataclass(frozen=True, slots=True)
class CreateApiKey:
    """A user gives a program of theirs a key, which acts for them within its scopes.

    Only a signed-in user can do it: a key that leaks must not be able to make others. The user is
    told by mail. Only the key's hash is stored, so a lost key cannot be shown again.
    """

    transaction: Transaction
    users: Users
    api_tokens: ApiTokens
    outbox: Outbox
    randomness: Randomness
    clock: Clock
    ids: Ids

    async def __call__(
        self,
        actor: Actor,
        *,
        name: str,
        scopes: Collection[KeyScope],
        expires_at: datetime | None = None,
    ) -> IssuedApiToken:
        """Return the key, which works until `expires_at`, or until it is revoked.

        Raises Forbidden, InvalidText, EmailNotProven, TooManyApiKeys, RateLimited, AccountClosed.
        """
        now = self.clock.now()
        check_signed_in(actor, "create API keys")
        _check_scopes(actor, scopes)
        if expires_at is not None and not now < expires_at <= now + MAX_LIFE:
            raise InvalidText(
                field="expires_at", problem=f"must be in the next {MAX_LIFE.days} days"
            )
        key_id = ApiTokenId(self.ids.new())
        text = token_text(key_id, self.randomness.secret())
        record = ApiToken(
            id=key_id,
            name=check_text("name", name, max_length=MAX_TOKEN_NAME),
            scopes=frozenset(scopes),
            token_hash=token_hash(text),
            created_at=now,
            owner_id=actor.user_id,
            expires_at=expires_at,
        )
        async with self.transaction():
            # Locks the user, so that two concurrent requests cannot exceed the limit.
            user = await open_user(self.users, actor.user_id)
            if not user.email_proven:
                raise EmailNotProven  # who has the email may get the account, and not this key
            await self._make_room(await self.api_tokens.of(actor.user_id), now)
            await self.api_tokens.add(record)
            await self.outbox.add(ApiKeyCreated(actor.user_id, key_id))
        return IssuedApiToken(record, text)

    async def _make_room(self, newest_first: Collection[ApiToken], now: datetime) -> None:
        ended = [key for key in newest_first if key.has_ended(now)]
        if len(newest_first) - len(ended) >= MAX_KEYS:
            raise TooManyApiKeys(limit=MAX_KEYS)
        new = [key.created_at for key in newest_first if now - key.created_at < _NEW]
        if len(new) >= MAX_NEW_KEYS:
            raise RateLimited(retry_after=(min(new) + _NEW - now).total_seconds())
        for key in ended[MAX_ENDED_KEYS:]:
            await self.api_tokens.remove(key.id)


def check_signed_in(actor: Actor, action: str) -> None:
    """Raise Forbidden if a program acts for the user."""
    if actor.token_id is not None:
        raise Forbidden(action=action, needs="a signed-in user, and no API key")


def _check_scopes(actor: Actor, scopes: Collection[KeyScope]) -> None:
    if not scopes:
        raise InvalidText(field="scopes", problem="must be at least one")
    if KeyScope.ADMIN in scopes and not actor.has(Role.ADMIN):
        raise Forbidden(action="give a key the scope admin", needs="an admin")
