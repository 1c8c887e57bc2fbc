"""The wheel alone, in a fresh environment: what `pip install solebook` gives, with no extra.

Both packages have what a release asks of them.
"""

import json
import os
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from releasing.packages import Packages, build
from releasing.programs import uv as uv_path

ROOT = Path(__file__).parents[2]
TIME = 1_800_000_000

pytestmark = pytest.mark.journey


def run(*command: str | Path, folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command} failed:\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def uv() -> str:
    return uv_path()


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    return build(ROOT, tmp_path_factory.mktemp("dist"), TIME)


@pytest.fixture(scope="module")
def wheel(packages: Packages) -> Path:
    return packages.wheel


@pytest.fixture(scope="module")
def python(uv: str, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has the wheel, and what the wheel itself asks for."""
    folder = tmp_path_factory.mktemp("installed")
    run(uv, "venv", "--quiet", folder / "venv", folder=folder)
    python = folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    run(uv, "pip", "install", "--quiet", "--python", python, wheel, folder=folder)
    return python


def test_both_packages_have_what_a_release_asks_of_them(packages: Packages) -> None:
    assert packages.faults() == []
    assert packages.metadata().name == "solebook"


def test_two_builds_are_the_same_byte_by_byte(packages: Packages, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        again = build(ROOT, tmp_path / "again", TIME)
    finally:
        os.umask(before)

    assert packages.differences(again) == []


def test_installed_wheel_tells_its_version(packages: Packages, python: Path) -> None:
    told = run(python.parent / "solebook", "--version", folder=python.parent)

    assert told == f"solebook {packages.metadata().version}\n"


def test_wheel_brings_nothing_but_itself(uv: str, python: Path) -> None:
    listed = run(uv, "pip", "list", "--python", python, "--format=json", folder=python.parent)

    assert [package["name"] for package in json.loads(listed)] == ["solebook"]


def test_wheel_carries_every_file_of_the_package(wheel: Path) -> None:
    tracked = run("git", "ls-files", folder=ROOT).splitlines()
    layers = {str(Path(file).parent) for file in tracked if re.fullmatch(r"\w+/__init__.py", file)}
    expected = {f"solebook/{file}" for file in tracked if file.partition("/")[0] in layers}

    packed = set(zipfile.ZipFile(wheel).namelist())

    assert {"core", "ports"} <= layers
    assert expected | {"solebook/__init__.py", "solebook/py.typed"} <= packed


@pytest.mark.parametrize("layer", ["solebook.ports", "solebook.core"])
def test_layer_imports_on_the_standard_library_alone(python: Path, layer: str) -> None:
    # -I and a folder elsewhere: the checkout must not lend what the wheel lacks.
    program = (
        "import importlib, pkgutil\n"
        f"layer = importlib.import_module({layer!r})\n"
        "names = [m.name for m in pkgutil.walk_packages(layer.__path__, layer.__name__ + '.')]\n"
        "for name in names: importlib.import_module(name)\n"
        "print(len(names))\n"
    )

    imported = run(python, "-I", "-c", program, folder=python.parent)

    assert int(imported) > 0


SIMULATION = """
import sys
before = set(sys.modules)  # an environment may bring a module of its own
from solebook.entrypoints.simulation.market import Market
market = Market(seed=7, days=10, buyers=8, sellers=8)
result = market.simulate()
assert result.trades, "nothing was traded"
assert market.simulate().trades == result.trades, "the same seed traded otherwise"
print(result.summary())
imported = {name.partition(".")[0] for name in set(sys.modules) - before}
print("third-party:", sorted(imported - {*sys.stdlib_module_names, "solebook"}))
"""


def test_market_is_simulated_on_the_standard_library_alone(python: Path) -> None:
    printed = run(python, "-I", "-c", SIMULATION, folder=python.parent)

    assert re.search(r"^trades +[1-9]\d*, worth ", printed, re.MULTILINE)
    assert "third-party: []" in printed
