"""Create a webhook endpoint."""

from collections.abc import Collection
from dataclasses import dataclass, field

from ...ports.audit_log import AuditLog
from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.audit import Act, AuditAction, Reason, Target, parse_reason
from ...ports.language.errors import EmailNotProven, InvalidText, TooManyEndpoints
from ...ports.language.ids import WebhookEndpointId
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.language.webhook_endpoints import WebhookEndpoint
from ...ports.transaction import Transaction
from ...ports.users import Users, open_user
from ...ports.webhook_endpoints import WebhookEndpoints
from ...ports.webhook_sender import WebhookSender
from .chosen_kinds import check_kinds
from .endpoint_urls import check_endpoint_url
from .webhook_rules import WebhookRules


@dataclass(frozen=True, slots=True)
class CreateEndpoint:
    """A user registers where events are sent that concern them.

    The URL must be public: the exchange would otherwise make requests into its own network for
    anybody. It is checked here for the user's sake, and again at every attempt. An admin may
    register an endpoint that gets the events of all users; the audit log has why.
    """

    transaction: Transaction
    users: Users
    endpoints: WebhookEndpoints
    sender: WebhookSender
    audit_log: AuditLog
    clock: Clock
    ids: Ids
    rules: WebhookRules = field(repr=False)

    async def __call__(self, actor: Actor, *, url: str, kinds: Collection[str]) -> WebhookEndpoint:
        """Return the new endpoint.

        Raises InvalidText, EmailNotProven, TooManyEndpoints, AccountClosed.
        """
        return await self._create(actor, url, kinds, None)

    async def of_everything(
        self, actor: Actor, *, url: str, kinds: Collection[str], reason: str
    ) -> WebhookEndpoint:
        """Return a new endpoint for the events of all users.

        Raises Forbidden, InvalidText, EmailNotProven, TooManyEndpoints, AccountClosed.
        """
        check_role(actor, Role.ADMIN, "get the events of all users")
        return await self._create(actor, url, kinds, parse_reason(reason))

    async def _create(
        self, actor: Actor, url: str, kinds: Collection[str], why: Reason | None
    ) -> WebhookEndpoint:
        endpoint = WebhookEndpoint(
            id=WebhookEndpointId(self.ids.new()),
            owner_id=actor.user_id,
            url=check_endpoint_url(url, anywhere=self.rules.anywhere),
            kinds=check_kinds(kinds, everything=why is not None),
            created_at=self.clock.now(),
            everything=why is not None,
        )
        async with self.transaction():
            await self._check_room(actor)
        if problem := await self.sender.problem_with(url):
            raise InvalidText(field="url", problem=problem)
        async with self.transaction():
            await self._check_room(actor)
            await self.endpoints.add(endpoint)
            if why is not None:
                await self.audit_log.add(
                    Act(
                        actor_id=actor.user_id,
                        token_id=actor.token_id,
                        action=AuditAction.WEBHOOK_ENDPOINT_CREATED,
                        target=Target.user(actor.user_id),
                        reason=why,
                        facts={
                            "endpoint_id": str(endpoint.id),
                            "kinds": endpoint.kinds,
                        },
                    )
                )
        return endpoint

    async def _check_room(self, actor: Actor) -> None:
        """Check that the user may have another endpoint. Locks the number.

        Raises EmailNotProven: who has the email may get the account, and not what is sent here.
        Raises TooManyEndpoints, AccountClosed.
        """
        if not (await open_user(self.users, actor.user_id)).email_proven:
            raise EmailNotProven
        limit = self.rules.max_endpoints
        if await self.endpoints.lock(actor.user_id) >= limit:
            raise TooManyEndpoints(limit=limit)
