"""`solebook double`: run a double of a service of others."""

import argparse
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .message_double import MESSAGE_DOUBLES, message_double

if TYPE_CHECKING:
    from ..doubles.stripe.double import StripeDouble
    from ..doubles.stripe.journal import Journal

_DESCRIPTION = """\
Runs a double of a service that an exchange uses, for tests and laptops. No money moves.

`stripe` answers Stripe's API for payments, refunds, disputes, connected accounts, transfers and
payouts, with Stripe's test cards, and posts signed webhooks. Paths under /_double/ let calls fail,
move the clock, and do what buyers, sellers and banks do.

`sendgrid`, `twilio` and `push` take messages and keep them in memory: GET /_double/messages shows
them, and POST /_double/faults lets calls fail. `push` is a Web Push service with its browsers, and
takes ntfy's JSON.
"""
_EPILOG = """\
examples:
  solebook double stripe
  solebook double stripe --port 12111 --journal stripe.jsonl
  solebook double stripe --webhook http://127.0.0.1:9000/webhooks --secret whsec_test
  solebook double sendgrid --port 12112 --key SG.test
"""
PORT = 12_111


def add_to(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "double",
        parents=[common],
        help="run a double of Stripe, SendGrid, Twilio or a push service",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "service", choices=["stripe", *MESSAGE_DOUBLES], metavar="NAME", help="what to run"
    )
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (127.0.0.1)")
    parser.add_argument(
        "--port", type=int, default=PORT, help=f"the port ({PORT}); 0 picks a free one"
    )
    parser.add_argument(
        "--journal", type=Path, metavar="FILE", help="keep everything in a file (in memory)"
    )
    parser.add_argument("--key", help="the only valid API key (of Stripe: any of test mode)")
    parser.add_argument("--webhook", metavar="URL", help="post all events there")
    parser.add_argument(
        "--secret",
        action="append",
        metavar="WHSEC",
        help="sign the events with it; given twice, with both (a new one)",
    )
    parser.set_defaults(run=double)


async def double(options: argparse.Namespace) -> int:
    """Run until Ctrl-C or SIGTERM."""
    # Imported here, so that `solebook --help` is fast and works without these packages.
    if options.service in MESSAGE_DOUBLES:
        return await message_double(options)
    from ..doubles.stripe.app import running_double
    from ..doubles.stripe.double import StripeDouble
    from ..signals import stop_signal

    if options.secret and options.webhook is None:
        raise ValueError("--secret is for --webhook: name the URL too")
    if options.secret and len(options.secret) > 2:
        raise ValueError("an endpoint has at most two secrets")
    stripe = StripeDouble(_journal(options.journal))
    async with running_double(stripe, host=options.host, port=options.port, key=options.key) as url:
        stop = stop_signal()
        print(f"the double of Stripe serves {url}")
        if options.webhook is not None:
            used = options.secret or [f"whsec_{secrets.token_hex(16)}"]
            await _register(stripe, options.webhook, used)
            print(f"it posts events to {options.webhook}, signed with {' and '.join(used)}")
        kept = "in memory" if options.journal is None else f"in {options.journal}"
        print(f"everything is kept {kept}; Ctrl-C stops", flush=True)
        await stop.wait()
    return 0


def _journal(path: Path | None) -> "Journal":
    from ..doubles.stripe.journal import FileJournal, MemoryJournal

    seed = secrets.token_hex(8)
    return MemoryJournal(seed) if path is None else FileJournal(path, seed)


async def _register(stripe: "StripeDouble", url: str, used: list[str]) -> None:
    """Post events to the URL: one endpoint for those of the platform, one for those of accounts."""
    known = list(stripe.state.of("webhook_endpoint").values())
    for connect in (False, True):
        if any(
            (each["url"], each["_connect"], each["_secrets"]) == (url, connect, used)
            for each in known
        ):
            continue  # from the journal
        form = {"url": url, "secrets": used, "connect": str(connect).lower()}
        answer = await stripe.perform("POST", "/_double/webhook_endpoints", form)
        if answer.status != 200:
            raise ValueError(answer.body["error"]["message"])
