"""Run the demo on a whole deployment that is started for it."""

from pathlib import Path

from rich.console import Console

from ...composition.container import open_application
from ...config.settings import Settings
from ..stack.run import run_stack
from ..stack.settings_file import Payments
from ..stack.stack import Plan, Stack
from .deployment import run_on_deployment
from .files import read_catalogue, read_sales
from .replay import opening_of
from .run import check_options

_MORE = """
# Six buyers buy everything, and the clock jumps over years.
[market]
max_unpaid_orders = 1_000_000

[http.user_limit]
burst = 1_000_000
per_second = 1_000_000

[http.address_limit]
burst = 1_000_000
per_second = 1_000_000

[http.credentials_limit]
burst = 1_000_000
per_second = 1_000_000

[http.email_limit]
burst = 1_000_000
per_second = 1_000_000

[security]
bcrypt_cost = 4                    # the password is public
access_token_life = "P36500D"
refresh_token_life = "P36500D"

[warehouse]
name = "solebook demo warehouse"
street = "1 Market Street"
city = "Portland"
region = "OR"
postal_code = "97201"
country = "US"
"""


async def demo_on_stack(
    folder: Path,
    *,
    products: Path | None = None,
    sales: Path | None = None,
    limit: int | None = None,
    report: Path | None = None,
    stay: bool = True,
    console: Console | None = None,
) -> int:
    """Start a stack in a new folder, trade through it, and return the exit code like `run_demo`.

    The embedded provider takes payments: its clock follows the demo's, and Stripe's would not.
    Raises ValueError for a folder that is in use, and what `run_stack` and `run_demo` raise.
    """
    if (folder / "solebook.toml").exists():
        raise ValueError(f"{folder} is in use, and the demo needs a new folder; name another one")
    check_options(limit, report)
    console = console or Console()
    market = Settings().market
    rows = read_sales(sales, read_catalogue(products, market), market)[:limit]
    code = 1

    async def trade(stack: Stack) -> None:
        nonlocal code
        async with open_application(stack.settings, migrate=False) as application:
            code = await run_on_deployment(
                application,
                stack.settings,
                stack.urls,
                products=products,
                sales=sales,
                limit=limit,
                report=report,
                console=console,
            )

    plan = Plan(folder, payments=Payments("embedded"), opening=opening_of(rows), more=_MORE)
    await run_stack(plan, console, meanwhile=trade, stays=stay)
    return code
