"""File downloads: a whole file, or a requested range of it."""

import re

from ipcamd.cgi.endpoint import Call, FileReply, Reply
from ipcamd.wire.http import ranges
from ipcamd.wire.http.ranges import Range
from ipcamd.workers.threaded_file import ThreadedFile

Headers = tuple[tuple[str, str], ...]
"""Fields of a response head, as pairs of name and value."""


def reply_with_file(
    call: Call, content: ThreadedFile, size: int, tag: str, content_type: str, headers: Headers = ()
) -> FileReply:
    """Return the answer to a request for a file of `size` bytes; `tag` identifies the content."""
    headers = (*headers, ("Accept-Ranges", "bytes"), ("ETag", tag))
    try:
        part = _requested_range(call, size, tag)
    except ranges.Unsatisfiable:
        headers = (*headers, ("Content-Range", f"bytes */{size}"))
        return FileReply(Reply(status=416, content_type=content_type, headers=headers), content, 0, 0)
    if part is None:
        return FileReply(Reply(content_type=content_type, headers=headers), content, 0, size)
    headers = (*headers, ("Content-Range", part.content_range(size)))
    return FileReply(Reply(status=206, content_type=content_type, headers=headers), content, part.start, part.length)


def attachment(name: str) -> tuple[str, str]:
    """Return the field with which a browser saves an answer under this name."""
    return "Content-Disposition", f'attachment; filename="{re.sub("[^0-9A-Za-z_.-]", "_", name)}"'


def _requested_range(call: Call, size: int, tag: str) -> Range | None:
    field = call.head.fields.get("range")
    if field is None or call.head.fields.get("if-range", tag) != tag:
        return None
    return ranges.parse(field, size)
