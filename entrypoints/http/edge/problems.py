"""The HTTP status of each refusal, and the conversion of errors to RFC 9457 problems.

400 means that the request does not have the documented shape. 422 means that the shape is right,
but the market never accepts it. 409 means that it conflicts with the current state.
"""

import logging
import math
import re
from http import HTTPStatus
from typing import Any, TypeAlias

import msgspec
from litestar import Request
from litestar.enums import ParamType
from litestar.exceptions import HTTPException, ValidationException

from ....ports.language import errors
from ....ports.language.errors import Refusal
from .json_response import JsonResponse
from .known_words import shortened, with_known_words

AnyRequest: TypeAlias = Request[Any, Any, Any]
ProblemResponse: TypeAlias = JsonResponse[dict[str, Any]]

_log = logging.getLogger("solebook.http")

PROBLEM_JSON = "application/problem+json"
"""The media type of every error response."""

STATUS: dict[type[Refusal], int] = {
    # input
    errors.InvalidSize: 422,
    errors.InvalidText: 422,
    errors.EmptySpan: 422,
    errors.OutOfRange: 422,
    errors.OutsideTick: 422,
    errors.SizeNotOffered: 422,
    errors.InvalidPhoto: 422,
    errors.InvalidVerdict: 422,
    errors.InvalidDecision: 422,
    errors.IdempotencyKeyReused: 422,
    errors.PayoutDeclined: 422,
    errors.RefundDeclined: 422,
    errors.ChargeDeclined: 402,
    errors.CardRefused: 402,
    errors.InvalidSignature: 400,
    # finding and permission
    errors.WrongCredentials: 401,
    errors.InvalidToken: 401,
    errors.Forbidden: 403,
    errors.TradingSuspended: 403,
    errors.TradingBarred: 403,
    errors.BiddingBarred: 403,
    errors.PartyToTheOrder: 403,
    errors.NotFound: 404,
    errors.NoSuchCardSetup: 404,
    errors.ChallengeNotMet: 410,
    # conflicts with the current state
    errors.Outdated: 409,
    errors.EmailTaken: 409,
    errors.AccountNeeded: 409,
    errors.AccountClosed: 409,
    errors.EmailNotProven: 409,
    errors.NoPhone: 409,
    errors.TooManyAddresses: 409,
    errors.TooManyPaymentMethods: 409,
    errors.LastCardInUse: 409,
    errors.TooManyAlerts: 409,
    errors.TooManyEndpoints: 409,
    errors.TooManyApiKeys: 409,
    errors.EndpointDisabled: 409,
    errors.TooManyWaiting: 409,
    errors.AlertExists: 409,
    errors.StyleCodeTaken: 409,
    errors.AlreadyReserved: 409,
    errors.PaymentMethodMissing: 409,
    errors.AddressMissing: 409,
    errors.PayoutAccountMissing: 409,
    errors.PayoutAccountUnusable: 409,
    errors.TooManyOpenQuotes: 409,
    errors.TooManyUnpaidOrders: 409,
    errors.BookHalted: 409,
    errors.HaltEnded: 409,
    errors.SelfTrade: 409,
    errors.NoCounterpart: 409,
    errors.QuoteNotActive: 409,
    errors.TooManySubscriptions: 409,
    errors.IllegalMove: 409,
    errors.TaskNotOpen: 409,
    errors.TaskClaimed: 409,
    errors.VerdictGiven: 409,
    errors.RebuildReplaced: 409,
    errors.AlarmClosed: 409,
    errors.PayoutStopped: 409,
    errors.PayoutNotOpen: 409,
    errors.NoShortfall: 409,
    errors.NothingInSuspense: 409,
    errors.MoneyDisputed: 409,
    errors.NoFailedRefund: 409,
    errors.WebhookNotKept: 404,
    errors.DisputeNotOpen: 409,
    errors.BeyondDebt: 409,
    errors.ComplaintTooLate: 409,
    # capacity
    errors.RateLimited: 429,
    errors.QueueFull: 503,
    errors.Overloaded: 503,
    errors.CounterpartBusy: 503,
    errors.ShardLost: 503,
    errors.Unavailable: 503,
}
"""The HTTP status of each refusal."""

RENAMED = {"status": "current_status"}
"""Refusal fields whose names conflict with members of a problem."""

_DETAILS = {
    HTTPStatus.NOT_FOUND: "this path does not exist",
    HTTPStatus.METHOD_NOT_ALLOWED: "this path does not support this method",
}
_WAIT = {429, 503}
_MOST_FIELDS = 5
"""How many wrong fields a problem names, so that a refusal stays small."""
_MOST_DETAIL = 300
"""Bytes of each text that a refusal has of its own, in which the request may be quoted."""
_MISSING = re.compile(r"Missing required (?P<place>\w+) parameter '(?P<field>[\w-]+)'")


class FieldProblem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is wrong with one field of the request."""

    field: str
    message: str
    place: str = msgspec.field(name="in", default="")
    """Where the field is: body, query, header or path."""


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """An error (RFC 9457). `type` is stable. Some types have further members."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []
    """The fields that do not have the documented shape, if that is the problem."""


def problem_type(refusal: type[Refusal]) -> str:
    """Return the stable name of a refusal's type, such as `/problems/outside-tick`."""
    return "/problems/" + re.sub(r"(?<=.)(?=[A-Z])", "-", refusal.__name__).lower()


def problem_title(refusal: type[Refusal]) -> str:
    """Return the title of a refusal's type, such as `Outside tick`."""
    return re.sub(r"(?<=.)(?=[A-Z])", " ", refusal.__name__).capitalize()


_NAMES = {kind: (problem_type(kind), problem_title(kind)) for kind in STATUS}


def refusal_response(_: AnyRequest, refusal: Refusal) -> ProblemResponse:
    """Return the problem of a refusal, with its data as further members."""
    return problem_response(refusal)


def problem_response(refusal: Refusal) -> ProblemResponse:
    """Return the problem of a refusal, with its data as further members."""
    problem, facts = _refused(refusal)
    headers = {}
    if problem.status in _WAIT:
        headers["Retry-After"] = str(max(1, math.ceil(facts.get("retry_after", 1))))
    if problem.status == HTTPStatus.UNAUTHORIZED:
        invalid = ' error="invalid_token"' if isinstance(refusal, errors.InvalidToken) else ""
        headers["WWW-Authenticate"] = f"Bearer{invalid}"
    return _response(problem, facts, headers)


def http_response(request: AnyRequest, error: HTTPException) -> ProblemResponse:
    """Return the problem of a framework error, such as an unknown path or a malformed body."""
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return unexpected_response(request, error)
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.BAD_REQUEST:
        problem = _malformed(error, request)
    else:
        detail = _DETAILS.get(status) or shortened(error.detail, _MOST_DETAIL)
        if status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            limit = request.route_handler.resolve_request_max_body_size()
            detail = f"the body is larger than the maximum of {limit} bytes"
        problem = Problem("about:blank", status.phrase, status, detail)
    return _response(problem, {}, dict(error.headers or {}))


def problem_of(error: Refusal | HTTPException) -> dict[str, Any]:
    """Return the members of a problem that is sent inside another message.

    The error is a refusal or a malformed request.
    """
    problem, facts = _refused(error) if isinstance(error, Refusal) else (_malformed(error), {})
    return _members(problem, facts)


def nothing_here() -> ProblemResponse:
    """Return the problem of an unknown path."""
    status = HTTPStatus.NOT_FOUND
    return _response(Problem("about:blank", status.phrase, status, _DETAILS[status]), {}, {})


def unexpected_response(request: AnyRequest, error: Exception) -> ProblemResponse:
    """Log an unexpected error, and return a problem without details."""
    # Quoted, because a path may contain a line break.
    _log.error("%s %r failed", request.method, request.url.path, exc_info=error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    detail = "internal error; it was logged"
    return _response(Problem("about:blank", status.phrase, status, detail), {}, {})


def _refused(refusal: Refusal) -> tuple[Problem, dict[str, Any]]:
    """Return the problem of a refusal, and its data."""
    # An adapter may have kinds of its own, of which only it knows.
    kind = next(kind for kind in type(refusal).__mro__ if kind in STATUS)
    facts = {
        RENAMED.get(name, name): shortened(fact) if isinstance(fact, str) else fact
        for name, fact in refusal.data().items()
    }
    return Problem(*_NAMES[kind], STATUS[kind], shortened(str(refusal), _MOST_DETAIL)), facts


def _malformed(error: HTTPException, request: AnyRequest | None = None) -> Problem:
    """Return a 400 with the wrong fields, if the framework names them."""
    fields: list[FieldProblem] = []
    if missing := _MISSING.match(error.detail):
        fields = [FieldProblem(missing["field"], "is missing", missing["place"])]
    elif isinstance(error, ValidationException) and isinstance(error.extra, list):
        first = error.extra[:_MOST_FIELDS]
        fields = [_field(wrong, request) for wrong in first if isinstance(wrong, dict)]
    detail = "; ".join(f"{f.field}: {f.message}" if f.field else f.message for f in fields)
    detail = detail or shortened(error.detail, _MOST_DETAIL)
    return Problem("/problems/malformed-request", "Malformed request", 400, detail, fields)


def _field(wrong: dict[str, Any], request: AnyRequest | None) -> FieldProblem:
    name, message = str(wrong.get("key", "")), str(wrong.get("message", ""))
    place = str(getattr(source := wrong.get("source", ""), "value", source))
    if request is not None and place == ParamType.QUERY.value:
        parameters = request.route_handler.parsed_fn_signature.parameters
        if name in parameters:
            message = with_known_words(message, parameters[name].annotation)
    return FieldProblem(shortened(name), message, place)


def _members(problem: Problem, facts: dict[str, Any]) -> dict[str, Any]:
    return {**msgspec.to_builtins(problem), **facts}


def _response(problem: Problem, facts: dict[str, Any], headers: dict[str, str]) -> ProblemResponse:
    return JsonResponse(
        _members(problem, facts),
        status_code=problem.status,
        media_type=PROBLEM_JSON,
        headers=headers,
    )
