"""Any record that the ports' words allow, made by the types of its fields."""

from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from itertools import count
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from hypothesis import strategies as st

from solebook.ports.language.events import EVENTS, Event, MatchUnwound
from solebook.ports.language.market import AskFate, Size, WithdrawalReason
from solebook.ports.language.notices import NOTICES
from solebook.ports.language.notifications import Notice, Warehouse
from solebook.ports.language.orders import Fees

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_numbers = count(1)
_FIRST, _LAST = datetime(1970, 1, 1), datetime(9999, 12, 31)  # noqa: DTZ001  # the zone comes after

_KNOWN: dict[Any, st.SearchStrategy[Any]] = {
    # Every id is another, as they are in a store; hypothesis likes to draw the same one twice.
    UUID: st.builds(lambda: UUID(int=next(_numbers))),
    datetime: st.datetimes(_FIRST, _LAST, timezones=st.just(UTC)),
    date: st.dates(),
    # PostgreSQL has no NUL in its texts, and neither has what a user can send.
    str: st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
    int: st.integers(1, 2**62),
    bool: st.booleans(),
    NoneType: st.none(),
    Size: st.sampled_from(["9", "10.5", "6Y"]).map(Size),
}


def any_of(kind: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for values of a type of the ports' words."""
    if kind not in _KNOWN:
        _KNOWN[kind] = _made(kind)
    return _KNOWN[kind]


def _made(kind: Any) -> st.SearchStrategy[Any]:
    if kind is Event:
        return st.one_of(*(any_of(event) for event in EVENTS.values()))
    if kind is Notice:
        return st.one_of(*(any_of(notice) for notice in NOTICES.values()))
    if hasattr(kind, "__supertype__"):
        return any_of(kind.__supertype__)
    if get_origin(kind) is Final:
        return any_of(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return st.one_of(*(any_of(one) for one in get_args(kind)))
    if get_origin(kind) is tuple:
        first, *others = get_args(kind)
        if others == [...]:
            return st.lists(any_of(first), max_size=3).map(tuple)
        return st.tuples(any_of(first), *map(any_of, others))
    if get_origin(kind) is frozenset:
        return st.frozensets(any_of(get_args(kind)[0]))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    assert isinstance(kind, type), kind
    assert is_dataclass(kind), kind
    return _record(kind)


def _record(kind: "type[DataclassInstance]") -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    by_field = {field.name: any_of(hints[field.name]) for field in fields(kind)}
    if kind is Fees:
        by_field["seller_level"] = st.integers(1, 5)
    if kind is Warehouse:
        by_field["country"] = st.sampled_from(["", "US"])
    if kind is MatchUnwound:
        ended = st.sampled_from([fate for fate in AskFate if fate is not AskFate.WITHDRAWN])
        withdrawn = {"ask": st.just(AskFate.WITHDRAWN), "withdrawal": any_of(WithdrawalReason)}
        others = {"ask": ended, "withdrawal": st.none()}
        return st.builds(kind, **by_field | withdrawn) | st.builds(kind, **by_field | others)
    return st.builds(kind, **by_field)
