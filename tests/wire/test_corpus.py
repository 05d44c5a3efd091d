"""Saved inputs that once broke a parser, or might: each is fed to its parser whole, byte by byte and in random cuts.

`corpus/` has a folder for each parser; a new input is a new file there.
"""

import random
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from tests.wire.parsers import MESSAGES, REFUSALS, STREAMS

CORPUS = Path(__file__).with_name("corpus")
CUTS = 20


def inputs(parsers: Iterable[str]) -> list[Path]:
    return sorted(path for parser in parsers for path in (CORPUS / parser).iterdir())


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def cut(data: bytes, chance: random.Random) -> Iterator[bytes]:
    """Give the pieces of a random cut."""
    places = sorted(chance.choices(range(len(data) + 1), k=chance.randint(1, 9)))
    yield from (data[start:end] for start, end in pairwise([0, *places, len(data)]))


@pytest.mark.parametrize("path", inputs(STREAMS), ids=name)
def test_a_stream_means_the_same_however_it_is_cut(path: Path) -> None:
    parse, data, chance = STREAMS[path.parent.name], path.read_bytes(), random.Random(path.name)
    whole = parse([data])
    assert parse(bytes((byte,)) for byte in data) == whole
    for _ in range(CUTS):
        assert parse(cut(data, chance)) == whole


@pytest.mark.parametrize("path", inputs(MESSAGES), ids=name)
def test_a_message_and_each_part_of_it_is_understood_or_refused(path: Path) -> None:
    parse, data, chance = MESSAGES[path.parent.name], path.read_bytes(), random.Random(path.name)
    beginnings = (data[:end] for end in range(min(len(data), 500) + 1))
    for part in (data, *beginnings, *(piece for _ in range(CUTS) for piece in cut(data, chance))):
        with suppress(*REFUSALS):
            parse(part)


def test_each_folder_has_a_parser_and_each_parser_a_folder() -> None:
    assert {path.name for path in CORPUS.iterdir()} == STREAMS.keys() | MESSAGES.keys()
