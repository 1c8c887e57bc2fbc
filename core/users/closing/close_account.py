"""Close an account."""

from dataclasses import dataclass, replace
from datetime import datetime

from ....ports.access_tokens import RevokedSessions
from ....ports.audit_log import AuditLog
from ....ports.clock import Clock
from ....ports.language.audit import Act, AuditAction, AuditEntry, Target, parse_reason
from ....ports.language.errors import AccountNeeded, WrongCredentials
from ....ports.language.events import SecurityChange, SecurityChanged, UserSuspended
from ....ports.language.ids import SessionId, UserId
from ....ports.language.market import Side, WithdrawalReason
from ....ports.language.paging import MAX_PAGE
from ....ports.language.programs import family_of
from ....ports.language.sources import NOWHERE, Source
from ....ports.language.staff import check_role
from ....ports.language.users import Actor, CloseObstacle, Role, User
from ....ports.matching import Matching
from ....ports.outbox import Outbox
from ....ports.passwords import Passwords
from ....ports.sessions import Sessions
from ....ports.transaction import Transaction
from ....ports.users import Recipients, Users
from ..forbid_sessions import forbid_sessions
from ..token_lifetimes import TokenLifetimes
from .leave_market import LeaveMarket
from .running_trades import RunningTrades


@dataclass(frozen=True, slots=True)
class CloseAccount:
    """A user who gives their password closes their account, or an admin does at their request.

    It is closed at once: nobody can sign in, all sessions and API keys end, and the open quotes
    leave. Trades that run without the user go on: pairs arrive, refunds and payouts are paid, and
    letters tell of them. It is refused while the user must still do something. What is personal is
    erased when the last trade is over: see FinishClosings.

    Whom staff suspended cannot close their account themselves: they could register with the same
    email and card once it is erased, and trade again. An admin may close it.
    """

    transaction: Transaction
    users: Users
    recipients: Recipients
    trades: RunningTrades
    leave_market: LeaveMarket
    matching: Matching
    sessions: Sessions
    revoked_sessions: RevokedSessions
    passwords: Passwords
    audit_log: AuditLog
    outbox: Outbox
    clock: Clock
    lifetimes: TokenLifetimes

    async def __call__(
        self, actor: Actor, *, password: str, source: Source = NOWHERE, program: str = ""
    ) -> None:
        """Close the actor's account.

        Raises WrongCredentials, InvalidText for a password of more than 72 bytes of UTF-8,
        QueueFull, AccountNeeded, and Unavailable; repeat then.
        """
        found = await self.users.get(actor.user_id)
        if not await self.passwords.verify(password, found.password_hash, source):
            raise WrongCredentials
        if found.closed_at is None:
            await self._check(found, by=found.id)
        # Quotes leave first, so that what they traded meanwhile is seen by the check below.
        await self.matching.withdraw_all(found.id, tuple(Side), WithdrawalReason.CLOSING)
        act = Act(
            actor_id=found.id,
            action=AuditAction.ACCOUNT_CLOSED,
            target=Target.user(found.id),
            reason=None,
        )
        await self._close(act, found.id, family_of(program), found.password_hash)

    async def for_user(self, actor: Actor, user_id: UserId, *, reason: str) -> AuditEntry | None:
        """Close a user's account at their request, by letter. None if it is closed already.

        Raises Forbidden, InvalidText, NotFound, AccountNeeded, Unavailable.
        """
        check_role(actor, Role.ADMIN, "close accounts")
        act = Act(
            actor_id=actor.user_id,
            token_id=actor.token_id,
            action=AuditAction.ACCOUNT_CLOSED,
            target=Target.user(user_id),
            reason=parse_reason(reason),
        )
        return await self._close(act, user_id, "our staff")

    async def _close(
        self, act: Act, user_id: UserId, program: str, password_hash: str | None = None
    ) -> AuditEntry | None:
        async with self.transaction():
            user, now = await self.users.get(user_id), self.clock.now()
            if password_hash not in (None, user.password_hash):
                raise WrongCredentials  # it was changed or reset meanwhile
            entry = None
            if user.closed_at is None:
                await self._check(user, by=act.actor_id)
                closed = replace(user, closed_at=now, suspended=True, roles=frozenset())
                await self.users.save(closed)
                await self.leave_market(user_id, now)
                entry = await self.audit_log.add(act)
                change = SecurityChange.CLOSED
                await self.outbox.add(
                    # Quotes that were placed meanwhile leave as those of a suspended user do.
                    UserSuspended(entry.id, user_id),
                    SecurityChanged(user_id, change, now, program),
                )
            await self.sessions.revoke_all(user_id, now)
            # Also those that an earlier try ended and could not forbid.
            ended = await self._ended_since(user_id, now - self.lifetimes.access)
        await forbid_sessions(self.revoked_sessions, ended, self.clock, self.lifetimes)
        return entry

    async def _ended_since(self, user_id: UserId, since: datetime) -> list[SessionId]:
        ended: list[SessionId] = []
        after: SessionId | None = None
        while sessions := await self.sessions.of(user_id, MAX_PAGE, after):
            ended += [each.id for each in sessions if each.revoked_at and each.revoked_at >= since]
            after = sessions[-1].id
        return ended

    async def _check(self, user: User, *, by: UserId) -> None:
        found = await self.trades.obstacles(user.id)
        if user.suspended and by == user.id:
            found.add(CloseObstacle.SUSPENDED)
        if Role.ADMIN in user.roles:
            admins = await self.recipients.admins()
            if all(admin.user_id == user.id for admin in admins):
                found.add(CloseObstacle.ONLY_ADMIN)
        if found:
            raise AccountNeeded(because=tuple(sorted(found)))
