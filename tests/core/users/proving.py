"""An exchange that verifies addresses, and what its letters say."""

import re
from dataclasses import dataclass, field

from solebook.adapters.memory.messengers import MemoryMailer, MemoryTextMessenger
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.application import Application
from solebook.composition.embedded import build_embedded
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.mail import Mail
from solebook.ports.language.users import Actor, User

PASSWORD = "correct horse battery"


@dataclass
class Proving:
    """The application, its workers and its letters."""

    app: Application = field(default_factory=lambda: build_embedded(verify_addresses=True))

    def __post_init__(self) -> None:
        self.workers = Workers(self.app)

    @property
    def clock(self) -> VirtualClock:
        clock = self.app.adapters.clock
        assert isinstance(clock, VirtualClock)
        return clock

    @property
    def mails(self) -> list[Mail]:
        mailer = self.app.adapters.mailer
        assert isinstance(mailer, MemoryMailer)
        return list(mailer.sent)

    @property
    def texts(self) -> list[str]:
        messenger = self.app.adapters.text_messenger
        assert isinstance(messenger, MemoryTextMessenger)
        return [message.text for message in messenger.sent]

    async def join(self, email: str = "buyer@example.com") -> Actor:
        """Register somebody and let the letters go out."""
        user = await self.app.users.register_user(
            email=email, password=PASSWORD, first_name="Test", last_name="Buyer"
        )
        await self.workers.settle()
        return Actor(user.id, user.roles)

    async def user(self, actor: Actor) -> User:
        return await self.app.adapters.store.users.get(actor.user_id)

    def secret(self, mail: Mail | None = None) -> str:
        """Return the token of the link in a letter, by default the last."""
        found = re.search(r"\?token=([\w-]+)", (mail or self.mails[-1]).text)
        assert found, self.mails
        return found[1]

    async def joined(self, email: str = "buyer@example.com") -> Actor:
        """Register somebody who proves their email."""
        actor = await self.join(email)
        await self.app.users.prove_email(self.secret())
        return actor
