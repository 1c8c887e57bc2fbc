"""What a call of the API is: its path, its parameters and what it does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .fields import Fields, integer, several, text, times
from .state import Object, State


@dataclass(frozen=True)
class Request:
    """A call under way: its parameters are checked, and its path is taken apart."""

    state: State
    account: str
    """The connected account that it acts for, or the empty platform."""
    ids: tuple[str, ...]
    """The ids in the path."""
    form: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The first id in the path."""
        return self.ids[0]

    def get(self, name: str, default: Any = None) -> Any:
        """Return a parameter. An empty text is one that is unset."""
        value = self.form.get(name, default)
        return default if value == "" else value


@dataclass(frozen=True)
class Call:
    """A method and path of the API, with the parameters that it needs and may have."""

    method: str
    path: str
    """Ids are written as `*`."""
    handler: Callable[[Request], Object]
    need: Fields = field(default_factory=dict)
    may: Fields = field(default_factory=dict)


EXPAND: Fields = {"expand": several(text(), most=20)}
"""A parameter of every call."""
PAGE: Fields = {
    "limit": integer(least=1, most=100),
    "starting_after": text(),
    "ending_before": text(),
}
LISTED: Fields = PAGE | {"created": times}
"""The parameters of every list of objects that have a time."""

SEARCH: Fields = {"limit": integer(least=1, most=100), "page": integer()}
"""The parameters of every search, beside its query."""
address: Fields = {
    name: text(can_be_unset=True)
    for name in ("city", "country", "line1", "line2", "postal_code", "state")
}
