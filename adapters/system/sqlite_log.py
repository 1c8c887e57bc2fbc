"""What a write-ahead log of SQLite has that SQLite would drop without a word.

SQLite reads a log up to its first frame that is wrong, because a crash leaves such an end: what was
being committed then, which nobody was told of. If more was committed after that frame, it was
acknowledged, and the log was damaged otherwise. (https://www.sqlite.org/fileformat2.html#walformat)
"""

import struct
import sys
from array import array
from collections.abc import Sequence
from functools import lru_cache
from operator import mul
from pathlib import Path
from typing import BinaryIO, NamedTuple

_HEADER, _FRAME = struct.Struct(">8I"), struct.Struct(">6I")
_LITTLE, _BIG = 0x377F0682, 0x377F0683
_WORD = 0xFFFFFFFF
_ALLOWED = 1
"""A crash may leave one commit after a wrong frame: pages reach the disk in any sequence."""

_LONGEST = 64 * 1024 * 1024
"""Bytes. A longer log is not looked at, because that would take too long."""


class _Header(NamedTuple):
    magic: int
    version: int
    page_size: int
    checkpoints: int
    salt1: int
    salt2: int
    sum1: int
    sum2: int


def commits_lost(file: Path) -> int:
    """Return how many acknowledged commits SQLite will drop from the log of a database file.

    Nobody may be writing it. Raises OSError.
    """
    log = file.with_name(f"{file.name}-wal")
    if not log.is_file() or log.stat().st_size > _LONGEST:
        return 0
    with log.open("rb") as opened:
        head = opened.read(_HEADER.size)
        if len(head) < _HEADER.size:
            return 0
        header = _Header(*_HEADER.unpack(head))
        sums = _added((0, 0), head[:24], header)
        is_sound = header.magic in (_LITTLE, _BIG) and sums == (header.sum1, header.sum2)
        if is_sound:
            _skip_sound(opened, header, sums)
            lost = _commits(opened, header.page_size, (header.salt1, header.salt2))
        else:
            lost = _commits(opened, _page_size_of(file), None)
    return lost if lost > _ALLOWED else 0


def _skip_sound(log: BinaryIO, header: _Header, sums: tuple[int, int]) -> None:
    """Go to the first frame that is wrong, or to the end."""
    while len(head := log.read(_FRAME.size)) == _FRAME.size:
        page = log.read(header.page_size)
        if len(page) < header.page_size:
            return
        sums = _added(sums, head[:8] + page, header)
        *_, salt1, salt2, sum1, sum2 = _FRAME.unpack(head)
        if (salt1, salt2, sum1, sum2) != (header.salt1, header.salt2, *sums):
            log.seek(-len(head) - len(page), 1)
            return


def _commits(log: BinaryIO, page_size: int, salts: tuple[int, int] | None) -> int:
    """Count the commits from here on, of the log's own frames: others are from before it began.

    Without `salts`, which its header has, those of the first frame are its own.
    """
    commits = 0
    while len(head := log.read(_FRAME.size)) == _FRAME.size:
        _, size_after_commit, *own, _, _ = _FRAME.unpack(head)
        salts = salts or (own[0], own[1])
        commits += bool(size_after_commit) and (own[0], own[1]) == salts
        log.seek(page_size, 1)
    return commits


def _added(sums: tuple[int, int], data: bytes, header: _Header) -> tuple[int, int]:
    """Return the sums after `data`.

    By definition each pair of words x, y is added as `a += x + b; b += y + a`. That is linear, so
    the words are multiplied with what becomes of each: a loop in C instead of one in Python.
    """
    words = array("I", data)
    if (header.magic == _LITTLE) != (sys.byteorder == "little"):
        words.byteswap()
    words.extend(sums)
    first, second = _weights(len(words))
    return sum(map(mul, first, words)) & _WORD, sum(map(mul, second, words)) & _WORD


@lru_cache(4)
def _weights(words: int) -> tuple[Sequence[int], Sequence[int]]:
    """Return the weights of so many words, the last two of which are the sums before."""
    first: list[int] = []
    second: list[int] = []
    # From the last pair to the first: what x and y, which come as (1, 1) and (0, 1), become.
    x, y = (1, 1), (0, 1)
    for _ in range(words // 2 - 1):
        first += (y[0], x[0])
        second += (y[1], x[1])
        x, y = _stepped(x), _stepped(y)
    a, b = (1, 0), (0, 1)
    for _ in range(words // 2 - 1):
        a, b = _stepped(a), _stepped(b)
    return [*reversed(first), a[0], b[0]], [*reversed(second), a[1], b[1]]


def _stepped(sums: tuple[int, int]) -> tuple[int, int]:
    first = (sums[0] + sums[1]) & _WORD
    return first, (first + sums[1]) & _WORD


def _page_size_of(file: Path) -> int:
    with file.open("rb") as opened:
        head = opened.read(18)
    size = int.from_bytes(head[16:18])
    return 65_536 if size == 1 else max(size, 512)
