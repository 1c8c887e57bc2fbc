"""Actions on disputes: what buyers' banks took back, and the answers to them."""

import argparse

from ....composition.application import Application
from ....ports.language.disputes import Dispute
from ....ports.language.ids import DisputeId
from ....ports.language.users import OPERATOR
from .action import Action, argument, id_argument
from .listing import PAGING, listed, page_request

_DISPUTE = id_argument("dispute", "the id of a dispute, as shown by `disputes`")
_ID = "01a2086f-4c22-7d19-b9b5-1a2b3c4d5e6f"


async def list_disputes(app: Application, options: argparse.Namespace) -> str:
    """Return a page of the disputes, newest first."""
    if options.ask:
        await app.disputes.find_disputes()
    page = await app.disputes.list_disputes(OPERATOR, page_request(options), open_only=options.open)
    return listed(
        page,
        lambda dispute: _line(app, dispute),
        "dispute",
        ("disputes", *(("--open",) if options.open else ())),
        options,
    )


async def view_dispute(app: Application, options: argparse.Namespace) -> str:
    """Return a dispute, and the evidence that would be submitted now."""
    dispute, evidence = await app.disputes.view_dispute(OPERATOR, DisputeId(options.dispute))
    plain = app.rules.money.plain
    facts = {
        "charge": dispute.charge_id,
        "order": dispute.order_id or "none that is known",
        "withdrawn": plain(dispute.withdrawn),
        "came back": plain(dispute.reinstated),
        "fee": plain(dispute.fee),
    }
    lines = [_line(app, dispute), *(f"{name}: {fact}" for name, fact in facts.items())]
    lines.append("evidence that would be submitted now:")
    for name, text in evidence.given().items():
        lines += [f"  {name}:", *(f"    {line}" for line in text.splitlines())]
    return "\n".join(lines)


async def submit_evidence(app: Application, options: argparse.Namespace) -> str:
    """Hand the evidence for a dispute to the bank."""
    dispute = await app.disputes.submit_evidence(
        OPERATOR, DisputeId(options.dispute), reason=options.reason, remark=options.remark
    )
    return f"the bank has the evidence: {dispute.name} is {dispute.status}"


async def accept_dispute(app: Application, options: argparse.Namespace) -> str:
    """Give a dispute up."""
    dispute = await app.disputes.accept_dispute(
        OPERATOR, DisputeId(options.dispute), reason=options.reason
    )
    return f"{dispute.name} is {dispute.status}"


def _line(app: Application, dispute: Dispute) -> str:
    due_by = dispute.evidence_due_by
    waits = dispute.status.awaits_evidence and due_by is not None
    until = f"  evidence is due by {due_by:%Y-%m-%d %H:%M} UTC" if waits else ""
    amount = app.rules.money.plain(dispute.amount)
    return f"{dispute.id}  {dispute.name}  {amount}  {dispute.reason}  {dispute.status}{until}"


ACTIONS = (
    Action(
        name="disputes",
        help="list disputes of charges",
        about="Lists what buyers' banks took back or ask about, newest first, a page at a time.",
        example="solebook admin disputes --open",
        run=list_disputes,
        arguments=(
            *PAGING,
            argument("--open", action="store_true", help="only those that are not over"),
            argument(
                "--ask", action="store_true", help="ask the provider first for what is not known"
            ),
        ),
        needs_reason=False,
    ),
    Action(
        name="dispute",
        help="show a dispute and its evidence",
        about="Shows a dispute, its money, and the evidence that would be submitted now.",
        example=f"solebook admin dispute {_ID}",
        run=view_dispute,
        arguments=(_DISPUTE,),
        needs_reason=False,
    ),
    Action(
        name="submit-evidence",
        help="hand the evidence for a dispute to the bank",
        about="Hands what the exchange has to the bank, once: the order, the examination of the\n"
        "pair with links to its photos, the parcel and the delivery. Look at it before with\n"
        "`dispute`.",
        example=f'solebook admin submit-evidence {_ID} --reason "the pair was delivered"\n'
        "the bank has the evidence: du_3a4f is under_review",
        run=submit_evidence,
        arguments=(
            _DISPUTE,
            argument("--remark", default="", metavar="TEXT", help="what is added for the bank"),
        ),
    ),
    Action(
        name="accept-dispute",
        help="give a dispute up",
        about="Leaves the money to the buyer, because they are right. The dispute is lost at once.",
        example=f'solebook admin accept-dispute {_ID} --reason "the card was stolen"\n'
        "du_3a4f is lost",
        run=accept_dispute,
        arguments=(_DISPUTE,),
    ),
)
