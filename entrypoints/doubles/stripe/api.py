"""Stripe's API over HTTP: keys, parameters, headers and failures on demand."""

import base64
import binascii
import re

from .answers import Answer, refusal, server_error
from .double import StripeDouble, new_request_id
from .errors import ApiError
from .faults import Fault, error_of
from .form import decoded
from .http import Receive, Scope, Send, body_of, drop, header, say_nothing, send_json
from .idempotency import check_key, in_use
from .state import API_VERSION

_KEY = re.compile(r"(?:sk|rk)_test_[0-9A-Za-z_]{1,200}")


class Api:
    """Answers the calls under /v1/."""

    def __init__(self, double: StripeDouble, key: str | None) -> None:
        """`key` is the only valid API key; without it, all keys of test mode are."""
        self._double = double
        self._key = key
        self._under_way: set[tuple[str, str]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, or do what its fault demands. Raises BrokenOff."""
        request = new_request_id()
        key = header(scope, "idempotency-key") if scope["method"] == "POST" else ""
        fault: Fault | None = None
        try:
            form = await self._form(scope, receive)
            fault = self._double.faults.take(scope["method"], scope["path"])
            if fault is not None and fault.when == "before":
                await self._fail(fault, scope, receive)
            answer = await self._performed(scope, form, request, key, fault)
        except ApiError as error:
            answer = refusal(error)
        if fault is not None and fault.when == "after" and fault.kind != "server_error":
            await self._fail(fault, scope, receive)
        await send_json(send, answer.status, answer.body, _headers(answer, request, key, scope))

    async def _form(self, scope: Scope, receive: Receive) -> dict[str, object]:
        _check_api_key(scope, self._key)
        version = header(scope, "stripe-version")
        if version not in ("", API_VERSION):
            raise ApiError(f"Invalid Stripe API version: {version}. The double has {API_VERSION}.")
        body = await body_of(receive)
        if scope["method"] == "GET":
            return decoded(scope["query_string"])
        kind = header(scope, "content-type").partition(";")[0]
        if body and kind != "application/x-www-form-urlencoded":
            raise ApiError(f"Invalid request: the content type {kind!r} is not supported.")
        check_key(header(scope, "idempotency-key"))
        return decoded(body or scope["query_string"])

    async def _performed(
        self,
        scope: Scope,
        form: dict[str, object],
        request: str,
        key: str,
        fault: Fault | None,
    ) -> Answer:
        account = header(scope, "stripe-account")
        if (account, key) in self._under_way:
            raise in_use(key)
        if key:
            self._under_way.add((account, key))
        try:
            if fault is not None and fault.kind == "hold":
                await self._double.faults.hold()
            answer = await self._double.perform(
                scope["method"],
                scope["path"],
                form,
                request=request,
                account=account,
                key=key,
                failure=fault is not None and fault.kind == "server_error",
            )
        except OSError:
            return refusal(server_error())
        finally:
            self._under_way.discard((account, key))
        return answer

    async def _fail(self, fault: Fault, scope: Scope, receive: Receive) -> None:
        match fault.kind:
            case "hold":
                pass  # while the key is in use
            case "timeout":
                await say_nothing(receive)
            case "reset":
                await drop(scope, receive)
            case kind:
                raise error_of(kind)


def _headers(answer: Answer, request: str, key: str, scope: Scope) -> dict[str, str]:
    headers = {"request-id": request, "stripe-version": API_VERSION, **answer.headers}
    if key:
        headers["idempotency-key"] = key
        headers.setdefault("original-request", request)
    if account := header(scope, "stripe-account"):
        headers["stripe-account"] = account
    if answer.status == 401:
        headers["www-authenticate"] = 'Basic realm="Stripe"'
    return headers


def _check_api_key(scope: Scope, only: str | None) -> None:
    kind, _, given = header(scope, "authorization").partition(" ")
    if kind.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            given = ""
    if not given:
        raise ApiError(
            "You did not provide an API key. You need to provide your API key in the Authorization "
            "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            status=401,
        )
    if given != only if only is not None else _KEY.fullmatch(given) is None:
        shown = f"{given[:8]}{'*' * max(0, len(given) - 12)}{given[-4:]}"
        raise ApiError(f"Invalid API Key provided: {shown}", status=401)
