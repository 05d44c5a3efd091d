"""Packed file: a file of the pages, stored compressed, and sent so to clients that accept it (RFC 9110, 8.4)."""

import gzip
import hashlib
from collections.abc import Sequence

from ipcamd.cgi.endpoint import Call, Reply


class PackedFile:
    """Content of one file, with its entity tag. It must not change while the camera runs."""

    def __init__(self, content: bytes, content_type: str) -> None:
        """`content_type` is its media type (RFC 9110, 8.3). `content` is the file's bytes."""
        self._packed = gzip.compress(content, mtime=0)
        self._content_type = content_type
        self._tag = hashlib.sha256(content).hexdigest()[:16]

    def reply(self, call: Call, headers: Sequence[tuple[str, str]] = ()) -> Reply:
        """Return the answer to a request, with these headers: 304 if the client has the file."""
        accepts_gzip = "gzip" in call.head.fields.get("accept-encoding", "").lower()
        tag = f'"{self._tag}-gzip"' if accepts_gzip else f'"{self._tag}"'
        common = (*headers, ("Cache-Control", "no-cache"), ("ETag", tag), ("Vary", "Accept-Encoding"))
        known = call.head.fields.get("if-none-match", "").split(",")
        if tag in (each.strip().removeprefix("W/") for each in known):
            return Reply(status=304, headers=common)
        if accepts_gzip:
            return Reply(self._packed, content_type=self._content_type, headers=(*common, ("Content-Encoding", "gzip")))
        return Reply(gzip.decompress(self._packed), content_type=self._content_type, headers=common)
