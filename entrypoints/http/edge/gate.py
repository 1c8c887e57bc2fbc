"""The checks that every request passes before its route."""

from asyncio import get_running_loop
from collections.abc import Callable

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from ....ports.language.api_tokens import Caller
from ....ports.language.errors import InvalidToken
from ....ports.language.traces import work_for
from ....ports.language.users import Actor
from ..behind import Behind
from .bearer import bearer_token
from .costs import COSTLY, HEALTH, LONG, cost_at_entrance, cost_of
from .headers import header
from .key_scopes import check_key

_LONGEST = 60.0
"""Seconds for which a long request keeps its place at most."""


class Gate:
    """Checks the host, the rate limits and the access token of a request, and bounds how many
    costly ones run at the same time.

    It is one middleware, because each middleware costs as much time as all of these checks.
    """

    def __init__(self, app: ASGIApp, *, behind: Callable[[], Behind]) -> None:
        self._app = app
        self._behind = behind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the route, with the actor as `user` and the session as `auth`.

        The limit of the address comes first, so that invalid tokens are counted too. A token of it
        was taken at the entrance. Raises
        ClientException, RateLimited, InvalidToken, Forbidden, Unavailable.
        """
        behind = self._behind()
        if not scope["path"].startswith(HEALTH):  # a kubelet or a load balancer names an address
            behind.hosts.check(scope)
        if scope["type"] == ScopeType.HTTP:
            cost = cost_of(scope)
            if cost > (paid := cost_at_entrance(scope)):
                await behind.limits.take_rest_for_address(scope, cost - paid)
            if _needs_token(scope):
                caller, actor = await _authenticated(behind, scope)
                await behind.limits.take_for_user(actor, cost)
                check_key(caller, scope)
                if LONG in scope["route_handler"].opt:
                    await self._export(behind, actor, scope, receive, send)
                    return
            # A body may arrive slowly, so a request with one must not keep a place meanwhile.
            if cost >= COSTLY and scope["method"] == "GET":
                await self._in_turn(behind, scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _in_turn(self, behind: Behind, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the route in a place, which is left when the answer is ready.

        A client may read it slowly. Raises RateLimited.
        """
        async with behind.places.taken(behind.limits.owner_of(scope)) as leave:

            async def leave_and_send(message: Message) -> None:
                leave()
                await send(message)

            await self._app(scope, receive, leave_and_send)

    async def _export(
        self, behind: Behind, actor: Actor, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Call the route in the only place of its user, until all of the answer is read.

        The place is left when the last message is sent or the client disconnects. A client who
        reads slowly keeps it only for a while: then it is the client who takes so long, not the
        exchange. Raises RateLimited.
        """
        async with behind.exports.taken(str(actor.user_id)) as leave:
            await behind.limits.take_for_export(actor)
            late = get_running_loop().call_later(_LONGEST, leave)

            async def send_and_leave(message: Message) -> None:
                if message["type"] == "http.response.body" and not message.get("more_body"):
                    leave()  # everything is read
                await send(message)

            try:
                await self._app(scope, receive, send_and_leave)
            finally:
                late.cancel()


async def _authenticated(behind: Behind, scope: Scope) -> tuple[Caller, Actor]:
    """Return who makes a request, and the user. Raises InvalidToken, Unavailable, and RateLimited
    after too many wrong API keys.
    """
    token = bearer_token(scope)
    try:
        caller = await behind.application.users.authenticate_caller(token)
        if caller.actor is None:
            raise InvalidToken(problem="a service's")
    except InvalidToken:
        await behind.limits.take_for_wrong_token(scope, token)
        raise
    scope["user"], scope["auth"] = caller.actor, caller.session_id
    work_for(str(caller.actor.user_id))
    return caller, caller.actor


def _needs_token(scope: Scope) -> bool:
    """Whether a request must have a valid token. An optional token must be valid if it is given."""
    opt = scope["route_handler"].opt
    if opt.get("exclude_from_auth"):
        return False
    if scope["method"] == "OPTIONS":  # type: ignore[typeddict-item]  # it is HTTP
        return False
    return "auth_is_optional" not in opt or header(scope, b"authorization") is not None
