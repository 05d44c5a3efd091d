"""Mutation fuzzer: saved inputs, changed at random, must be parsed or refused, and never break a parser.

A run is determined by the parser's name and its number, so a failure can be repeated; save its input in ``corpus/``.
"""

import contextlib
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from zlib import crc32

from tests.wire.parsers import MESSAGES, REFUSALS, STREAMS

CORPUS = Path(__file__).with_name("corpus")
LONGEST = 4096
"""Bytes of an input."""
ODD = (
    b"\0", b"\xff", b"\r\n", b"\r\n\r\n", b"\n", b":", b"=", b"&", b"%", b"%00", b"%0d%0a", b'"', b"\\", b"\x80",
    b"-1", b"0", b"65536", b"4294967296", b"99999999999999999999", b"1_0", b"\xd9\xa1", b"--", b"../", b"\xff\xd8",
    b"\xff\xd9", b"$", b",", b";", b"|", b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff",
)  # fmt: skip
"""Pieces that parsers are known to stumble over."""


class Fuzzer:
    """Fuzzer of one parser of `STREAMS` or `MESSAGES`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.seeds = [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]

    def run(self, first: int, count: int) -> None:
        """Make runs of these numbers. Raises ``AssertionError`` with the input that breaks the parser."""
        chance, kind = random.Random(), crc32(self.name.encode()) << 32
        for number in range(first, first + count):
            chance.seed(kind | number)
            data = mutate(self.seeds, chance)
            try:
                if self.name in STREAMS:
                    check_stream(STREAMS[self.name], data, chance)
                else:
                    check_message(MESSAGES[self.name], data)
            except Exception as error:
                raise AssertionError(f"run {number} of {self.name}: {error!r} by {data!r}") from error


def mutate(seeds: Sequence[bytes], chance: random.Random) -> bytes:
    """Return one of the inputs with a few changes."""
    data = bytearray(chance.choice(seeds)[:LONGEST])
    for _ in range(1 + int(chance.random() ** 2 * 6)):
        chance.choice(MUTATIONS)(data, chance, seeds)
    return bytes(data[:LONGEST])


def check_message(parse: Callable[[bytes], object], data: bytes) -> None:
    """Insist that a message is understood or refused."""
    with contextlib.suppress(REFUSALS):
        parse(data)


def check_stream(parse: Callable[[Sequence[bytes]], object], data: bytes, chance: random.Random) -> None:
    """Insist that a stream means the same whole and in two pieces."""
    place = int(chance.random() * (len(data) + 1))
    whole, cut = parse([data]), parse([data[:place], data[place:]])
    assert whole == cut, f"cut at {place} it is {cut}, whole it is {whole}"


def _flip(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    if data:
        data[int(chance.random() * len(data))] ^= 1 << int(chance.random() * 8)


def _overwrite(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    if data:
        data[int(chance.random() * len(data))] = int(chance.random() * 256)


def _insert(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    place = int(chance.random() * (len(data) + 1))
    data[place:place] = chance.choice(ODD)


def _replace(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    place = int(chance.random() * (len(data) + 1))
    piece = chance.choice(ODD)
    data[place : place + len(piece)] = piece


def _delete(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    place = int(chance.random() * (len(data) + 1))
    del data[place : place + 1 + int(chance.random() ** 3 * 40)]


def _repeat(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    place = int(chance.random() * (len(data) + 1))
    piece = data[place : place + 1 + int(chance.random() * 40)]
    data[place:place] = piece * (1 + int(chance.random() ** 4 * 30))


def _cut(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    del data[int(chance.random() * (len(data) + 1)) :]


def _splice(data: bytearray, chance: random.Random, seeds: Sequence[bytes]) -> None:
    other = chance.choice(seeds)
    data[int(chance.random() * (len(data) + 1)) :] = other[int(chance.random() * (len(other) + 1)) :]


MUTATIONS = (_flip, _overwrite, _insert, _replace, _delete, _repeat, _cut, _splice)
