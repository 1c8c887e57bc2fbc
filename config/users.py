"""Settings of users."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UsersSettings:
    """What is asked of users."""

    verify_addresses: bool | None = None
    """Whether new emails and phones must be proven before they are used.

    By default they must be, unless mail is only written to files. Addresses that were
    accepted while it was off count as proven.
    """
