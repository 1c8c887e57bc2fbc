"""What API keys may call. A route without one of these takes no key, but a signed-in user."""

from typing import Any

from litestar.types import Scope

from ....ports.language.api_tokens import Caller, KeyScope

_READS, _CHANGES = "key_scope_of_reads", "key_scope_of_changes"

FOR_READERS = {_READS: KeyScope.READ}
"""The `opt` of routes that show something: a key needs `read` for a GET. It may change nothing."""
FOR_TRADERS = {_READS: KeyScope.READ, _CHANGES: KeyScope.TRADE}
"""The `opt` of routes of the trade: a key needs `read` for a GET, and `trade` for all else."""
FOR_ADMINS = {_READS: KeyScope.ADMIN, _CHANGES: KeyScope.ADMIN}
"""The `opt` of routes of admins: a key needs `admin`."""
FOR_NO_KEY = {_READS: None, _CHANGES: None}
"""The `opt` of a route that takes no key, among others that do."""


def key_scope(opt: dict[str, Any], method: str) -> KeyScope | None:
    """Return what an API key needs for a route, or None if no key may call it."""
    scope: KeyScope | None = opt.get(_READS if method in ("GET", "HEAD") else _CHANGES)
    return scope


def check_key(caller: Caller, scope: Scope) -> None:
    """Raise Forbidden if the caller is a program whose API key may not call the route."""
    method: str = scope["method"]  # type: ignore[typeddict-item]  # it is HTTP
    caller.check_may(
        f"{method} {scope['path_template']}", key_scope(scope["route_handler"].opt, method)
    )
