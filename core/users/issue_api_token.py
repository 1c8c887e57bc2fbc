"""Issue a token to a program."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta

from ...ports.api_tokens import ApiTokens
from ...ports.audit_log import AuditLog
from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.api_tokens import MAX_TOKEN_NAME, ApiToken, parse_scopes
from ...ports.language.audit import Act, AuditAction, Target, TargetKind, parse_reason
from ...ports.language.errors import OutOfRange
from ...ports.language.ids import ApiTokenId
from ...ports.language.staff import check_role
from ...ports.language.text import check_text
from ...ports.language.users import Actor, Role
from ...ports.randomness import Randomness
from ...ports.transaction import Transaction
from .session_tokens import token_hash
from .token_texts import token_text

MAX_TOKEN_DAYS = 3_650


@dataclass(frozen=True, slots=True)
class IssuedApiToken:
    """A token's record, and the token itself, which is shown this once."""

    record: ApiToken
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class IssueApiToken:
    """An admin gives a service a token for some calls. The audit log records who and why.

    Only the token's hash is stored. So a lost token cannot be shown again; it is revoked, and
    another one issued.
    """

    transaction: Transaction
    api_tokens: ApiTokens
    audit_log: AuditLog
    randomness: Randomness
    clock: Clock
    ids: Ids

    async def __call__(
        self,
        actor: Actor,
        *,
        name: str,
        scopes: Collection[str],
        reason: str,
        days: int | None = None,
    ) -> IssuedApiToken:
        """Return the token, which expires after `days`, or never without them.

        Raises Forbidden, InvalidText, OutOfRange.
        """
        check_role(actor, Role.ADMIN, "issue tokens")
        if days is not None and not 1 <= days <= MAX_TOKEN_DAYS:
            raise OutOfRange(field="days", value=days, minimum=1, maximum=MAX_TOKEN_DAYS)
        why = parse_reason(reason)
        token_id = ApiTokenId(self.ids.new())
        token = token_text(token_id, self.randomness.secret())
        now = self.clock.now()
        record = ApiToken(
            id=token_id,
            name=check_text("name", name, max_length=MAX_TOKEN_NAME),
            scopes=parse_scopes(scopes),
            token_hash=token_hash(token),
            created_at=now,
            expires_at=None if days is None else now + timedelta(days=days),
        )
        async with self.transaction():
            await self.api_tokens.add(record)
            await self.audit_log.add(
                Act(
                    actor_id=actor.user_id,
                    token_id=actor.token_id,
                    action=AuditAction.API_TOKEN_ISSUED,
                    target=Target(TargetKind.API_TOKEN, record.id),
                    reason=why,
                    facts={"scopes": tuple(sorted(record.scopes))},
                )
            )
        return IssuedApiToken(record, token)
