"""Settings of notifications."""

from dataclasses import dataclass
from datetime import timedelta
from email.policy import SMTP
from typing import Annotated, Literal

from ..ports.language.limits import Between, check_limits


@dataclass(frozen=True, slots=True)
class NotificationsSettings:
    """The templates and messengers of notifications.

    By default messages are written as files to the folder, or kept in memory if the store is in
    memory. Raises ValueError for an invalid sender and for too few or too many workers.
    """

    templates: Literal["jinja", "memory"] = "jinja"
    """`memory` only lists the facts and needs no package."""
    mail: Literal["eml", "smtp", "sendgrid", "memory"] | None = None
    """`eml` writes a file for each mail, `smtp` sends it through a mail server."""
    sms: Literal["folder", "twilio", "memory"] | None = None
    """`folder` writes a file for each message."""
    push: Literal["folder", "web", "http", "both", "memory"] | None = None
    """`folder` writes a file for each message, `web` reaches browsers, `http` device tokens."""
    sender: str = "solebook <no-reply@localhost>"
    """The From address of mail."""
    workers: Annotated[int, Between(1, 256, "nothing would be sent")] = 4
    """How many messages of each channel are sent concurrently."""
    timeout: Annotated[
        timedelta,
        Between(
            timedelta(seconds=0.1),
            timedelta(seconds=25),
            "every message would time out",
            "a claim of its delivery would end first",
        ),
    ] = timedelta(seconds=10)
    """The timeout of a message at a server or provider."""

    def __post_init__(self) -> None:
        check_limits(self)
        if not _is_one_address(self.sender):
            raise ValueError(
                f"sender must be an address such as 'solebook <no-reply@example.com>', "
                f"not {self.sender!r}"
            )


def _is_one_address(sender: str) -> bool:
    header = SMTP.header_factory("From", sender)
    groups = [(group.display_name, len(group.addresses)) for group in header.groups]
    if header.defects or groups != [(None, 1)]:
        return False
    address = header.addresses[0]
    # An address has to be ASCII, because encoded words are allowed in names only.
    return bool(address.domain) and str(address.addr_spec).isascii()
