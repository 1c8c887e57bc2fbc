"""Which names the server answers to."""

import re

from litestar.exceptions import ClientException
from litestar.types import Scope

from .headers import header


class AllowedHosts:
    """The names of the deployment.

    `patterns` are names, such as `example.com`, or all names below one, such as `*.example.com`.
    """

    def __init__(self, patterns: tuple[str, ...]) -> None:
        names = "|".join(map(_expression, patterns))
        self._allowed = re.compile(f"(?:{names})(?::[0-9]+)?", re.IGNORECASE | re.ASCII)

    def check(self, scope: Scope) -> None:
        """Raise ClientException for a request whose Host header is none of them."""
        host = header(scope, b"host")
        if not host:
            raise ClientException("send a Host header")
        if not self._allowed.fullmatch(host):
            raise ClientException("this server does not answer to that host name")


def _expression(pattern: str) -> str:
    if pattern == "*":
        return ".+"  # also [::1], which is no name
    return re.escape(pattern).replace(r"\*", r"[\w.-]+")
