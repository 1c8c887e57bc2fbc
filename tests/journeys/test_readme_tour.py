"""The README's tour, run line by line in bash as its reader would, against a served exchange."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .test_serve import PATIENCE, environment, serving

pytestmark = pytest.mark.journey

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
IN_THE_OTHER_TERMINAL = "python3 bootstrap.py run serve\n"
MARK = "=== the next block ==="


def tour() -> list[tuple[str, str]]:
    """The blocks of the tour: the language and the text of each."""
    text = README.read_text(encoding="utf-8")
    (section,) = re.findall(r"^## A tour in two minutes$(.*?)^## ", text, re.DOTALL | re.MULTILINE)
    blocks = [(found[1], found[2]) for found in BLOCK.finditer(section)]
    assert blocks[0] == ("bash", IN_THE_OTHER_TERMINAL)
    return blocks[1:]


WAITS = {
    "$order/history": "until as $buyer $api/orders/$order | grep -q confirmed; do sleep .1; done",
    "Please ship": "until grep -qrs 'Please ship' solebook-data/outgoing; do sleep .1; done",
}
"""What a reader who takes a moment before the next line has waited for."""


def script(commands: list[str], url: str, solebook: str) -> str:
    """The commands in one shell, with a mark after each block."""
    lines = ["set -eu"]
    for command in commands:
        lines += [wait for cue, wait in WAITS.items() if cue in command]
        lines += [command, f"echo '{MARK}'"]
    typed = "\n".join(lines).replace("python3 bootstrap.py run", solebook)
    return typed.replace("http://127.0.0.1:8000", url)


def test_the_tour_does_what_the_readme_says(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    assert bash is not None, "the tour needs bash"
    blocks = tour()
    commands = [text for language, text in blocks if language == "bash"]
    solebook = f"{sys.executable} -m solebook.entrypoints.cli.main"
    with serving(tmp_path) as server:
        done = subprocess.run(
            [bash, "-c", script(commands, server.url, solebook)],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert '"type":"/problems/' not in done.stdout
    answers = iter(done.stdout.split(MARK))
    answer = ""
    for language, text in blocks:
        if language == "bash":
            answer = next(answers)
        else:
            assert text in answer
