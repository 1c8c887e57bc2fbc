from collections.abc import Iterator
from contextlib import closing

import pytest

from solebook.adapters.security.passwords import BcryptPasswords
from solebook.ports.language.users import User

from .accounts import Accounts, build_accounts


@pytest.fixture(scope="session")
def passwords() -> Iterator[BcryptPasswords]:
    with closing(BcryptPasswords(cost=4)) as passwords:
        yield passwords


@pytest.fixture
def accounts(passwords: BcryptPasswords) -> Accounts:
    return build_accounts(passwords)


@pytest.fixture
async def buyer(accounts: Accounts) -> User:
    return await accounts.join()
