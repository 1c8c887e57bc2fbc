"""A dispute desk under test, and the buyer's bank."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from solebook.adapters.embedded.dashboard import Dashboard
from solebook.composition.dispute_desk import dispute_desk_of
from solebook.ports.dispute_desk import DisputeDesk

from ..payment_provider.embedded_rig import EmbeddedRig
from ..payment_provider.rig import Rig
from ..payment_provider.stripe_rig import StripeRig


@dataclass(frozen=True, slots=True)
class DeskRig(ABC):
    """A desk, the provider of the charges that are disputed, and what banks do."""

    money: Rig

    @property
    def desk(self) -> DisputeDesk:
        """The desk of the provider."""
        return dispute_desk_of(self.money.provider)

    @abstractmethod
    async def disputed(self, charge_id: str, amount: int) -> str:
        """Have a bank dispute a charge as fraudulent, and return the dispute's name."""

    @abstractmethod
    async def decide(self, name: str, *, won: bool) -> None:
        """Have the bank decide."""

    @abstractmethod
    def fee(self) -> int:
        """Return what the provider takes for a dispute."""


@dataclass(frozen=True, slots=True)
class EmbeddedDeskRig(DeskRig):
    """The dashboard of the embedded provider is the bank."""

    money: EmbeddedRig

    async def disputed(self, charge_id: str, amount: int) -> str:
        now = self.money.provider.clock.now()
        return await Dashboard(self.money.provider.journal).dispute(charge_id, amount, now)

    async def decide(self, name: str, *, won: bool) -> None:
        await Dashboard(self.money.provider.journal).decide_dispute(name, won=won)

    def fee(self) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class StripeDeskRig(DeskRig):
    """The control of the double is the bank."""

    money: StripeRig

    async def disputed(self, charge_id: str, amount: int) -> str:
        charge = self.money.double.state.of("payment_intent")[charge_id]["latest_charge"]
        return str((await self._act(f"charges/{charge}/dispute", {"amount": str(amount)}))["id"])

    async def decide(self, name: str, *, won: bool) -> None:
        await self._act(f"disputes/{name}/decide", {"won": str(won).lower()})

    def fee(self) -> int:
        return 1_500

    async def _act(self, path: str, form: dict[str, str]) -> dict[str, object]:
        answer = await self.money.double.perform("POST", f"/_double/{path}", form)
        assert answer.status == 200, answer.body
        return dict(answer.body)
