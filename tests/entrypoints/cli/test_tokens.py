"""`solebook admin issue-token`, `tokens` and `revoke-token`."""

from pathlib import Path

from solebook.composition.application import Application
from solebook.ports.language.api_tokens import ApiToken
from solebook.ports.language.errors import InvalidToken

from .conftest import Run
from .exchanges import within
from .test_main import one_line

WHY = ("--reason", "its own program")


def token_of(folder: Path, secret: str) -> ApiToken | str:
    async def work(app: Application) -> ApiToken | str:
        try:
            found = (await app.users.authenticate_caller(secret)).token
        except InvalidToken as refused:
            return refused.problem
        assert found is not None
        return found

    return within(folder, work)


def test_a_token_is_issued_listed_and_revoked(folder: Path, run: Run) -> None:
    issued = run("admin", "issue-token", "shop", "OrderService.GetOrder", "SearchService", *WHY)
    record, secret = issued.out.splitlines()
    token_id = record.split()[0]
    assert record.endswith("  shop  OrderService.GetOrder SearchService")
    token = token_of(folder, secret)
    assert isinstance(token, ApiToken)
    assert (str(token.id), token.name) == (token_id, "shop")

    done = run("admin", "revoke-token", token_id, "--reason", "it leaked")
    assert done.out == f"the token {token_id} of shop is revoked\n"
    assert token_of(folder, secret) == "revoked"
    listed = run("admin", "tokens").out.splitlines()
    assert listed[0].startswith(f"{record}  revoked ")
    assert listed[1] == "1 token"
    assert secret not in "".join(listed)


def test_a_scope_that_is_no_call_is_refused(folder: Path, run: Run) -> None:
    refused = run("admin", "issue-token", "shop", "OrderService.DropOrder", *WHY)
    assert refused.code == 1
    assert one_line(refused.err) == "solebook: there is no service or call OrderService.DropOrder"
    assert run("admin", "tokens").out == "no tokens\n"
