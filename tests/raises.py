"""What a docstring says is raised: `Raises NotFound, and Outdated if ...` names two."""

import re

_SENTENCE = re.compile(r"\bRaises\s(.*?)(?:\.\s|\.?$)", re.DOTALL)
_EXCEPTION = re.compile(r"\b[A-Z]\w*[a-z]\w*\b")


def raised_by(docstring: str | None) -> set[str]:
    """Return the names in every sentence of the docstring that begins with `Raises`."""
    sentences = _SENTENCE.findall(docstring or "")
    return {name for sentence in sentences for name in _EXCEPTION.findall(sentence)}
