"""Note from where a user signed in."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_network

from ...ports.clock import Clock
from ...ports.known_places import KnownPlaces
from ...ports.language.events import SignedInElsewhere
from ...ports.language.ids import UserId
from ...ports.language.places import KnownPlace
from ...ports.language.programs import family_of
from ...ports.outbox import Outbox
from ...ports.transaction import Transaction
from ...ports.users import Users

MAX_PLACES = 20
"""The places that are kept of a user. The one that was used least recently makes room."""
_ANOTHER_DAY = timedelta(days=1)
_PREFIX = {4: 24, 6: 48}
"""How many bits of an address are the same at one place. A household gets another address often."""


@dataclass(frozen=True, slots=True)
class NotePlace:
    """Tells users when somebody signs in as them from a new place.

    A place is a part of the address together with the family of the program. Nobody is told of the
    first place: it is the user's own. Only a keyed hash is stored, so the store does not show where
    users live. The first key is used, and places that are known by another one are known.
    """

    transaction: Transaction
    users: Users
    known_places: KnownPlaces
    outbox: Outbox
    clock: Clock
    keys: Sequence[bytes] = field(repr=False)

    async def __call__(self, user_id: UserId, *, source: str, program: str) -> None:
        """Note the place of a sign-in. Nothing is noted without a source."""
        if not source:
            return
        family, now = family_of(program), self.clock.now()
        place, *earlier = self._hashes(user_id, f"{prefix_of(source)}\0{family}")
        if _is_fresh(await self.known_places.of(user_id), place, now - _ANOTHER_DAY):
            return
        async with self.transaction():
            await self.users.get(user_id)
            known = await self.known_places.of(user_id)
            here = {place, *earlier}
            others = sorted((each for each in known if each.hash not in here), key=_by_time)
            kept = (*others[1 - MAX_PLACES :], KnownPlace(place, now))
            await self.known_places.put(user_id, kept)
            if known and len(others) == len(known):
                await self.outbox.add(SignedInElsewhere(user_id, now, family))

    def _hashes(self, user_id: UserId, place: str) -> Sequence[str]:
        text = f"place\0{user_id}\0{place}".encode("utf-8", "surrogatepass")
        return [hmac.digest(key, text, hashlib.sha256).hex() for key in self.keys]


def prefix_of(source: str) -> str:
    """Return the part of an address that stays the same at one place.

    >>> prefix_of("203.0.113.77"), prefix_of("2001:db8:1:2::/64"), prefix_of("a socket")
    ('203.0.113.0/24', '2001:db8:1::/48', 'a socket')
    """
    try:
        network = ip_network(source, strict=False)
    except ValueError:
        return source
    bits = _PREFIX[network.version]
    return str(network.supernet(new_prefix=bits)) if network.prefixlen > bits else str(network)


def _is_fresh(known: Sequence[KnownPlace], place: str, since: datetime) -> bool:
    return any(each.hash == place and each.seen_at > since for each in known)


def _by_time(place: KnownPlace) -> datetime:
    return place.seen_at
