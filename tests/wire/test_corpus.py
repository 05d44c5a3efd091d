"""Saved inputs that once broke a parser, or might: each is fed to its parser whole, byte by byte and in random cuts.

`corpus/` has a folder for each parser; a new input is a new file there.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest

from ipcamd.errors import HttpError
from ipcamd.wire import natpmp, pcp
from ipcamd.wire.http import digest, ranges
from ipcamd.wire.http.form import form_pairs
from ipcamd.wire.http.message import RequestParser
from ipcamd.wire.http.multipart_parser import MultipartParser, PictureParser
from ipcamd.wire.http.query import Query
from ipcamd.wire.rtp import rtcp, rtp
from ipcamd.wire.rtsp import transport
from ipcamd.wire.rtsp.message import RtspParser
from ipcamd.wire.rtsp.tunnel import TunnelDecoder
from ipcamd.wire.upnp import igd, ssdp

CORPUS = Path(__file__).with_name("corpus")
FORM = "multipart/form-data; boundary=AsCg5y"
CUTS = 20

Pieces = Iterable[bytes]


def http(pieces: Pieces) -> object:
    """Return heads, bodies and ends, and the status of the refusal."""
    parser, events = RequestParser(), []
    try:
        for piece in pieces:
            parser.receive(piece)
            while (event := parser.next_event()) is not None:
                if isinstance(event, bytes) and events and isinstance(events[-1], bytes):
                    event = events.pop() + event
                events.append(event)
    except HttpError as refused:
        return events, refused.status
    return events, 0


def rtsp(pieces: Pieces) -> object:
    parser, events = RtspParser(), []
    for piece in pieces:
        parser.receive(piece)
        while (event := parser.next_event()) is not None:
            events.append(event)
    return events


def multipart(pieces: Pieces) -> object:
    pieces = list(pieces)
    return talk(pieces), pictures(pieces)


def talk(pieces: Pieces) -> object:
    parser = MultipartParser()
    try:
        return b"".join([*(sound for piece in pieces for sound in parser.feed(piece)), parser.rest()])
    except ValueError as refused:
        return str(refused)


def pictures(pieces: Pieces) -> object:
    parser, parts = PictureParser(), list[bytes]()
    try:
        parts += (part for piece in pieces for part in parser.feed(piece))
    except ValueError as refused:
        return parts, str(refused)
    return parts


def tunnel(pieces: Pieces) -> object:
    decoder = TunnelDecoder()
    try:
        return b"".join(decoder.feed(piece) for piece in pieces)
    except ValueError as refused:
        return str(refused)


STREAMS: dict[str, Callable[[Pieces], object]] = {
    "http": http,
    "rtsp": rtsp,
    "multipart": multipart,
    "tunnel": tunnel,
}
"""Parsers of a stream: however it is cut, they say the same."""

MESSAGES: dict[str, Callable[[bytes], object]] = {
    "rtp": rtp.parse,
    "rtcp": rtcp.parse,
    "digest": lambda data: digest.parse(data.decode("latin-1")),
    "query": lambda data: Query.parse(data.decode("latin-1")),
    "ranges": lambda data: ranges.parse(data.decode("latin-1"), 100),
    "transport": lambda data: transport.parse(data.decode("latin-1")),
    "igd": lambda data: (igd.parse_services(data, "http://10.0.0.1:5000/d.xml"), igd.parse_result(data, "Get")),
    "pcp": lambda data: (pcp.parse_announce(data), pcp.parse_map(data, bytes(12), 80)),
    "natpmp": lambda data: (natpmp.parse_address(data), natpmp.parse_map(data, 80)),
    "ssdp": lambda data: (ssdp.parse_search(data), ssdp.parse_answer(data)),
    "form": lambda data: form_pairs(FORM, data),
}
"""Parsers of one message: they take any part of it, or refuse it by the error that they promise."""


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
        with suppress(ValueError, HttpError):
            parse(part)


def test_each_folder_has_a_parser_and_each_parser_a_folder() -> None:
    assert {path.name for path in CORPUS.iterdir()} == STREAMS.keys() | MESSAGES.keys()
