"""The catalogue of all English texts of the pages."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "words.toml"


class Words:
    """The texts of one page by name: `words.sign_in.title`, or `words.condition["new"]`."""

    def __init__(self, texts: Mapping[str, Any]) -> None:
        self._texts = {
            name: Words(text) if isinstance(text, dict) else text for name, text in texts.items()
        }

    def __getattr__(self, name: str) -> Any:
        """Return a text, or the texts of a page. Raises AttributeError if there is none."""
        if name.startswith("_") or name not in self._texts:
            raise AttributeError(f"the catalogue has no {name!r}")
        return self._texts[name]

    def __getitem__(self, name: str) -> Any:
        """Return a text whose name is computed. Raises KeyError if there is none."""
        return self._texts[name]


@cache
def words() -> Words:
    """Return the texts of all pages."""
    return Words(tomllib.loads(FILE.read_text(encoding="utf-8")))
