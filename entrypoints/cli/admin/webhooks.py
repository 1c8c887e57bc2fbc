"""Actions on the payment provider's webhooks: count, list, show and replay them."""

import argparse
from collections.abc import AsyncIterator
from datetime import datetime

from ....composition.application import Application
from ....ports.language.errors import InvalidText, WebhookNotKept
from ....ports.language.kept_webhooks import KeptWebhook, WebhookState
from ....ports.language.paging import MAX_PAGE, PageRequest
from ....ports.language.payments import WebhookKind
from ....ports.language.text import counted
from ....ports.language.users import OPERATOR
from .action import Action, Output, argument
from .listing import PAGING, listed, page_request


def an_instant(text: str) -> datetime:
    """Return an instant in UTC, or with an offset.

    Raises ArgumentTypeError, which argparse prints with the name of the option.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = datetime.min  # noqa: DTZ901  # naive, so it is refused
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no instant with a time zone, such as 2026-03-02T12:00Z"
        )
    return instant


async def count_or_list(app: Application, options: argparse.Namespace) -> str:
    """Return how many webhooks of each type came, or a page of those of a type or state."""
    if options.type is None and options.state is None:
        return await _counts(app)
    state = None if options.state is None else WebhookState(options.state)
    page = await app.payments.list_webhooks(
        OPERATOR, page_request(options), type_=options.type, state=state
    )
    chosen = [
        word
        for name in ("type", "state")
        if (value := getattr(options, name)) is not None
        for word in (f"--{name}", value)
    ]
    return listed(page, _line, "webhook", ("webhooks", *chosen), options)


async def _counts(app: Application) -> str:
    counts = await app.payments.list_webhooks.counts(OPERATOR)
    lines = []
    for count in counts:
        is_unknown = count.kind is WebhookKind.OTHER
        rest = "unknown" if is_unknown else f"{count.not_applied} not applied"
        last = f"{count.newest:%Y-%m-%d %H:%M}"
        lines.append(f"{count.type:<32}{count.total:>9}  {rest}  last {last}")
    lines.append(counted(sum(count.total for count in counts), "webhook"))
    return "\n".join(lines)


def _line(kept: KeptWebhook) -> str:
    when = f"{kept.received_at:%Y-%m-%d %H:%M:%S}"
    return f"{kept.id}  {when}  {kept.state:<8}  {kept.type}  {kept.webhook_id}"


async def show(app: Application, options: argparse.Namespace) -> str:
    """Return one webhook with its body."""
    kept = await app.payments.list_webhooks.one(OPERATOR, options.webhook)
    applied = "never" if kept.applied_at is None else f"{kept.applied_at:%Y-%m-%d %H:%M:%S}"
    body = "forgotten" if kept.body is None else kept.body.decode(errors="replace")
    return f"{_line(kept)}\napplied: {applied}\nread as: {kept.kind}\nbody: {body}"


async def replay(app: Application, options: argparse.Namespace) -> Output:
    """Read and apply one webhook again, or all of a type. One that cannot be read stops no other.

    The exit code is 1 if there is such a one.
    """
    if (options.webhook is None) == (options.type is None):
        raise ValueError("give the id of one webhook, or --type")
    ids = [options.webhook] if options.webhook else [kept async for kept in _of_type(app, options)]
    unknown, unread = 0, list[str]()
    for webhook_id in ids:
        try:
            read = await app.payments.replay_webhook(OPERATOR, webhook_id, reason=options.reason)
        except (InvalidText, WebhookNotKept) as error:
            if options.webhook is not None:
                raise
            unread.append(f"{webhook_id}: {error}")
        else:
            unknown += read.kind is WebhookKind.OTHER
    told = f"{counted(len(ids) - len(unread), 'webhook')} read again"
    if unknown:
        told += f", {unknown} of an unknown kind"
    if unread:
        told = "\n".join([*unread, f"{told}, {len(unread)} cannot be read"])
    return Output(told, code=1 if unread else 0)


async def _of_type(app: Application, options: argparse.Namespace) -> AsyncIterator[str]:
    """Yield the ids of the webhooks of a type and time whose bodies are kept, newest first."""
    since, until = options.since, options.until
    request: PageRequest | None = PageRequest(limit=MAX_PAGE)
    oldest = app.payments.forget_received_webhooks.before()
    while request is not None:
        page = await app.payments.list_webhooks(OPERATOR, request, type_=options.type)
        for kept in page.items:
            is_late = until is not None and kept.received_at >= until
            is_early = since is not None and kept.received_at < since
            if not is_late and not is_early and kept.received_at >= oldest:
                yield kept.webhook_id
        request = PageRequest(MAX_PAGE, page.next_cursor) if page.next_cursor else None


_ID = argument("webhook", metavar="WEBHOOK", help="the provider's id of it, such as evt_1a2b")

ACTIONS = (
    Action(
        name="webhooks",
        help="count and list the provider's webhooks",
        about="Counts the webhooks that the payment provider sent by their types. An unknown type\n"
        "is kept and not applied. With --type or --state it lists them, newest first.",
        example="solebook admin webhooks\n"
        "charge.captured                         1  0 not applied  last 2026-03-02 12:00\n"
        "1 webhook",
        run=count_or_list,
        arguments=(
            argument("--type", metavar="TYPE", help="the provider's name of a kind"),
            argument(
                "--state", choices=[state.value for state in WebhookState], help="what became of it"
            ),
            *PAGING,
        ),
        needs_reason=False,
    ),
    Action(
        name="webhook",
        help="show one of the provider's webhooks",
        about="Shows a webhook of the payment provider with its body, while that is kept. The\n"
        "body may have personal data.",
        example="solebook admin webhook evt_1a2b",
        run=show,
        arguments=(_ID,),
        needs_reason=False,
    ),
    Action(
        name="replay-webhook",
        help="read and apply a webhook again",
        about="Reads the kept body of a webhook as this version reads it, and applies it again.\n"
        "With --type it does so for all webhooks of a type, such as one that a new version\n"
        "knows. One that cannot be read any more is named, and the others go on. To apply a\n"
        "webhook again is always safe.",
        example='solebook admin replay-webhook evt_1a2b --reason "it is known now"\n'
        "1 webhook read again",
        run=replay,
        arguments=(
            argument(
                "webhook",
                nargs="?",
                metavar="WEBHOOK",
                help="the provider's id of it, such as evt_1a2b",
            ),
            argument("--type", metavar="TYPE", help="every webhook of this type"),
            argument(
                "--since",
                type=an_instant,
                metavar="TIME",
                help="only since then, like 2026-03-02T12:00Z",
            ),
            argument("--until", type=an_instant, metavar="TIME", help="only before that"),
        ),
    ),
)
