"""The double without HTTP: a command goes in, an answer comes out, and the state changes."""

import logging
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from . import acts, due
from .answers import Answer, Command, refusal, server_error
from .calls import EXPAND, Call, Request
from .errors import ApiError
from .expansion import check_expansion, rendered
from .fields import parsed
from .idempotency import Keys
from .resources import (
    accounts,
    balance,
    charges,
    checkout_sessions,
    customers,
    disputes,
    events,
    payment_intents,
    payment_methods,
    payouts,
    refunds,
    setup_intents,
    transfers,
    webhook_endpoints,
)
from .state import Object, State

_log = logging.getLogger("solebook.double")

API = (
    *accounts.CALLS,
    *balance.CALLS,
    *charges.CALLS,
    *checkout_sessions.CALLS,
    *customers.CALLS,
    *disputes.CALLS,
    *events.CALLS,
    *payment_intents.CALLS,
    *payment_methods.CALLS,
    *payouts.CALLS,
    *refunds.CALLS,
    *setup_intents.CALLS,
    *transfers.CALLS,
    *webhook_endpoints.CALLS,
)
"""All calls of Stripe's API that the double knows."""


class Machine:
    """Applies commands to a state. The same commands lead to the same state and answers."""

    def __init__(self, seed: str) -> None:
        """Begin with an empty state."""
        self.state = State(seed=seed)
        self._keys = Keys()

    def next_due(self) -> float | None:
        """Return when something happens by itself next."""
        return due.next_due(self.state)

    def pass_time(self, until: float) -> None:
        """Let everything happen that is due until then."""
        due.pass_time(self.state, until)

    def execute(self, command: Command) -> Answer:
        """Carry out a command."""
        state = self.state
        due.pass_time(state, command.at)
        state.request, state.key = command.request, command.key or None
        state.base = command.base
        try:
            call, request, expand = self._prepared(command)
            if command.method == "POST" and command.key:
                again = self._keys.answer(command, state.now)
                if again is not None:
                    return again
        except ApiError as error:
            return refusal(error, changed=False)
        answer = self._carried_out(call, request, expand, command)
        if command.method == "POST" and command.key:
            self._keys.keep(command, answer, state.now)
        return answer

    def _prepared(self, command: Command) -> tuple[Call, Request, list[str]]:
        call, ids = _found(command.method, command.path)
        if command.account:
            accounts.account_of(self.state, command.account)
        form = parsed(command.form, call.need, {**call.may, **EXPAND})
        expand: list[str] = form.pop("expand", [])
        check_expansion(expand)
        return call, Request(self.state, command.account, ids, form), expand

    def _carried_out(
        self, call: Call, request: Request, expand: list[str], command: Command
    ) -> Answer:
        changed = command.method != "GET"
        try:
            result = call.handler(request)
            body = rendered(self.state, result, expand, command.account)
        except ApiError as error:
            return refusal(error, changed=changed)
        except Exception:  # noqa: BLE001  # a mistake of the double is stored like any other call
            _log.exception("%s %s failed", command.method, command.path)
            return refusal(server_error(), changed=changed)
        if command.failure:
            return refusal(server_error(retry=False), changed=changed)
        return Answer(200, body, changed=changed)


@cache
def _patterns(method: str) -> list[tuple[re.Pattern[str], Call]]:
    return [
        (re.compile(re.escape(call.path).replace(r"\*", "([^/]+)")), call)
        for call in (*API, *acts.CALLS)
        if call.method == method
    ]


def _found(method: str, path: str) -> tuple[Call, tuple[str, ...]]:
    for pattern, call in _patterns(method):
        if match := pattern.fullmatch(path):
            return call, match.groups()
    raise ApiError(
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we "
        "can help at https://support.stripe.com/.",
        status=404,
    )


def state_as_json(state: State) -> dict[str, Any]:
    """Return all that the double holds, for a test to look at."""
    tables: dict[str, dict[str, list[Object]]] = {}
    for account, kind, objects in _tables(state):
        tables.setdefault(account or "platform", {})[kind] = objects
    return {
        "now": state.now,
        "ahead": state.ahead,
        "objects": tables,
        "deliveries": [vars(each) for each in state.deliveries.values()],
        "lost_deliveries": state.lost_deliveries,
        "due": [list(each) for each in sorted(state.due)],
    }


def _tables(state: State) -> Iterator[tuple[str, str, list[Object]]]:
    for (account, kind), table in state.tables.items():
        if table:
            yield account, kind, list(table.values())
