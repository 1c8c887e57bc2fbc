"""What the payment provider reported is acted on."""

from dataclasses import dataclass

from ...ports.language.events import GatewayReported
from ...ports.language.payments import Charge, GatewayEventKind
from ...ports.payments import Webhooks
from .escrow import Escrow
from .payables import Payables
from .record_refund import RecordRefund


@dataclass(frozen=True, slots=True)
class HandleWebhook:
    """A report moves the payment or payout on if the direct answer did not yet, whatever the order
    in which reports come.
    """

    webhooks: Webhooks
    escrow: Escrow
    payables: Payables
    record_refund: RecordRefund

    async def __call__(self, reported: GatewayReported) -> None:
        """Act on it. Raises Unavailable for a payment or payout that is not known (yet)."""
        event = await self.webhooks.get(reported.event_id)
        if event.order_id is None:
            return
        match event.kind:
            case GatewayEventKind.CHARGE_CAPTURED:
                assert event.charge_id is not None, event
                await self.escrow.capture(event.order_id, Charge(event.charge_id, event.amount))
            case GatewayEventKind.CHARGE_DECLINED:
                await self.escrow.decline(event.order_id, event.reason or "declined")
            case GatewayEventKind.CHARGE_REFUNDED:
                await self.record_refund(event.order_id)
            case GatewayEventKind.PAYOUT_PAID:
                await self.payables.pay(event.order_id)
            case GatewayEventKind.OTHER:
                pass
