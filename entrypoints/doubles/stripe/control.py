"""The double's own paths under /_double/: failures, the clock, webhooks, and what others do."""

import json
from typing import Any
from urllib.parse import urlsplit

from .answers import refusal
from .double import StripeDouble
from .errors import ApiError
from .http import Receive, Scope, Send, body_of, redirect, send_json, send_page
from .machine import state_as_json
from .pages import authentication_page, checkout_page, onboarding_page, receipt_page

_PAGES = ("authenticate", "checkout", "onboarding", "receipts")


class Control:
    """Answers the calls under /_double/, which need no API key."""

    def __init__(self, double: StripeDouble) -> None:
        self._double = double

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        body = await body_of(receive)
        steps = scope["path"].removeprefix("/_double/").split("/")
        try:
            if scope["method"] == "GET" and steps[0] in _PAGES:
                await send_page(send, self._page(*steps[:2]))
            elif steps[-1] in ("passes", "fails", "completes", "restricts", "pays"):
                await redirect(send, await self._pressed(*steps))
            else:
                await send_json(send, *await self._answer(scope["method"], scope["path"], body))
        except ApiError as error:
            await send_json(send, error.status, refusal(error).body)

    async def _answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        double, form = self._double, as_form(body)
        match method, path.removeprefix("/_double/"):
            case "GET", "state":
                return 200, state_as_json(double.state)
            case "POST", "reset":
                double.reset(form.get("seed"))
                return 200, {}
            case "GET", "faults":
                return 200, double.faults.as_json()
            case "POST", "faults":
                double.faults.add(form)
                return 200, double.faults.as_json()
            case "DELETE", "faults":
                double.faults.clear()
                return 200, double.faults.as_json()
            case "POST", "release":
                double.faults.release()
                return 200, {}
            case "GET", "webhooks":
                return 200, double.webhooks.as_json()
            case "POST", "webhooks":
                double.webhooks.change(form)
                double.wake()
                return 200, double.webhooks.as_json()
            case _:
                answer = await double.perform(method, path, form)
                return answer.status, answer.body

    def _page(self, kind: str, ident: str = "") -> str:
        state = self._double.state
        if kind == "onboarding":
            return onboarding_page(state.get("account", ident))
        if kind == "receipts":
            return receipt_page(state.get("charge", ident))
        if kind == "checkout":
            return checkout_page(state.get("checkout.session", ident))
        is_payment = ident.startswith("pi_")
        return authentication_page(
            state.get("payment_intent" if is_payment else "setup_intent", ident)
        )

    async def _pressed(self, kind: str, ident: str, *rest: str) -> str:
        """Do what the button of a page says, and return where the browser goes next."""
        double = self._double
        if kind == "authenticate":
            form = {"passes": str(rest[-1] == "passes").lower()}
            answer = await double.perform("POST", f"/_double/authenticate/{ident}", form)
        elif kind == "checkout":
            answer = await double.perform("POST", f"/_double/checkout/{ident}", {"card": rest[0]})
        else:
            act = {"completes": "complete", "restricts": "restrict"}.get(rest[-1], rest[-1])
            answer = await double.perform("POST", f"/_double/accounts/{ident}/{act}", {})
        if answer.status != 200:
            raise ApiError(answer.body["error"]["message"], status=answer.status)
        if kind == "checkout":
            return str(answer.body["success_url"]).replace("{CHECKOUT_SESSION_ID}", ident)
        if kind != "authenticate":
            return str(double.state.get("account", ident).get("_return_url") or "/")
        return _returned_to(answer.body, double.state.find(ident) or {})


def _returned_to(outcome: dict[str, Any], intent: dict[str, Any]) -> str:
    name = "payment_intent" if outcome["id"].startswith("pi_") else "setup_intent"
    if outcome["return_url"] is None:
        return f"/_double/authenticate/{outcome['id']}"
    done = outcome["status"] in ("succeeded", "requires_capture")
    separator = "&" if urlsplit(outcome["return_url"]).query else "?"
    return (
        f"{outcome['return_url']}{separator}{name}={outcome['id']}"
        f"&{name}_client_secret={intent['client_secret']}"
        f"&redirect_status={'succeeded' if done else 'failed'}"
    )


def as_form(body: bytes) -> dict[str, Any]:
    """Return JSON as the parameters that a form would have. Raises ApiError."""
    try:
        value = json.loads(body or b"{}")
    except ValueError as error:
        raise ApiError(f"This is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise ApiError("Send an object of JSON.")
    return {name: _as_parameter(each) for name, each in value.items()}


def _as_parameter(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_parameter(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_as_parameter(each) for each in value]
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
