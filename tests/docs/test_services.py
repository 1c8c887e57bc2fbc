"""The page on services has every call, with who may make it."""

from pathlib import Path

from solebook.entrypoints.services.rpc import Key, Rpc
from solebook.entrypoints.services.table import TABLE

PAGE = Path(__file__).parents[2] / "docs" / "services.md"


def row(rpc: Rpc) -> str:
    roles = f" ({' or '.join(sorted(rpc.roles))})" if rpc.roles else ""
    key = "yes" if rpc.key is not Key.NONE else ""
    about = " ".join(rpc.about.split("\n\n")[0].split())
    return f"| `{rpc.name}` | {rpc.who.value}{roles} | {key} | {about} |"


def test_the_page_has_every_call_as_the_table_has_it() -> None:
    shown = [line for line in PAGE.read_text("utf-8").splitlines() if "Service." in line]
    assert [line for line in shown if line.startswith("| `")] == [row(rpc) for rpc in TABLE]
