"""The mail that the demo shows: one that its exchange wrote, as a mail program finds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text

from .api import wait_for
from .people import Person

_KIND = "sale_confirmed"


@dataclass(frozen=True, slots=True)
class FoundLetter:
    """A mail in its file."""

    file: Path
    to: str
    subject: str
    text: str

    def show(self, console: Console) -> None:
        """Print it, and where it is."""
        console.print("The last mail that asked a seller to ship:")
        console.print(Panel(Text(self.text), title=escape(self.subject)))
        console.print(f"To {self.to}, in {escape(str(self.file))}", soft_wrap=True)


async def find_letter(sellers: Sequence[Person], folder: Path) -> FoundLetter:
    """Return the newest mail that tells one of the sellers to ship, once it is written.

    The seller's inbox says which it is. Raises ApiRefusal if there is none.
    """
    wanted = [told for seller in sellers if (told := await _last_told(seller))]
    told = max(wanted, key=lambda told: str(told["created_at"]), default=None)
    found: list[FoundLetter] = []

    async def is_written() -> bool:
        if told is not None:
            found.extend(_letters(folder, told["subject"], told["order_id"]))
        return bool(found)

    await wait_for(is_written, "a mail that asks a seller to ship")
    return found[0]


async def _last_told(seller: Person) -> Any:
    async for notification in seller.api.pages("/notifications"):
        if notification["kind"] == _KIND:
            return notification
    return None


def _letters(folder: Path, subject: str, order_id: str) -> list[FoundLetter]:
    """Return the mails about an order with this subject."""
    found = []
    for file in folder.glob("*.eml"):
        content = file.read_bytes()
        if order_id.encode() not in content:
            continue
        message = message_from_bytes(content, policy=default)
        part = message.get_body(("plain",))
        if message["Subject"] == subject and part is not None:
            text = "\n".join(part.get_content().splitlines())
            found.append(FoundLetter(file, message["To"], subject, text))
    return found
