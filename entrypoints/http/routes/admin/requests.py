"""Requests that the process with the matching engine carries out."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

import msgspec
from litestar import Response
from litestar.status_codes import HTTP_200_OK, HTTP_202_ACCEPTED

from .....composition.application import Application
from .....ports.language.audit import AuditAction, AuditEntry, Fact
from .....ports.language.ids import AuditEntryId
from ...edge.idempotency import once, request_key
from ...edge.json_body import JsonRequest
from ...openapi.documented import Responses, success

PATIENCE = timedelta(seconds=3)
"""How long a response waits for the outcome."""


class RequestState(StrEnum):
    """The state of a request."""

    WAITING = "waiting"
    """It is stored, and will be carried out."""
    CARRIED_OUT = "carried_out"
    NOT_CARRIED_OUT = "not_carried_out"
    """The situation had changed; `facts` say how."""


class RequestView(msgspec.Struct, frozen=True):
    """A request and its outcome. `id` is its entry in the audit log."""

    id: UUID
    state: RequestState
    facts: dict[str, Fact]


class _Asked(msgspec.Struct, frozen=True):
    id: UUID


def request_responses(facts: dict[str, Fact]) -> Responses:
    """Return the documentation of both responses, with the facts of a success."""
    entry_id = "01890a5e-2c11-7b1c-9c1e-3f5f1f7f3c11"
    done = {"id": entry_id, "state": "carried_out", "facts": facts}
    waiting = {"id": entry_id, "state": "waiting", "facts": {}}
    return success(200, RequestView, done) | success(202, RequestView, waiting)


async def carried_out(
    request: JsonRequest,
    application: Application,
    idempotency_key: str | None,
    ask: Callable[[], Awaitable[AuditEntry]],
) -> Response[RequestView]:
    """Store a request with `ask`, and respond with its outcome: 200, or 202 if it is not known yet.

    If the idempotency key is repeated, the request is not stored again, and the response has the
    current outcome. Raises IdempotencyKeyReused and what `ask` raises.
    """

    async def run() -> _Asked:
        return _Asked((await ask()).id)

    asked = await once(request, application, await request_key(request, idempotency_key), run)
    entry_id = AuditEntryId(_entry_id(asked))
    outcome = await application.operations.await_outcome(entry_id, PATIENCE)
    return Response(
        _view(entry_id, outcome),
        status_code=HTTP_202_ACCEPTED if outcome is None else HTTP_200_OK,
        headers=asked.headers,
    )


def _entry_id(asked: Response[_Asked | bytes]) -> UUID:
    content = asked.content
    if isinstance(content, bytes):
        return msgspec.json.decode(content, type=_Asked).id
    return content.id


def _view(entry_id: AuditEntryId, outcome: AuditEntry | None) -> RequestView:
    if outcome is None:
        return RequestView(entry_id, RequestState.WAITING, {})
    done = outcome.act.action is AuditAction.CARRIED_OUT
    state = RequestState.CARRIED_OUT if done else RequestState.NOT_CARRIED_OUT
    return RequestView(entry_id, state, dict(outcome.act.facts))
