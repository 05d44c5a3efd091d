"""Answer: possible answers of an endpoint, for its description."""

from ipcamd.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """One kind of answer. Answers of all endpoints (401, 403, 503 ...) are not declared."""

    content_type: str = "text/plain"
    """"" for an answer without a body."""
    help: str = ""
    """Its content, one sentence."""
    status: int = 200
    """HTTP status code."""
    is_endless: bool = False
    """It continues until the client closes the connection."""


TEXT = Answer()
JSON = Answer("application/json")
EVENTS = Answer("text/event-stream", "Server-sent events.", is_endless=True)
JPEG = Answer("image/jpeg")
NOT_FOUND = Answer(help="It is not there.", status=404)
NOT_MODIFIED = Answer("", "The client has it already.", 304)
DONE = Answer("", "Done.", 204)
CONFLICT = Answer(help="It is being written.", status=409)
"""Answers that several endpoints declare."""


def download_answers(content_type: str, help: str = "") -> tuple[Answer, ...]:
    """Return the answers of an endpoint whose files are sent completely or partly (RFC 9110, 14)."""
    return (
        Answer(content_type, help),
        Answer(content_type, "The requested range.", 206),
        Answer(content_type, "There is no such range.", 416),
    )
