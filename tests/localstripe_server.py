"""localstripe for tests, a double of Stripe that others wrote."""

from functools import partial

from servers.localstripe_server import LocalStripeServer

from .missing_server import running

__all__ = ["LocalStripeServer", "running_localstripe"]

running_localstripe = partial(running, LocalStripeServer)
