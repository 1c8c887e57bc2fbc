"""The sellers' accounts of the embedded provider: its state, derived from the calls about them."""

from ...ports.language.ids import UserId, parse_id
from ...ports.language.seller_accounts import Requirement, SellerAccount
from . import tokens

_WANTED = (
    ("individual.first_name", "individual: first name"),
    ("individual.last_name", "individual: last name"),
    ("external_account", "a bank account"),
)
_DOCUMENT = ("individual.verification.document", "individual: document that proves who you are")
NOT_COMPLETE = "requirements.past_due"
"""Why an account cannot be paid of which something is required."""


class AccountRecords:
    """Accounts by id. One that nobody opened, and whose name begins with `acct_`, is complete."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}
        """By account, the user for whom it was opened."""
        self._problems: dict[str, str | None] = {tokens.CLOSED_ACCOUNT: "account_closed"}
        """By account, why it cannot be paid; None if it can."""
        self._restricted: set[str] = set()

    def apply(self, operation: str, target: str, call_id: str) -> None:
        """Apply a call: its operation, target and id are those of the journal."""
        account, _, reason = target.partition(" ")
        match operation:
            case "account_opening":
                account = f"acct_{call_id[:16]}"
                self._owners[account] = target
                self._problems[account] = NOT_COMPLETE
            case "account_completion":
                self._problems[account] = None
                self._restricted.discard(account)
            case _:
                self._problems[account] = reason
                self._restricted.add(account)

    def problem_of(self, account: str) -> str | None:
        """Return why an account cannot be paid, or None if it can."""
        if not account.startswith("acct_"):
            return "invalid_account"
        return self._problems.get(account)

    def is_known(self, account: str) -> bool:
        """Return whether there is such an account."""
        return account.startswith("acct_")

    def is_own(self, account: str) -> bool:
        """Return whether the exchange opened it."""
        return account in self._owners

    def find(self, account: str) -> SellerAccount | None:
        """Return the current state of an account, or None."""
        if not self.is_known(account):
            return None
        owner, problem = self._owners.get(account), self.problem_of(account)
        wanted = [_DOCUMENT] if account in self._restricted else _WANTED
        is_closed = problem is not None and not problem.startswith("requirements")
        due = () if problem is None or is_closed else wanted
        return SellerAccount(
            account,
            None if owner is None else UserId(parse_id(owner)),
            can_receive=problem is None,
            can_withdraw=problem is None,
            problem=problem,
            requirements=tuple(Requirement(name, words, is_due=True) for name, words in due),
        )
