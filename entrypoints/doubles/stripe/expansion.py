"""The parameter `expand`: an object in place of its id."""

import copy
from collections.abc import Sequence

from .errors import ApiError
from .lists import listed
from .state import Object, State, shown

_EXPANDABLE = frozenset(
    {
        *("balance_transaction", "charge", "customer", "default_payment_method", "destination"),
        *("failure_balance_transaction", "latest_attempt", "latest_charge", "payment_intent"),
        *("payment_method", "setup_intent", "source", "source_transaction", "transfer"),
        "transfer_reversal",
    }
)
_ALONG_THE_WAY = _EXPANDABLE | {"data", "invoice_settings", "refunds", "reversals"}
_MOST_LEVELS = 4


def check_expansion(paths: Sequence[str]) -> None:
    """Raise ApiError for a path that can be expanded in no object, before a call has its effect."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > _MOST_LEVELS:
            raise ApiError(
                f"You cannot expand more than {_MOST_LEVELS} levels of a property.", param="expand"
            )
        if not _ALONG_THE_WAY.issuperset(steps):
            raise _not_expandable(path)


def _not_expandable(path: str) -> ApiError:
    return ApiError(f"This property cannot be expanded ({path}).", param="expand")


def rendered(state: State, obj: Object, expand: Sequence[str], account: str) -> Object:
    """Return what the client gets: no field of the double's own, and what it wants expanded.

    Raises ApiError for a field that is no id.
    """
    result: Object = copy.deepcopy(_without_own(obj))
    for path in expand:
        _expand(state, result, path.split("."), path, account)
    return result


def _without_own(obj: Object) -> Object:
    if obj.get("object") in ("list", "search_result"):
        return {**obj, "data": [shown(each) for each in obj["data"]]}
    return shown(obj)


def _expand(state: State, obj: Object, steps: list[str], path: str, account: str) -> None:
    first, *rest = steps
    if first == "data" and obj.get("object") in ("list", "search_result"):
        for each in obj["data"]:
            _expand(state, each, rest, path, account)
        return
    if first == "refunds" and obj.get("object") == "charge":
        refunds = [each for each in state.of("refund").values() if each["charge"] == obj["id"]]
        obj["refunds"] = listed(
            [copy.deepcopy(shown(each)) for each in reversed(refunds)][:10],
            f"/v1/charges/{obj['id']}/refunds",
            has_more=len(refunds) > 10,
        )
    elif first not in obj or (first not in _EXPANDABLE and not isinstance(obj[first], dict)):
        raise _not_expandable(path)
    held = obj[first]
    if isinstance(held, str):
        found = state.find(held, account)
        if found is None:
            return
        obj[first] = held = copy.deepcopy(shown(found))
    if rest and isinstance(held, dict):
        _expand(state, held, rest, path, account)
