"""The port to places from which users signed in."""

from collections.abc import Sequence
from typing import Protocol

from .language.ids import UserId
from .language.places import KnownPlace


class KnownPlaces(Protocol):
    """The few places of each user. Whoever writes has locked the user before (`Users.get`)."""

    async def of(self, user_id: UserId) -> Sequence[KnownPlace]:
        """Return the user's places, or nothing if the user never signed in."""
        ...

    async def put(self, user_id: UserId, places: Sequence[KnownPlace]) -> None:
        """Store or replace the user's places. Needs a transaction."""
        ...
