"""Idempotency keys: a repeated POST has one effect and gets the same response.

Every POST takes an `Idempotency-Key`, except those that sign in and the webhook, which has the
provider's event id. The client chooses the key. The same key with a different body is refused. A
refused request changed nothing and is not stored, so it can be repeated.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeAlias
from uuid import UUID

import msgspec
from litestar.params import HeaderParameter

from ....composition.application import Application
from ....ports.language.idempotency import IdempotencyKey
from ....ports.language.ids import UserId
from ....ports.language.users import Actor
from .json_body import JsonRequest
from .json_response import JsonResponse
from .json_text import canonical
from .request_checks import takes_body

KeyHeader: TypeAlias = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern="^[\x20-\x7e]+$",
        description="A unique value that you choose for this request, such as a new UUID. "
        "Repeating the request with the same body has no second effect and returns the first "
        "response. A different body is refused.",
    ),
]

REPLAYED = "Idempotent-Replayed"
"""The header of a response that repeats an earlier one."""

ANONYMOUS = UserId(UUID(int=0))
"""The owner of the keys of anonymous requests."""


class _Answer(msgspec.Struct):
    status: int
    body: msgspec.Raw


async def request_key(request: JsonRequest, key: str | None) -> IdempotencyKey | None:
    """Return the key of a request, or None if it has none.

    Requests are the same if they have the same path and their bodies say the same.
    """
    if key is None:
        return None
    body = canonical(await request.body()) if takes_body(request.route_handler) else b""
    actor = request.scope.get("user")
    return IdempotencyKey(
        user_id=actor.user_id if isinstance(actor, Actor) else ANONYMOUS,
        scope=f"{request.method} {request.scope['path_template']}",
        key=key,
        fingerprint=hashlib.sha256(request.url.path.encode() + b"\0" + body).hexdigest(),
    )


async def once(
    request: JsonRequest,
    application: Application,
    key: IdempotencyKey | None,
    run: Callable[[], Awaitable[Any]],
) -> JsonResponse[Any]:
    """Return the response of `run`, or the stored response of the key.

    Raises IdempotencyKeyReused and what `run` raises.
    """
    if key is None:
        return JsonResponse(await run())
    status = request.route_handler.status_code

    async def encoded() -> bytes:
        body = msgspec.json.encode(await run())
        return msgspec.json.encode(_Answer(status, msgspec.Raw(body)))

    answered = await application.operations.answer_once(key, encoded)
    answer = msgspec.json.decode(answered.answer, type=_Answer)
    return JsonResponse(
        bytes(answer.body),
        status_code=answer.status,
        headers={REPLAYED: "true"} if answered.replayed else None,
    )
