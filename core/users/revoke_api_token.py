"""Revoke a token of a program."""

from dataclasses import dataclass

from ...ports.api_tokens import ApiTokens
from ...ports.audit_log import AuditLog
from ...ports.clock import Clock
from ...ports.language.api_tokens import ApiToken
from ...ports.language.audit import Act, AuditAction, Target, TargetKind, parse_reason
from ...ports.language.ids import ApiTokenId
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class RevokeApiToken:
    """An admin ends a token at once. Revoking it again keeps the first time."""

    transaction: Transaction
    api_tokens: ApiTokens
    audit_log: AuditLog
    clock: Clock

    async def __call__(self, actor: Actor, token_id: ApiTokenId, *, reason: str) -> ApiToken:
        """Return the revoked token. Raises Forbidden, InvalidText, NotFound."""
        check_role(actor, Role.ADMIN, "revoke tokens")
        why = parse_reason(reason)
        async with self.transaction():
            await self.api_tokens.revoke(token_id, self.clock.now())
            await self.audit_log.add(
                Act(
                    actor_id=actor.user_id,
                    token_id=actor.token_id,
                    action=AuditAction.API_TOKEN_REVOKED,
                    target=Target(TargetKind.API_TOKEN, token_id),
                    reason=why,
                )
            )
            return await self.api_tokens.get(token_id)
