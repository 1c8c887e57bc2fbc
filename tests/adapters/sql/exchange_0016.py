"""An exchange as it was at revision 0016, with orders in every state, to be brought over.

`exchange_0016.sql` and `payment_provider_0016.sql` hold the rows of its store and the whole journal
of its embedded payment provider. They were made once by a program that drove the code of that
revision through its use cases, on SQLite, with a virtual clock, seeded ids and bcrypt at cost 4,
and then wrote the rows out as they were. The search index is left out: it can be made anew. That
program cannot run against later code, so this is what it did:

- People joined: an admin, an authenticator, buyers and sellers. Among them are a buyer whose card
  is declined, one whose charges fail once, one whose answers get lost, a seller whose account is
  closed, a user whose names hold links, and two users who are suspended in the end. Everybody's
  password is `correct horse`.
- Four products were put on sale. Two have the style codes `DD1391-100` and `dd1391 100`, and one
  is offered in the sizes `1\u0660` and `1\uff10`, which that code took for sizes.
- They traded for a month. `ORDERS` names each order by what became of it.
- The provider and the mail server were out of reach for a while. So a refund and a letter are
  among the dead letters, and others wait to be tried again. Webhooks were received.
- In the end quotes rested in the books of several sizes, others were cancelled or repriced;
  some price alerts had fired; answers to idempotency keys were kept; sessions were open, renewed
  and signed out; some messages had been read.
- Then the process stopped as one that is killed: messages of many kinds are still in the outbox,
  and some of them were handled by one consumer and not by the next.
"""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from alembic import command
from sqlalchemy import Connection

from solebook.adapters.sql.migrate import configuration_before, connected
from solebook.ports.language.ids import OrderId

REVISION = "0016"
STOPPED_AT = datetime(2026, 3, 3, 14, 49, 3, 16871, tzinfo=UTC)
PASSWORD = "correct horse"

ORDERS = {
    "paid_out": OrderId(UUID("019c1e39-5600-7ffd-a058-1cfcd60b3172")),
    "cancelled_by_seller": OrderId(UUID("019c1e39-5600-7ffd-a058-1d1219a00331")),
    "cancelled_by_admin": OrderId(UUID("019c1e39-5600-7ffd-a058-1d23009ea592")),
    "declined": OrderId(UUID("019c1e39-5600-7ffd-a058-1d2ee9582470")),
    "sold_after_a_decline": OrderId(UUID("019c1e39-5600-7ffd-a058-1d3511f2b9c5")),
    "arrival_overdue": OrderId(UUID("019c1e39-5600-7ffd-a058-1d3d75b8155d")),
    "shipment_overdue": OrderId(UUID("019c1e39-5600-7ffd-a058-1d4411ce23b9")),
    "return_sent": OrderId(UUID("019c1e39-5600-7ffd-a058-1d49d2920c40")),
    "debt_settled": OrderId(UUID("019c1e39-5600-7ffd-a058-1d51bba11675")),
    "payout_refused": OrderId(UUID("019c1e39-5600-7ffd-a058-1d62cfbac2b1")),
    "payment_overdue": OrderId(UUID("019c1e39-5600-7ffd-a058-1d69ed76b8f5")),
    "charged_late_and_refunded": OrderId(UUID("019c1e48-02dd-7f2b-a644-5bb24c8be92b")),
    "refund_dead": OrderId(UUID("019ca43c-05c8-7fab-a1f7-21e54135052a")),
    "return_due": OrderId(UUID("019ca4a9-e2c8-7ae2-9385-38fcaceb11b8")),
    "shipping_to_buyer": OrderId(UUID("019ca4a9-e2c8-7f8c-82af-2efb76a32f29")),
    "auth_passed": OrderId(UUID("019ca4a9-e2c8-7fbc-b9cf-f729be0b6713")),
    "auth_passed_odd_size": OrderId(UUID("019ca4a9-e2c8-7fe6-8413-d5fc6efe4153")),
    "received_long_ago": OrderId(UUID("019ca4a9-e2c8-7fe6-8413-d6070049f0ea")),
    "in_review_lapsed": OrderId(UUID("019ca4a9-e2c8-7ffa-b1db-092dafbaba06")),
    "cancelled_link_in_note": OrderId(UUID("019ca4a9-e2c8-7ffa-b1db-09353fa6678b")),
    "payout_all_debt": OrderId(UUID("019ca4a9-e2c8-7ffa-b1db-093baa93d0cf")),
    "declined_and_returned": OrderId(UUID("019ca4a9-e2c8-7ffa-b1db-094b2e8e40e8")),
    "confirmed_after_a_return": OrderId(UUID("019ca4a9-e2c8-7ffa-b1db-0953901700e5")),
    "payout_due": OrderId(UUID("019ca4a9-e2c8-7ffa-b1db-095d290855a6")),
    "delivered_held": OrderId(UUID("019cb41d-e128-7f84-b368-e296e13fd6b6")),
    "confirmed": OrderId(UUID("019cb41d-e128-7fd4-a0ff-ea32b9000937")),
    "confirmed_extended": OrderId(UUID("019cb41d-e128-7fd4-a0ff-ea3dace4d76d")),
    "confirmed_of_suspended_seller": OrderId(UUID("019cb41d-e128-7ffb-a084-ba9c94c55a7c")),
    "confirmed_of_suspended_buyer": OrderId(UUID("019cb41d-e128-7ffb-a084-baa5774398d7")),
    "seller_shipping": OrderId(UUID("019cb41d-e128-7ffb-a084-bab0bca16d7f")),
    "received": OrderId(UUID("019cb41d-e128-7ffb-a084-babb5fdea2f7")),
    "in_review": OrderId(UUID("019cb41d-e128-7ffb-a084-bac521174e73")),
    "confirmed_used": OrderId(UUID("019cb41d-e128-7ffb-a084-bacf0578d02d")),
    "confirmed_without_address": OrderId(UUID("019cb41d-e128-7ffb-a084-badab080c9c5")),
    "declined_20100": OrderId(UUID("019cb41d-e128-7ffb-a084-baea44e0c2c9")),
    "declined_20200": OrderId(UUID("019cb41d-e128-7ffb-a084-baf3315dc85c")),
    "declined_20300": OrderId(UUID("019cb41d-e128-7ffb-a084-bafefd6f1132")),
    "confirmed_odd_size": OrderId(UUID("019cb41d-e128-7ffb-a084-bb1b0329f8e8")),
    "refund_due": OrderId(UUID("019cb41d-e128-7ffb-a084-bb316d34f2dd")),
    "auth_failed_refund_due": OrderId(UUID("019cb41d-e128-7ffb-a084-bb388b1a4677")),
    "pending_overdue": OrderId(UUID("019cb41d-e128-7ffb-a084-bb4065537f45")),
    "pending_overdue_but_captured": OrderId(UUID("019cb41d-e128-7ffb-a084-bb453e9e734e")),
    "pending_charged_unknown": OrderId(UUID("019cb42c-8728-7cf4-a492-1cbf1e888225")),
    "pending_ioc_ask": OrderId(UUID("019cb42c-8728-7f23-a5af-07cf6e69f351")),
    "pending_ioc_bid": OrderId(UUID("019cb42c-8728-7f23-a5af-07d60a84cb0f")),
    "pending_charge_failed": OrderId(UUID("019cb42c-8728-7f35-95e9-9351b5693dce")),
    "pending_odd_size_charge_failed": OrderId(UUID("019cb42c-8728-7f35-95e9-93582636c438")),
    "pending_reserved": OrderId(UUID("019cb42c-8728-7fb7-b0c1-e57ab9327a52")),
    "pending_ioc_ask_to_be_declined": OrderId(UUID("019cb42c-8728-7fb7-b0c1-e57d8525a4fb")),
    "pending_to_be_declined": OrderId(UUID("019cb42c-8728-7fb7-b0c1-e58006b91364")),
    "pending_to_be_declined_of_suspended_seller": OrderId(
        UUID("019cb42c-8728-7fb7-b0c1-e581a5a95391")
    ),
    "pending": OrderId(UUID("019cb42c-8728-7fb7-b0c1-e583b8b1c569")),
}
"""Every order, by what became of it or by what it waits for."""

PEOPLE = tuple(
    f"{name}@example.com"
    for name in (
        *(f"user-{number}" for number in range(19) if number != 17),
        "linked",
        "newcomer",
        "newest",
    )
)
"""The emails of everybody: an admin, an authenticator, a buyer, a seller, and all the others."""

_HERE = Path(__file__).parent


async def restore(store: Path, provider: Path) -> None:
    """Make the files of the exchange as that code left them."""

    def upgrade(connection: Connection) -> None:
        command.upgrade(configuration_before(connection), REVISION)

    async with connected(f"sqlite:///{store}") as connection:
        await connection.run_sync(upgrade)
    await asyncio.to_thread(_execute, store, _HERE / "exchange_0016.sql")
    await asyncio.to_thread(_execute, provider, _HERE / "payment_provider_0016.sql")


def _execute(database: Path, script: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(script.read_text(encoding="utf-8"))
        connection.commit()
