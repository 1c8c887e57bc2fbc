"""Idempotency keys: a POST that is sent again has its effect once and gets the same answer.

Every POST takes an `Idempotency-Key` but those that sign in and the webhook, which has the
provider's event id. The key is the client's name for the request: the same key with another body
is refused. What is refused changed nothing and is not remembered, so it may be tried again.
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
from .request_checks import takes_body

KeyHeader: TypeAlias = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern="^[\x20-\x7e]+$",
        description="Your own name for this request, such as a fresh UUID. Sent again with the "
        "same body it has no second effect and gets the first answer; with another body it is "
        "refused.",
    ),
]

REPLAYED = "Idempotent-Replayed"
"""The header of an answer that was given before."""

ANONYMOUS = UserId(UUID(int=0))
"""Whose the keys are of somebody who is not signed in."""


class _Answer(msgspec.Struct):
    status: int
    body: msgspec.Raw


async def request_key(
    request: JsonRequest, key: str | None, *, body: bytes | None = None
) -> IdempotencyKey | None:
    """Return the key of a request, if it has one.

    What makes it the same request is its path and its body, or `body` where that may not be kept
    even as a hash.
    """
    if key is None:
        return None
    if body is None:
        body = await request.body() if takes_body(request.route_handler) else b""
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
    """Return the answer that `run` gives, or the one that the key was given before.

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
