"""The mail that the demo shows: an `.eml` file that its exchange wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any, Literal, overload
from uuid import UUID

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text

from ...ports.language.ids import NotificationId
from ...ports.language.mail import message_id
from ...ports.language.notifications import Channel
from .api import ApiRefusal, wait_for
from .people import Person

_KIND = "sale_confirmed"


@dataclass(frozen=True, slots=True)
class FoundLetter:
    """A mail and its file."""

    file: Path
    to: str
    subject: str
    text: str

    def show(self, console: Console) -> None:
        """Print the mail and the path of its file."""
        console.print("The last mail that asked a seller to ship:")
        console.print(Panel(Text(self.text), title=escape(self.subject)))
        console.print(f"To {self.to}, in {escape(str(self.file))}", soft_wrap=True)


@overload
async def find_letter(
    sellers: Sequence[Person], folder: Path, *, waits: Literal[True] = True
) -> FoundLetter: ...


@overload
async def find_letter(
    sellers: Sequence[Person], folder: Path, *, waits: bool
) -> FoundLetter | None: ...


async def find_letter(
    sellers: Sequence[Person], folder: Path, *, waits: bool = True
) -> FoundLetter | None:
    """Wait for the newest mail that asks a seller to ship, and return it.

    The sellers' notifications tell its id. Without `waits`, it is None if the mail is not in the
    folder. Raises ApiRefusal if there is none.
    """
    wanted = [told for seller in sellers if (told := await _last_told(seller))]
    told = max(wanted, key=lambda told: str(told["created_at"]), default=None)
    if told is None:
        raise ApiRefusal("no seller was asked to ship")
    file = folder / f"{message_id(NotificationId(UUID(told['id'])), Channel.EMAIL)}.eml"

    if not waits and not file.exists():
        return None

    async def is_written() -> bool:
        return file.exists()

    await wait_for(is_written, f"the mail {file}")
    return _read(file)


async def _last_told(seller: Person) -> Any:
    async for notification in seller.api.pages("/notifications"):
        if notification["kind"] == _KIND:
            return notification
    return None


def _read(file: Path) -> FoundLetter:
    message = message_from_bytes(file.read_bytes(), policy=default)
    part = message.get_body(("plain",))
    assert part is not None, file
    text = "\n".join(part.get_content().splitlines())
    return FoundLetter(file, message["To"], message["Subject"], text)
