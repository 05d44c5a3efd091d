"""Requests through the parser, in pieces of any size."""

from ipcamd.errors import HttpError
from ipcamd.wire.http.message import End, Head, RequestParser

GET = b"GET / HTTP/1.1\r\n"
POST = b"POST /x HTTP/1.1\r\n"


def run(data: bytes, step: int = 0) -> tuple[list[Head | bytes | End], int]:
    """Return the events and the status of the error that ended them, or 0."""
    parser, events = RequestParser(), []
    try:
        for at in range(0, len(data), step or len(data) or 1):
            parser.receive(data[at : at + (step or len(data))])
            while (event := parser.next_event()) is not None:
                events.append(event)
    except HttpError as error:
        return events, error.status
    return events, 0


def joined(events: list[Head | bytes | End]) -> list[Head | bytes | End]:
    """Return the events with the pieces of each body put together."""
    result: list[Head | bytes | End] = []
    for event in events:
        if isinstance(event, bytes) and result and isinstance(result[-1], bytes):
            result[-1] += event
        else:
            result.append(event)
    return result
