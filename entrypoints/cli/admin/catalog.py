"""Actions on the catalogue: list duplicate products."""

import argparse

from ....composition.application import Application
from ....ports.language.paging import MAX_PAGE, PageRequest
from ....ports.language.text import counted
from ....ports.language.users import OPERATOR
from ..arguments import an_id
from .action import Action, argument
from .listing import there_are_more


async def list_doubled_products(app: Application, options: argparse.Namespace) -> str:
    """Return a page of duplicate products, newest first."""
    request = PageRequest(options.limit, options.after)
    page = await app.catalog.list_doubled_products(OPERATOR, request)
    lines = [
        f"{double.id}  {double.style_code}  is also  {double.original_id}  "
        f"{double.original_style_code}"
        for double in page.items
    ]
    lines.append(counted(len(page.items), "duplicate product"))
    if page.next_cursor is not None:
        lines.append(there_are_more(("style-codes",), page.next_cursor, options))
    return "\n".join(lines)


ACTIONS = (
    Action(
        name="style-codes",
        help="list duplicate products",
        about="Lists products whose style code is another spelling of an earlier product's. New\n"
        "duplicates are refused. Those of older versions stay, and can be edited.",
        example="solebook admin style-codes\n"
        "019c1e39-5600-7ffd-a058-1cd2c1df3dd6  dd1391 100  is also  "
        "019c1e39-5600-7dc2-a5ae-c79bfc517667  DD1391-100\n"
        "1 duplicate product",
        run=list_doubled_products,
        arguments=(
            argument("--limit", type=int, default=MAX_PAGE, help=f"how many (1 to {MAX_PAGE})"),
            argument("--after", type=an_id, metavar="ID", help="start after this product"),
        ),
        needs_reason=False,
    ),
)
