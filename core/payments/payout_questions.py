"""What the provider is asked about a payout."""

from dataclasses import replace

from ...ports.language.payments import Payout, PayoutState


def taken_up(payout: Payout, account: str) -> Payout:
    """Return a refused payout that is to be asked for again, to this account."""
    return replace(payout, state=PayoutState.DUE, account=account, reason=None)


def key_of(payout: Payout) -> str:
    """The provider repeats its answer to a key, so the question after a refusal has another."""
    key = f"{payout.order_id}:payout:{payout.account}"
    return f"{key}:{payout.refusals}" if payout.refusals else key
