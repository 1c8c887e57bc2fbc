"""The lifetimes of access tokens and refresh tokens."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class TokenLifetimes:
    """The lifetimes of a session's two tokens. Raises ValueError unless 0 < access <= refresh.

    `access` is short, because a removed role would stay valid that long if the list of revoked
    sessions were lost.
    """

    access: timedelta = timedelta(minutes=15)
    refresh: timedelta = timedelta(days=30)

    def __post_init__(self) -> None:
        if not timedelta(0) < self.access <= self.refresh:
            raise ValueError(f"lifetimes must satisfy 0 < access <= refresh: {self}")
