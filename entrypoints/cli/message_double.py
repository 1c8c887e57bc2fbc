"""`solebook double sendgrid`, `twilio` and `push`."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..doubles.messages.double import MessageDouble

MESSAGE_DOUBLES = ("sendgrid", "twilio", "push")
ACCOUNT = "AC" + "0" * 32
"""The only account at the double of Twilio."""


async def message_double(options: argparse.Namespace) -> int:
    """Run until Ctrl-C or SIGTERM. Raises ValueError for options that only Stripe's double has."""
    from ..doubles.messages.double import running_message_double
    from ..signals import stop_signal

    if options.journal or options.webhook or options.secret:
        raise ValueError("--journal, --webhook and --secret are for the double of Stripe")
    key = options.key or "a-key"
    double, hint = _double(options.service, key)
    async with running_message_double(double, host=options.host, port=options.port) as url:
        stop = stop_signal()
        print(f"the double of {options.service} serves {url}")
        print(hint)
        print("everything is kept in memory; Ctrl-C stops", flush=True)
        await stop.wait()
    return 0


def _double(service: str, key: str) -> "tuple[MessageDouble, str]":
    """Return a double, and what its client needs to know."""
    match service:
        case "sendgrid":
            from ..doubles.sendgrid.double import SendGridDouble

            sendgrid = SendGridDouble(key)
            return sendgrid, f"its key is {key}, its events are of {sendgrid.webhook_key}"
        case "twilio":
            from ..doubles.twilio.double import TwilioDouble

            return TwilioDouble(ACCOUNT, key), f"its account is {ACCOUNT}, the token {key}"
        case _:
            from ..doubles.push.double import PushDouble

            return PushDouble(key), f"publishing to a topic needs the token {key}"
