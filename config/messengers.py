"""Settings of the servers and providers that carry messages."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from ..ports.language.limits import Between, check_limits

PerSecond = Annotated[float, Between(0.01, 10_000, "nothing would be sent")]


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The mail server."""

    host: str = "localhost"
    port: Annotated[int, Between(1, 65_535, "no server has it")] = 587
    encryption: Literal["starttls", "tls", "none"] = "starttls"
    """`starttls` encrypts a connection that begins in plain text; a server without it gets no mail.

    `tls` encrypts from the start, usually on port 465. `none` is for a server on this machine.
    """
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca: str | None = None
    """The file of the CA that has signed the server's certificate. The default is the system's."""
    connections: Annotated[int, Between(1, 100, "nothing would be sent")] = 4
    """The maximum of connections of this process."""
    per_second: PerSecond = 50.0
    """The maximum of mails of this process in a second."""

    def __post_init__(self) -> None:
        check_limits(self)
        if (self.user is None) != (self.password is None):
            raise ValueError("smtp.user and smtp.password belong together")
        if self.password is not None and self.encryption == "none":
            raise ValueError("smtp.encryption = 'none' would show the password")
