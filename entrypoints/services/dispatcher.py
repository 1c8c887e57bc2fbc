"""Carries out one call, over whatever transport it came."""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from http import HTTPStatus
from time import perf_counter
from typing import Any, TypeVar

import msgspec
from litestar.exceptions import HTTPException, ValidationException

from ...composition.application import Application
from ...composition.new_traces import new_trace
from ...config.http import HttpSettings
from ...core.users.credential_limits import CredentialLimits
from ...core.users.token_texts import PREFIX
from ...ports.language.api_tokens import Caller
from ...ports.language.errors import (
    Forbidden,
    InvalidToken,
    QueueFull,
    Refusal,
    Unavailable,
)
from ...ports.language.idempotency import IdempotencyKey
from ...ports.language.ids import UserId, parse_id
from ...ports.language.rate_limits import RateLimit
from ...ports.language.spans import SpanKind
from ...ports.language.traces import Trace, parsed_trace, within, work_for
from ...ports.language.tracing import begin, span
from ...ports.tracer import Span
from ..http.edge.idempotency import ANONYMOUS
from ..http.edge.json_body import decode_strictly, wrong_field
from ..http.edge.json_text import canonical
from ..http.edge.problems import problem_of
from ..http.edge.rate_limiting import bucket_of
from ..http.edge.request_lines import RequestLines
from ..logs import REQUESTS
from .rpc import Context, Key, Rpc, Who

_log = logging.getLogger("solebook.services")
_requests = logging.getLogger(REQUESTS)

T = TypeVar("T")

_LONGEST_KEY = 200
_MOST_CALLS = 1_000
"""How many calls a process carries out at once. More are refused."""
_MOST_SECONDS = 30.0
"""How long a call may take at most, and how long one may take that does not say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a caller sends besides the request."""

    token: str | None = field(default=None, repr=False)
    acting_for: str | None = None
    """The id of the user for whom a service acts."""
    key: str | None = None
    """The idempotency key."""
    seconds: float | None = None
    """How long the caller waits from now on."""
    traceparent: str | None = None
    """Where in a trace it is called. It counts if a service calls."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The response in JSON, or the problem in JSON if its `status` is not 200.

    The status and the problem are the same as over HTTP.
    """

    status: int
    body: bytes
    detail: str = ""
    replayed: bool = False
    """Whether it repeats an earlier answer to the same idempotency key."""

    @property
    def is_problem(self) -> bool:
        """Whether the call was refused or failed."""
        return self.status != HTTPStatus.OK


class Dispatcher:
    """Decodes, authorises and carries out calls, and turns refusals into problems."""

    def __init__(self, application: Application, settings: HttpSettings | None = None) -> None:
        self._application = application
        self._settings = settings or HttpSettings()
        self._credential_limits = CredentialLimits(
            application.adapters.rate_limits,
            self._settings.credentials_limit,
            self._settings.email_limit,
        )
        self._under_way: set[asyncio.Task[Answer]] = set()
        self._lines = RequestLines()

    async def __call__(self, rpc: Rpc, body: bytes, call: Call) -> Answer:
        """Carry out a call within its time. It raises nothing.

        A call whose time is over before it begins does nothing. One whose time ends meanwhile is
        carried out to its end, although nobody waits for the answer: what was begun is never left
        half done, and its outcome is learned by repeating it.
        """
        seconds = _MOST_SECONDS if call.seconds is None else min(call.seconds, _MOST_SECONDS)
        if seconds <= 0:
            return _TOO_LATE
        if len(self._under_way) >= _MOST_CALLS:
            return _refused(QueueFull(what="the queue of calls", retry_after=1))
        task = asyncio.create_task(self._answer(rpc, body, call))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        done, _ = await asyncio.wait((task,), timeout=seconds)
        return task.result() if done else _TOO_LATE

    async def finish(self) -> None:
        """Wait for calls that nobody waits for any more."""
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def _answer(self, rpc: Rpc, body: bytes, call: Call) -> Answer:
        new, begun = new_trace(), perf_counter()
        with within(new):
            caller = await self._tried(rpc, self._authorised(rpc, call))
        # Of a program's token, which staff issue. Whoever else could name a trace could put a call
        # into one of others.
        is_service = isinstance(caller, Caller) and caller.is_service
        given = parsed_trace(call.traceparent) if is_service else None
        with within(given or new), _recorded(rpc.name, new, given) as seen:
            if isinstance(caller, Answer):
                answer = caller
            else:
                answer = await self._tried(rpc, self._carry_out(rpc, body, call, caller))
            seen.tell(status=answer.status)
            took = perf_counter() - begun
            self._application.adapters.measurements.request("RPC", rpc.name, answer.status, took)
            self._log(rpc, answer, took)
        return answer

    def _log(self, rpc: Rpc, answer: Answer, seconds: float) -> None:
        has_failed = answer.status >= HTTPStatus.BAD_REQUEST
        if _requests.isEnabledFor(logging.INFO) and self._lines.may_log("", has_failed=has_failed):
            took = seconds * 1_000
            facts = {
                "method": "RPC",
                "route": rpc.name,
                "status": answer.status,
                "duration_ms": round(took, 1),
                "bytes": len(answer.body),
            }
            if left_out := self._lines.take_left_out():
                facts["requests_left_out"] = left_out
            _requests.info("%s %d in %.1f ms", rpc.name, answer.status, took, extra=facts)

    async def _tried(self, rpc: Rpc, work: Awaitable[T]) -> T | Answer:
        """Return the outcome of a part of a call, or the problem that ended it."""
        try:
            return await work
        except (Refusal, HTTPException) as error:
            return _refused(error)
        except Exception:  # noqa: BLE001  # the caller learns nothing of a bug
            _log.exception("%s failed", rpc.name)
            return _FAILED

    async def _carry_out(self, rpc: Rpc, body: bytes, call: Call, caller: Caller) -> Answer:
        if caller.actor is not None:
            work_for(str(caller.actor.user_id))
        request = decoded(rpc, body)
        key = _key(rpc, call.key, caller, body)
        context = Context(self._application, caller, key, self._credential_limits)

        async def run() -> bytes:
            return msgspec.json.encode(await rpc.run(context, request))

        if key is None or rpc.key is not Key.ANSWER:
            return Answer(HTTPStatus.OK, await run())
        answered = await self._application.operations.answer_once(key, run)
        return Answer(HTTPStatus.OK, answered.answer, replayed=answered.replayed)

    async def _authorised(self, rpc: Rpc, call: Call) -> Caller:
        """Return the caller. Raises InvalidToken, Forbidden, NotFound, RateLimited, Unavailable."""
        if not call.token:
            raise InvalidToken(problem="missing")
        acting_for = _user_id(call.acting_for)
        try:
            caller = await self._application.users.authenticate_caller(
                call.token, acting_for=acting_for
            )
        except InvalidToken:
            if call.token.startswith(PREFIX):
                # Where a call comes from is not known. Right tokens need nothing of this bucket.
                await self._take("wrong-key:services", self._settings.credentials_limit)
            raise
        if caller.actor is not None and not caller.is_service:
            # The same buckets as those of requests over HTTP.
            settings = self._settings
            await self._take(
                *bucket_of(
                    caller.actor, user_limit=settings.user_limit, key_limit=settings.key_limit
                )
            )
        caller.check_may(rpc.name, rpc.key_scope)
        check_who(rpc, caller)
        return caller

    async def _take(self, bucket: str, limit: RateLimit) -> None:
        """Take from a bucket, if there are any. Raises RateLimited."""
        try:
            await self._application.adapters.rate_limits.take(bucket, limit)
        except Unavailable as error:
            _log.warning("%s", error)  # no limits for a while are better than no trading


def _recorded(name: str, new: Trace, given: Trace | None) -> AbstractContextManager[Span]:
    """Return the span of a call, in a new trace or in the one that was given."""
    return begin(name, new, SpanKind.SERVER) if given is None else span(name, SpanKind.SERVER)


def check_who(rpc: Rpc, caller: Caller) -> None:
    """Raise Forbidden unless the caller is of the kind that a call wants, with a role."""
    actor = caller.actor
    if (rpc.who is Who.SERVICE and not caller.is_service) or (
        rpc.who is Who.USER and actor is None
    ):
        raise Forbidden(action=f"call {rpc.name}", needs=rpc.who.value)
    if rpc.roles and (actor is None or not actor.roles & rpc.roles):
        raise Forbidden(action=f"call {rpc.name}", needs=" or ".join(sorted(rpc.roles)))


def decoded(rpc: Rpc, body: bytes) -> Any:
    """Return the request of a call. Raises ValidationException."""
    try:
        return decode_strictly(msgspec.json.Decoder(rpc.request), body or b"{}")
    except msgspec.ValidationError as error:
        wrong = wrong_field(error, rpc.request)
        raise ValidationException(detail="the request is wrong", extra=[wrong]) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        wrong = {"key": "", "message": "the request cannot be decoded", "source": "body"}
        raise ValidationException(detail=wrong["message"], extra=[wrong]) from error


def _user_id(text: str | None) -> UserId | None:
    if text is None:
        return None
    try:
        return UserId(parse_id(text))
    except ValueError as error:
        raise _wrong_header("acting-for", "is not an id") from error


def _key(rpc: Rpc, key: str | None, caller: Caller, body: bytes) -> IdempotencyKey | None:
    if key is None:
        return None
    if rpc.key is Key.NONE:
        raise _wrong_header("idempotency-key", "is not taken by this call")
    if not (1 <= len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()):
        raise _wrong_header("idempotency-key", f"is not 1 to {_LONGEST_KEY} visible characters")
    return IdempotencyKey(
        user_id=ANONYMOUS if caller.actor is None else caller.actor.user_id,
        scope=rpc.name,
        key=key,
        fingerprint=hashlib.sha256(
            rpc.name.encode() + b"\0" + canonical(body or b"{}")
        ).hexdigest(),
    )


def _wrong_header(name: str, problem: str) -> ValidationException:
    wrong = {"key": name, "message": problem, "source": "header"}
    return ValidationException(detail=f"{name} {problem}", extra=[wrong])


def _refused(error: Refusal | HTTPException) -> Answer:
    problem = problem_of(error)
    return Answer(problem["status"], msgspec.json.encode(problem), problem["detail"])


def _plain(kind: str, status: HTTPStatus, detail: str) -> Answer:
    problem = {"type": kind, "title": status.phrase, "status": status, "detail": detail}
    return Answer(status, msgspec.json.encode(problem), detail)


_TOO_LATE = _plain(
    "/problems/deadline-exceeded",
    HTTPStatus.GATEWAY_TIMEOUT,
    "the time of the call is over; it may have been carried out, so repeat it to learn that",
)
ANSWER_TOO_LARGE = _plain(
    "about:blank",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "the call was carried out, and its answer is larger than a message can be: ask for less",
)
_FAILED = _plain("about:blank", HTTPStatus.INTERNAL_SERVER_ERROR, "internal error; it was logged")

Serve = Callable[[Rpc, bytes, Call], Awaitable[Answer]]
"""What a transport calls: a Dispatcher."""
