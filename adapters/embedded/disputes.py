"""The disputes of the embedded provider, derived from its calls."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from ...ports.language.disputes import DisputeStatus, ReportedDispute
from ...ports.language.ids import OrderId
from ...ports.language.invariants import ensure
from ...ports.language.money import Cents

TIME_TO_ANSWER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class HeldDispute:
    """A dispute at the provider."""

    report: ReportedDispute
    is_answered: bool = False
    """Whether evidence was submitted."""

    @property
    def status(self) -> DisputeStatus:
        """The state."""
        return self.report.status

    @property
    def holds_money(self) -> bool:
        """Whether the buyer's bank has the money, for now or for good."""
        return self.report.withdrawn > self.report.reinstated


class HeldDisputes:
    """All disputes, by the provider's id, oldest first."""

    def __init__(self) -> None:
        self.by_name: dict[str, HeldDispute] = {}

    def of_charge(self, charge_id: str) -> list[HeldDispute]:
        """Return the disputes of a charge."""
        return [each for each in self.by_name.values() if each.report.charge_id == charge_id]

    def get(self, name: str) -> HeldDispute:
        """Return the dispute with this id. Raises AssertionError if there is none."""
        ensure(name in self.by_name, f"the provider has no dispute {name}")
        return self.by_name[name]

    def open(
        self,
        name: str,
        charge_id: str,
        order_id: OrderId | None,
        amount: Cents,
        key: str,
        *,
        takes_money: bool,
    ) -> None:
        """Open a dispute, whose key has its reason and its time, or an inquiry."""
        reason, opened_at = _told_by(key)
        needs, asks = DisputeStatus.NEEDS_RESPONSE, DisputeStatus.INQUIRY_NEEDS_RESPONSE
        self.by_name[name] = HeldDispute(
            ReportedDispute(
                name=name,
                charge_id=charge_id,
                amount=amount,
                reason=reason,
                status=needs if takes_money else asks,
                opened_at=opened_at,
                order_id=order_id,
                evidence_due_by=opened_at + TIME_TO_ANSWER,
                withdrawn=amount if takes_money else 0,
            )
        )

    def answer(self, name: str) -> None:
        """Take evidence."""
        held = self.get(name)
        asks = held.status is DisputeStatus.INQUIRY_NEEDS_RESPONSE
        status = DisputeStatus.INQUIRY_UNDER_REVIEW if asks else DisputeStatus.UNDER_REVIEW
        self.by_name[name] = HeldDispute(replace(held.report, status=status), is_answered=True)

    def close(self, name: str, *, won: bool) -> None:
        """Decide a dispute. The money comes back if it is won. An inquiry is only closed."""
        held = self.get(name)
        report = held.report
        if report.withdrawn == 0:
            report = replace(report, status=DisputeStatus.INQUIRY_CLOSED)
        elif won:
            report = replace(report, status=DisputeStatus.WON, reinstated=report.withdrawn)
        else:
            report = replace(report, status=DisputeStatus.LOST)
        self.by_name[name] = replace(held, report=report)


def dispute_key(number: int, reason: str, at: datetime) -> str:
    """Return the key of the call that opens a dispute. The journal has no other place for it."""
    ensure(":" not in reason, reason)
    return f"dispute:{number}:{reason}:{int(at.timestamp())}"


def _told_by(key: str) -> tuple[str, datetime]:
    _, _, reason, second = key.split(":")
    return reason, datetime.fromtimestamp(int(second), UTC)
