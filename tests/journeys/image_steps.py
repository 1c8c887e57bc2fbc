"""The steps of a Dockerfile, one by one, in a folder that stands for the file system.

All stages share the folder, because an environment of Python works only in the place where it was
made.
"""

import fnmatch
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

_STEP = re.compile(r"^(?!#)([A-Z]+)\s+((?:.*\\\n)*.*)$", re.MULTILINE)
_OF_AN_IMAGE = re.compile(r"(?<![\w.$/{}])(/(?:src|opt|var)\b[^\s:\"';]*)")


@dataclass
class Stage:
    """A stage of the build, with a folder in place of its file system."""

    root: Path
    workdir: str = "/"
    environment: dict[str, str] = field(default_factory=dict)
    user: str = ""
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def path(self, inside: str) -> Path:
        """Return where a path of the image is."""
        return self.root / str(Path(self.workdir, inside)).lstrip("/")

    def moved(self, text: str) -> str:
        """Return a text in which the paths of the image are where they really are."""
        return _OF_AN_IMAGE.sub(lambda match: f"{self.root}{match[1]}", text)

    def variables(self, path: str) -> dict[str, str]:
        """Return the environment of a step; `path` is where the base image has its programs."""
        own = {name: self.moved(value) for name, value in self.environment.items()}
        return {"HOME": str(self.root), "PATH": path, **own}


def build(dockerfile: Path, context: Path, folder: Path, path: str) -> Stage:
    """Do what `docker build` would do, in a folder, and return the last stage.

    `path` is where the base image has its programs: a Python with pip, and a shell.
    """
    stage = Stage(folder)
    for instruction, rest in _STEP.findall(dockerfile.read_text(encoding="utf-8")):
        words = rest.replace("\\\n", " ").strip()
        match instruction:
            case "FROM":
                stage = Stage(folder)
            case "ENV":
                for name, value in re.findall(r"(\w+)=(\S+)", words):
                    stage.environment[name] = value.replace("$PATH", path)
            case "WORKDIR":
                stage.workdir = words
                stage.path(".").mkdir(parents=True, exist_ok=True)
            case "RUN":
                _run(stage, words, path)
            case "COPY":
                _copy(stage, words, context, dockerfile)
            case "USER":
                stage.user = words
            case "ENTRYPOINT":
                stage.entrypoint = json.loads(words)
            case "CMD":
                stage.command = json.loads(words)
            case "HEALTHCHECK":
                stage.health = json.loads(words.partition(" CMD ")[2])
            case "ARG" | "EXPOSE" | "VOLUME":
                pass
            case _:
                raise AssertionError(f"{instruction} is not understood")
    return stage


def _run(stage: Stage, command: str, path: str) -> None:
    subprocess.run(
        ["/bin/sh", "-ec", stage.moved(command)],
        cwd=stage.path("."),
        env={**stage.variables(path), **_network()},
        check=True,
        timeout=600,
    )


def _network() -> dict[str, str]:
    """Return what this machine needs to reach a package index, and where it keeps packages."""
    names = (
        "UV_",
        "PIP_",
        "SSL_",
        "HTTP",
        "http",
        "ALL_PROXY",
        "NO_PROXY",
        "no_proxy",
        "REQUESTS_",
    )
    kept = {name: value for name, value in os.environ.items() if name.startswith(names)}
    for name in ("UV", "UV_PROJECT_ENVIRONMENT", "UV_PYTHON", "UV_RUN_RECURSION_DEPTH"):
        kept.pop(name, None)
    cache = os.environ.get("UV_CACHE_DIR", str(Path.home() / ".cache" / "uv"))
    return {**kept, "UV_CACHE_DIR": cache}


def _copy(stage: Stage, words: str, context: Path, dockerfile: Path) -> None:
    *sources, target = (word for word in words.split() if not word.startswith("--"))
    if "--from=" in words:  # it is there already
        assert sources == [target]
        assert stage.path(target).exists()
        return
    for name in _sent(context, dockerfile):
        if any(source in (".", name, name.partition("/")[0]) for source in sources):
            copy = stage.path(target) / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(context / name, copy)


def _sent(context: Path, dockerfile: Path) -> list[str]:
    """Return the files that the .dockerignore does not leave out."""
    rules = Path(f"{dockerfile}.dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [rule for rule in rules if rule and not rule.startswith("#")]
    kept = [rule[1:] for rule in rules if rule.startswith("!")]
    out = [rule.removeprefix("**/") for rule in rules if rule.startswith("**/")]
    assert rules[0] == "*"
    assert len(kept) + len(out) + 1 == len(rules), "a rule is not understood"
    files = (file for name in kept for file in [context / name, *(context / name).rglob("*")])
    names = [file.relative_to(context) for file in files if file.is_file()]
    return [
        str(name)
        for name in names
        if not any(fnmatch.fnmatch(part, rule) for part in name.parts for rule in out)
    ]
