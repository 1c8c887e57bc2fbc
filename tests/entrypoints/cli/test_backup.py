"""`solebook admin backup` and `restore`: an exchange survives the loss of its machine."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from solebook.adapters.backup import folder as backup_folder
from solebook.composition.application import Application
from solebook.composition.backup import back_up
from solebook.composition.container import open_application
from solebook.composition.copying import settings_for
from solebook.composition.engine import engine_of
from solebook.config.settings import Settings
from solebook.ports.language.errors import InvalidToken
from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import OrderStatus

from ...exchange import SIZE, Exchange
from ...postgres_server import PostgresServer
from .conftest import Run
from .exchanges import settings_of, traded, within
from .test_main import one_line

BACKUP = Path("backup")
FILES = {
    "solebook.sqlite3",
    "payment-provider.sqlite3",
    "signing-key",
    "webhook-secret",
    "webhooks-key",
}


@pytest.fixture
def lost(folder: Path, run: Run) -> Path:
    """The folder of an exchange with an order, which was backed up and is gone."""
    traded(folder)
    assert run("admin", "backup", str(BACKUP)).code == 0
    shutil.rmtree(folder)
    return folder


def shipped(settings: Settings, order_id: OrderId) -> OrderStatus:
    """Return the status of an order after its seller has shipped."""

    async def ship() -> OrderStatus:
        async with open_application(settings) as app:
            exchange = Exchange(app)
            await exchange.ship(order_id)
            return (await exchange.order(order_id)).status

    return asyncio.run(ship())


def test_an_exchange_is_restored_verified_and_goes_on(folder: Path, run: Run) -> None:
    order = traded(folder)
    backed_up = run("admin", "backup", str(BACKUP))
    assert (backed_up.code, backed_up.out) == (0, "5 files were backed up to backup\n")
    kept = {name: (folder / name).read_bytes() for name in FILES if "sqlite" not in name}
    shutil.rmtree(folder)
    restored = run("admin", "restore", str(BACKUP))
    assert restored.code == 0, restored.err
    verified, again, told = restored.out.splitlines()
    assert again.startswith("everybody has to sign in again; ")
    assert verified.startswith("no errors in 1 order, 2 quotes and ")
    assert told.startswith("the backup of 20")
    assert {name: (folder / name).read_bytes() for name in kept} == kept
    assert shipped(settings_of(folder), order.id) is OrderStatus.SELLER_SHIPPING


def test_backups_of_an_exchange_that_trades_meanwhile_are_without_errors(
    folder: Path, run: Run, tmp_path: Path
) -> None:
    async def trade_and_back_up(app: Application) -> None:
        exchange = Exchange(app)
        exchange.product = await exchange.new_product(SIZE, style_code="DD1391-100")
        buyer, seller = await exchange.new_buyer(), await exchange.new_seller()
        await engine_of(app).start()
        over = asyncio.Event()
        trades = asyncio.Queue[None]()

        async def trade() -> None:
            while not over.is_set():
                await exchange.trade(buyer=buyer, seller=seller)
                trades.put_nowait(None)

        async with asyncio.TaskGroup() as group:
            group.create_task(trade())
            for number in range(4):
                await trades.get()  # the next backup has more
                await back_up(settings_of(folder), tmp_path / f"backup-{number}", lambda *_: None)
            over.set()
        await engine_of(app).stop()

    within(folder, trade_and_back_up)
    for number in range(4):
        shutil.rmtree(folder)
        restored = run("admin", "restore", f"backup-{number}")
        assert restored.code == 0, restored.out
        assert "no errors in" in restored.out


def test_a_backup_is_for_its_owner_only(folder: Path, run: Run) -> None:
    traded(folder)
    run("admin", "backup", str(BACKUP))
    assert BACKUP.stat().st_mode & 0o777 == 0o700
    assert {file.name for file in BACKUP.iterdir()} == FILES | {"backup.json"}
    assert {file.stat().st_mode & 0o077 for file in BACKUP.iterdir()} == {0}


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_damaged_backup_is_refused_and_nothing_is_restored(
    lost: Path, run: Run, name: str
) -> None:
    content = bytearray((BACKUP / name).read_bytes())
    content[-1] ^= 1
    (BACKUP / name).write_bytes(content)
    refused = run("admin", "restore", str(BACKUP))
    assert refused.code == 1
    assert f"backup/{name} is damaged: it is not what was backed up" in one_line(refused.err)
    assert not lost.exists()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda: (BACKUP / "backup.json").unlink(), "is no complete backup: it has no backup.json"),
        (lambda: (BACKUP / "backup.json").write_text("{}"), "is damaged, or of another version"),
        (lambda: (BACKUP / "signing-key").unlink(), "signing-key is missing from the backup"),
        (lambda: shutil.rmtree(BACKUP), "is no complete backup"),
    ],
)
def test_what_is_no_whole_backup_is_refused(
    lost: Path, run: Run, change: object, told: str
) -> None:
    assert callable(change)
    change()
    refused = run("admin", "restore", str(BACKUP))
    assert refused.code == 1
    assert told in one_line(refused.err)
    assert not lost.exists()


def test_a_backup_takes_no_place_that_is_taken(folder: Path, run: Run) -> None:
    traded(folder)
    BACKUP.mkdir()
    refused = run("admin", "backup", str(BACKUP))
    assert (refused.code, one_line(refused.err)[:31]) == (1, "solebook: backup exists already")
    assert list(BACKUP.iterdir()) == []


def test_an_interrupted_backup_is_none_and_the_next_one_removes_it(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    traded(folder)
    unfinished = BACKUP.with_name("backup.unfinished")

    def killed(*_: object) -> None:
        shutil.copytree(unfinished, "left")
        raise OSError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(backup_folder, "_write_list", killed)
        assert run("admin", "backup", str(BACKUP)).code == 1
    assert not BACKUP.exists()
    Path("left").rename(unfinished)
    assert run("admin", "backup", str(BACKUP)).code == 0
    assert not unfinished.exists()


def test_an_exchange_is_never_replaced(folder: Path, run: Run) -> None:
    traded(folder)
    run("admin", "backup", str(BACKUP))

    def files() -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}

    async def change(app: Application) -> None:
        await Exchange(app).new_buyer(email="new@example.com")

    within(folder, change)
    before = files()
    refused = run("admin", "restore", str(BACKUP))
    assert refused.code == 1
    assert "is there already: restore into an empty folder" in one_line(refused.err)
    assert {name: content for name, content in files().items() if name in before} == before


@pytest.mark.parametrize("left", ["solebook.sqlite3-wal", "payment-provider.sqlite3-shm"])
def test_no_log_of_a_lost_database_is_played_into_the_restored_one(
    lost: Path, run: Run, left: str
) -> None:
    lost.mkdir()
    (lost / left).write_bytes(b"what was committed after the backup")
    refused = run("admin", "restore", str(BACKUP))
    assert refused.code == 1
    assert f"{left} is there already: restore into an empty folder" in one_line(refused.err)
    assert not (lost / "solebook.sqlite3").exists()


@pytest.mark.parametrize("name", ["webhooks-key", "payment-provider.sqlite3"])
def test_no_part_of_another_exchange_is_taken_over(lost: Path, run: Run, name: str) -> None:
    said = json.loads((BACKUP / "backup.json").read_text())
    del said["files"][name]  # as of an exchange whose settings have it
    (BACKUP / "backup.json").write_text(json.dumps(said))
    lost.mkdir()
    (lost / name).write_bytes(b"of another exchange")
    refused = run("admin", "restore", str(BACKUP))
    assert refused.code == 1
    assert f"{name} is there already" in one_line(refused.err)


def test_sessions_of_the_backup_have_ended(folder: Path, run: Run) -> None:
    traded(folder)

    async def sign_in(app: Application) -> str:
        await app.users.register_user(
            email="one@example.com", password="correct horse", first_name="Test", last_name="One"
        )
        tokens = await app.users.sign_in(email="one@example.com", password="correct horse")
        return tokens.refresh_token

    token = within(folder, sign_in)
    run("admin", "backup", str(BACKUP))
    shutil.rmtree(folder)
    assert run("admin", "restore", str(BACKUP)).code == 0

    async def go_on(app: Application) -> None:
        await app.users.refresh_session(refresh_token=token)

    with pytest.raises(InvalidToken):
        within(folder, go_on)


def test_an_interrupted_restoration_is_no_exchange_and_can_be_repeated(
    lost: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = backup_folder.copy_durably

    def interrupted(source: Path, target: Path) -> None:
        if target.name == "solebook.sqlite3":
            raise OSError("no space left on device")
        copied(source, target)

    with monkeypatch.context() as patched:
        patched.setattr("solebook.composition.backup.copy_durably", interrupted)
        assert run("admin", "restore", str(BACKUP)).code == 1
    assert "there is no exchange" in run("admin", "verify").err
    assert run("admin", "restore", str(BACKUP)).code == 0


def test_a_backup_of_another_kind_of_store_is_refused(
    lost: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = json.loads((BACKUP / "backup.json").read_text())
    said["backup"]["store"] = "postgres"
    (BACKUP / "backup.json").write_text(json.dumps(said))
    refused = run("admin", "restore", str(BACKUP))
    assert refused.code == 1
    assert "the backup is of a store in postgres" in one_line(refused.err)


def test_a_damaged_database_is_not_backed_up(folder: Path, run: Run) -> None:
    traded(folder)
    with (folder / "solebook.sqlite3").open("r+b") as database:
        database.seek(40 * 4096)
        database.write(b"\xff" * 4096)
    refused = run("admin", "backup", str(BACKUP))
    assert refused.code == 1
    assert "solebook.sqlite3: " in one_line(refused.err)
    assert not BACKUP.exists()


def test_where_there_is_no_exchange_nothing_is_backed_up(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = run("admin", "backup", str(BACKUP))
    assert refused.code == 1
    assert "there is no exchange in" in one_line(refused.err)
    assert not BACKUP.exists()


@pytest.mark.real
@pytest.mark.integration
class TestPostgres:
    @pytest.fixture
    def restored(self, postgres_server: PostgresServer) -> Iterator[str]:
        """The URL of a new database."""
        yield postgres_server.create_database("restored", template="template0")
        postgres_server.sql("DROP DATABASE restored WITH (FORCE)")

    @pytest.fixture(autouse=True)
    def _programs(self, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(postgres_server.programs), prepend=":")

    def test_an_exchange_is_restored_verified_and_goes_on(
        self, folder: Path, run: Run, postgres_url: str, restored: str
    ) -> None:
        order = traded(folder)
        assert run("admin", "copy", "--to", postgres_url).code == 0
        (folder / "solebook.sqlite3").unlink()
        backed_up = run("admin", "backup", str(BACKUP), "--store", postgres_url)
        assert (backed_up.code, backed_up.err.count("password")) == (0, 0), backed_up.err
        shutil.rmtree(folder)
        done = run("admin", "restore", str(BACKUP), "--store", restored)
        assert done.code == 0, done.err
        assert done.out.startswith("no errors in 1 order, 2 quotes and ")
        again = run("admin", "restore", str(BACKUP), "--store", restored)
        assert (again.code, "in use already: give an empty one" in again.err) == (1, True)
        settings = settings_for(settings_of(folder), restored)
        assert shipped(settings, order.id) is OrderStatus.SELLER_SHIPPING

    def test_without_a_program_of_the_machine_it_uses_that_of_the_stack(
        self, folder: Path, run: Run, postgres_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        traded(folder)
        assert run("admin", "copy", "--to", postgres_url).code == 0
        monkeypatch.setenv("PATH", "/nowhere")
        backed_up = run("admin", "backup", str(BACKUP), "--store", postgres_url)
        assert backed_up.code == 0, backed_up.err

    @pytest.mark.parametrize(
        ("url", "told"),
        [
            ("postgresql://me:hun/ter2@db/x", "the URL of the database is invalid"),
            ("postgresql://me@db/x?sslcert=c&sslkey=k&sslpassword=hunter2", "sslcert: c or sslkey"),
        ],
    )
    def test_no_password_is_shown(self, folder: Path, run: Run, url: str, told: str) -> None:
        refused = run("admin", "backup", str(BACKUP), "--store", url)
        assert refused.code == 1
        assert told in one_line(refused.err)
        assert "ter2" not in refused.err

    def test_what_the_program_says_is_told_in_one_line(
        self, folder: Path, run: Run, postgres_server: PostgresServer
    ) -> None:
        refused = run("admin", "backup", str(BACKUP), "--store", postgres_server.url("not_there"))
        assert refused.code == 1
        assert 'database "not_there" does not exist' in one_line(refused.err)
