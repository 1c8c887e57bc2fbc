"""Each migration follows one other, and has its number in its name."""

import ast

from .source import ROOT, files, parsed


def _text_of(name: str, tree: ast.Module) -> str | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            value: str | None = ast.literal_eval(node.value)
            return value
    return None


def test_migrations_are_one_line() -> None:
    found = sorted(f for f in files("adapters/sql/migrations/versions") if f.name[0].isdigit())
    assert found
    line = [
        (_text_of("revision", tree), _text_of("down_revision", tree))
        for tree in (parsed(ROOT / file) for file in found)
    ]
    numbers = [revision for revision, _ in line]
    assert numbers == [file.name.partition("_")[0] for file in found]
    assert [before for _, before in line] == [None, *numbers[:-1]], "two have one number: renumber"
