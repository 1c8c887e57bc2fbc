"""Which names the server answers to."""

import re

from litestar.enums import ScopeType
from litestar.exceptions import ClientException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send


class AllowedHosts(ASGIMiddleware):
    """Refuses a request whose Host header is none of the deployment's.

    `patterns` are names, such as `example.com`, or all names below one, such as `*.example.com`.
    """

    scopes = (ScopeType.HTTP, ScopeType.WEBSOCKET)

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self._allowed = re.compile("|".join(map(_expression, patterns)), re.IGNORECASE | re.ASCII)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Raise ClientException for a strange host."""
        header = next((value for name, value in scope["headers"] if name == b"host"), b"")
        name = re.sub(r":[0-9]+\Z", "", header.decode("latin-1"))
        if not self._allowed.fullmatch(name):
            raise ClientException("this server does not answer to that host name")
        await next_app(scope, receive, send)


def _expression(pattern: str) -> str:
    if pattern == "*":
        return ".+"  # also [::1], which is no name
    return re.escape(pattern).replace(r"\*", r"[\w.-]+")
