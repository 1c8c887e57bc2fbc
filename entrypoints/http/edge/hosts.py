"""The host names that the server accepts."""

import re

from litestar.exceptions import ClientException
from litestar.types import Scope

from .headers import header


class AllowedHosts:
    """The allowed host names.

    `patterns` are names, such as `example.com`, or all names below one, such as `*.example.com`.
    """

    def __init__(self, patterns: tuple[str, ...]) -> None:
        names = "|".join(map(_expression, patterns))
        self._allowed = re.compile(f"(?:{names})(?::[0-9]+)?", re.IGNORECASE | re.ASCII)

    def check(self, scope: Scope) -> None:
        """Raise ClientException if the request's Host header is not allowed."""
        host = header(scope, b"host")
        if not host:
            raise ClientException("send a Host header")
        if not self._allowed.fullmatch(host):
            raise ClientException("this host name is not allowed")


def _expression(pattern: str) -> str:
    if pattern == "*":
        return ".+"  # also [::1], which is not a name
    return re.escape(pattern).replace(r"\*", r"[\w.-]+")
