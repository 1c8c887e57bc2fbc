"""Actions on users: find, suspend, reinstate, end sessions, close, forgive."""

import argparse

from ....composition.application import Application
from ....core.operations.find_user import UserRecord
from ....ports.language.audit import AuditEntry
from ....ports.language.currencies import Currency
from ....ports.language.ids import UserId, parse_id
from ....ports.language.market import Quote, QuoteStatus, Side
from ....ports.language.users import OPERATOR
from .action import Action, Output, argument
from .listing import PAGING, listed, page_request
from .waiting import NOT_YET, WAIT, wait_for_outcome

USER = argument("user", metavar="USER", help="the email or the id of a user")


async def named_user(app: Application, name: str) -> UserRecord:
    """Return the user with this email or id. Raises ValueError, NotFound."""
    find = app.operations.find_user
    try:
        user_id = UserId(parse_id(name))
    except ValueError:
        record = await find.by_email(OPERATOR, name)
        if record is None:
            raise ValueError(f"there is no user {name}") from None
        return record
    return await find(OPERATOR, user_id)


async def find_user(app: Application, options: argparse.Namespace) -> str:
    """Return a user's details, quotes and balances, one per line."""
    record = await named_user(app, options.user)
    user, barred = record.user, record.bids_barred_until
    bar = f", no bids until {barred:%Y-%m-%d %H:%M} UTC" if barred else ""
    shown = {
        "id": user.id,
        "email": user.email,
        "name": f"{user.first_name} {user.last_name}",
        "roles": ", ".join(sorted(user.roles)),
        "joined": f"{user.created_at:%Y-%m-%d %H:%M} UTC",
        "proven": _proven(record),
        "suspended": "yes" if user.suspended else "no",
        "closed": "no" if user.closed_at is None else f"{user.closed_at:%Y-%m-%d}",
        "erased": "no" if user.erased_at is None else f"{user.erased_at:%Y-%m-%d}",
        "open bids": record.open_bids,
        "open asks": record.open_asks,
        "declines": f"{record.declines}{bar}",
        "is owed": app.rules.money.plain(record.payable),
        "owes": app.rules.money.plain(record.debt),
    }
    return "\n".join(f"{name:<11}{value}" for name, value in shown.items())


def _proven(record: UserRecord) -> str:
    proven = {"email": record.user.email_proven, "phone": record.phone_proven}
    return ", ".join(what for what, is_proven in proven.items() if is_proven) or "nothing"


async def list_quotes(app: Application, options: argparse.Namespace) -> str:
    """Return a page of a user's open bids or asks."""
    record = await named_user(app, options.user)
    side = Side(options.side)
    page = await app.bidding.list_quotes.of_user(
        OPERATOR, record.user.id, side, page_request(options), standing=True
    )
    currency = app.rules.money
    return listed(
        page,
        lambda quote: _quote(quote, currency),
        f"open {side}",
        ("quotes", options.user, side),
        options,
    )


def _quote(quote: Quote, currency: Currency) -> str:
    book = f"{quote.book.product_id}  size {quote.book.size}  {quote.book.condition}"
    waits = "" if quote.status is QuoteStatus.ACTIVE else "  waiting for its book to open"
    amount = currency.plain(quote.amount)
    return f"{quote.id}  {amount}  {book}  until {quote.expires_at:%Y-%m-%d}{waits}"


async def suspend(app: Application, options: argparse.Namespace) -> Output:
    """Suspend a user. The running exchange withdraws their quotes."""
    record = await named_user(app, options.user)
    done = await app.users.set_suspension(
        OPERATOR, record.user.id, suspended=True, reason=options.reason
    )
    email = record.user.email

    def describe(outcome: AuditEntry) -> str:
        if withdrawn := outcome.act.facts.get("withdrawn"):
            return f"{email} is suspended; withdrawn quotes: {withdrawn}"
        if withdrawn == 0:
            return f"{email} is suspended; none of their quotes is left in the books"
        return f"{email} was reinstated meanwhile; no quotes were withdrawn"

    told = await wait_for_outcome(app, options, done.entry, describe)
    if told.code == NOT_YET:
        text = f"{email} is suspended; their quotes are still in the books: {told.text}"
        return Output(text, NOT_YET)
    return told


async def reinstate(app: Application, options: argparse.Namespace) -> str:
    """Lift a suspension."""
    record = await named_user(app, options.user)
    await app.users.set_suspension(OPERATOR, record.user.id, suspended=False, reason=options.reason)
    return f"{record.user.email} is not suspended"


async def end_sessions(app: Application, options: argparse.Namespace) -> str:
    """End all sessions of a user."""
    user = (await named_user(app, options.user)).user
    await app.users.end_sessions.of_user(OPERATOR, user.id, reason=options.reason)
    return f"all sessions of {user.email} have ended"


async def close(app: Application, options: argparse.Namespace) -> str:
    """Close an account at its user's request."""
    record = await named_user(app, options.user)
    done = await app.closing.close_account.for_user(OPERATOR, record.user.id, reason=options.reason)
    already = " already" if done is None else ""
    return f"the account of {record.user.email} is closed{already}"


async def name_account(app: Application, options: argparse.Namespace) -> str:
    """Name the payout account of a seller whose account is closed."""
    user = (await named_user(app, options.user)).user
    await app.users.set_payout_account.for_user(
        OPERATOR, user.id, account=options.account, reason=options.reason
    )
    return f"what is owed to the user {user.id} is paid to {options.account}"


async def forgive(app: Application, options: argparse.Namespace) -> str:
    """Forgive a buyer's declined cards."""
    record = await named_user(app, options.user)
    entry = await app.payments.forgive_declines(OPERATOR, record.user.id, reason=options.reason)
    return f"{record.user.email} may bid again; forgiven: {entry.act.facts['forgiven']}"


ACTIONS = (
    Action(
        name="find-user",
        help="find a user by email or id",
        about="Shows a user's roles and open quotes, what they are owed and what they owe. It\n"
        "shows no password and no token.",
        example="solebook admin find-user seller@example.com",
        run=find_user,
        arguments=(USER,),
        needs_reason=False,
    ),
    Action(
        name="quotes",
        help="list the open bids or asks of a user",
        about="Lists the open bids or asks of a user, newest first, a page at a time: those in\n"
        "the books, and asks that wait for a halted book to open.",
        example="solebook admin quotes seller@example.com ask",
        run=list_quotes,
        arguments=(
            USER,
            argument("side", choices=[side.value for side in Side], help="which side"),
            *PAGING,
        ),
        needs_reason=False,
    ),
    Action(
        name="suspend",
        help="suspend a user from trading",
        about="Suspends a user: they cannot place or change bids and asks, and their quotes are\n"
        "withdrawn. They can still sign in, ship and confirm, because open orders go on.",
        example='solebook admin suspend seller@example.com --reason "sent two fakes in one week"\n'
        "seller@example.com is suspended; withdrawn quotes: 3",
        run=suspend,
        arguments=(USER, WAIT),
    ),
    Action(
        name="reinstate",
        help="let a suspended user trade again",
        about="Lifts a suspension. Quotes that were withdrawn do not come back.",
        example="solebook admin reinstate seller@example.com "
        '--reason "the pairs were authentic after all"\n'
        "seller@example.com is not suspended",
        run=reinstate,
        arguments=(USER,),
    ),
    Action(
        name="end-sessions",
        help="end all sessions of a user",
        about="Ends all sessions of a user, in browsers and programs, so that they sign in again.\n"
        "API keys stay.",
        example='solebook admin end-sessions buyer@example.com --reason "lost a telephone"\n'
        "all sessions of buyer@example.com have ended",
        run=end_sessions,
        arguments=(USER,),
    ),
    Action(
        name="close-account",
        help="close the account of a user who asks for it",
        about="Closes an account for good, as its user can do it. Nobody can sign in any more,\n"
        "and the quotes leave. Running trades go on. After the last one, everything\n"
        "personal is erased. It is refused while the user must still do something.",
        example="solebook admin close-account buyer@example.com "
        '--reason "asked for it in a letter of 1 March"\n'
        "the account of buyer@example.com is closed",
        run=close,
        arguments=(USER,),
    ),
    Action(
        name="payout-account",
        help="name the payout account of a seller who closed their account",
        about="Has what was refused, or came back from the bank, paid to another account of a\n"
        "seller who cannot sign in any more. After an erasure, name the seller by id.",
        example="solebook admin payout-account seller@example.com acct_seller_2 "
        '--reason "asked for it in a letter of 9 March"\n'
        "what is owed to the user 019cae6b-6600-7f1e-9755-d4d249fc7045 is paid to acct_seller_2",
        run=name_account,
        arguments=(USER, argument("account", help="the id of the account at the provider")),
    ),
    Action(
        name="forgive-declines",
        help="let a buyer bid again after declined charges",
        about="Forgives all declines of a buyer so far, so that they no longer keep the buyer\n"
        "from bidding. Bids that were withdrawn do not come back.",
        example="solebook admin forgive-declines buyer@example.com "
        '--reason "the bank had declined by mistake"\n'
        "buyer@example.com may bid again; forgiven: 3",
        run=forgive,
        arguments=(USER,),
    ),
)
