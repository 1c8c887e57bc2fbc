"""The roles that a route requires. Use cases check who owns an object."""

from dataclasses import dataclass
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from ....ports.language.errors import Forbidden
from ....ports.language.users import Actor, Role


@dataclass(frozen=True)
class RoleGuard:
    """Allows actors with at least one of the roles."""

    roles: frozenset[Role]

    async def __call__(
        self, connection: ASGIConnection[Any, Actor, Any, Any], handler: BaseRouteHandler
    ) -> None:
        """Raise Forbidden for all others."""
        if connection.scope["method"] == "OPTIONS":  # type: ignore[typeddict-item]  # it is HTTP
            return  # it only lists the methods of a path, without authentication
        if not connection.user.roles & self.roles:
            raise Forbidden(
                action=handler.handler_name.replace("_", " "),
                needs=" or ".join(sorted(self.roles)),
            )


def requires(*roles: Role) -> RoleGuard:
    """Return the guard of a route that requires one of `roles`."""
    return RoleGuard(frozenset(roles))
