"""The dispute desk of a payment provider."""

from ..adapters.decorators.traced import traced
from ..adapters.embedded.dispute_desk import EmbeddedDisputeDesk
from ..adapters.embedded.payment_provider import EmbeddedPaymentProvider
from ..ports.dispute_desk import DisputeDesk
from ..ports.payment_provider import PaymentProvider


def dispute_desk_of(provider: PaymentProvider) -> DisputeDesk:
    """Return the desk that has the disputes of this provider's charges. Its calls are spans."""
    return traced(_desk_of(provider), "dispute desk")


def _desk_of(provider: PaymentProvider) -> DisputeDesk:
    if isinstance(provider, EmbeddedPaymentProvider):
        return EmbeddedDisputeDesk(provider.journal)
    # Imported here, because the package of Stripe is an extra.
    from ..adapters.stripe.disputes import StripeDisputes
    from ..adapters.stripe.payment_provider import StripePaymentProvider

    assert isinstance(provider, StripePaymentProvider), provider
    return StripeDisputes(provider.calls, provider.currency)
