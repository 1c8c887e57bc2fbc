"""What happens by itself as time passes."""

import heapq
from collections.abc import Callable

from .resources import balance, disputes, paying, payouts, refunds
from .state import State


def _expire_authorisation(state: State, ident: str, _account: str) -> None:
    intent = state.of("payment_intent")[ident]
    if intent["status"] == "requires_capture":
        paying.cancel(state, intent, "automatic")


_HAPPENINGS: dict[str, Callable[[State, str, str], None]] = {
    "settle": balance.settle,
    "refund_succeeds": refunds.succeed,
    "refund_fails": refunds.fail,
    "dispute_is_decided": disputes.decide,
    "dispute_is_past_due": disputes.miss_the_deadline,
    "payout_arrives": payouts.arrive,
    "authorization_expires": _expire_authorisation,
}


def next_due(state: State) -> float | None:
    """Return when something happens next, or None."""
    return state.due[0][0] if state.due else None


def pass_time(state: State, until: float) -> None:
    """Let everything happen that is due, each at its time. The clock never goes back."""
    state.request = state.key = None
    while state.due and state.due[0][0] <= until:
        at, _, kind, ident, account = heapq.heappop(state.due)
        state.now = max(state.now, at)
        _HAPPENINGS[kind](state, ident, account)
    state.now = max(state.now, until)
