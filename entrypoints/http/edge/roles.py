"""Which roles a route asks for. Whose object it is, the use cases check."""

from dataclasses import dataclass
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from ....ports.language.errors import Forbidden
from ....ports.language.users import Actor, Role


@dataclass(frozen=True)
class RoleGuard:
    """Lets an actor pass who holds one of the roles."""

    roles: frozenset[Role]

    async def __call__(
        self, connection: ASGIConnection[Any, Actor, Any, Any], handler: BaseRouteHandler
    ) -> None:
        """Raise Forbidden for everybody else."""
        if connection.scope["method"] == "OPTIONS":  # type: ignore[typeddict-item]  # it is HTTP
            return  # which only tells the methods of a path, and asks nobody who they are
        if not connection.user.roles & self.roles:
            raise Forbidden(
                action=handler.handler_name.replace("_", " "),
                needs=" or ".join(sorted(self.roles)),
            )


def requires(*roles: Role) -> RoleGuard:
    """Return the guard of a route that only actors with one of `roles` may call."""
    return RoleGuard(frozenset(roles))
