"""How long a sign-in lasts without being renewed."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class TokenLifetimes:
    """The lives of the two tokens of a session. Raises ValueError unless 0 < access <= refresh.

    `access` is also how long a role that was taken away could live on if the list of revoked
    sessions were lost, so it is short.
    """

    access: timedelta = timedelta(minutes=15)
    refresh: timedelta = timedelta(days=30)

    def __post_init__(self) -> None:
        if not timedelta(0) < self.access <= self.refresh:
            raise ValueError(f"lifetimes must satisfy 0 < access <= refresh: {self}")
