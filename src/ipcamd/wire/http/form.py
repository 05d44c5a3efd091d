"""Forms sent as multipart/form-data (RFC 7578), for the camera's own parameters: small, complete, strict."""

import re

from ipcamd.errors import HttpError

PARTS_LIMIT = 256
"""Maximum number of parts of a form."""
PART_FIELDS_LIMIT = 8 * 1024
"""Maximum bytes of one part's head."""

_BOUNDARY = re.compile(r"""(?i:;\s*boundary)=(?:"([^"\x00-\x1f\x7f]{1,70})"|([^\s;"\x00-\x1f\x7f]{1,70}))\s*(?:;|$)""")
_NAME = re.compile(rb'(?im)^content-disposition:[ \t]*form-data;[^\r\n]*?\bname="([^"\r\n]*)"')


def form_pairs(content_type: str, body: bytes) -> list[tuple[str, str]]:
    """Return names and values of a multipart/form-data body; the closing boundary may be missing (SDK 2.2).

    Raises ``HttpError`` 400 without a boundary, and for a part without a name, too many parts, or text that is not
    UTF-8.
    """
    boundary = _BOUNDARY.search(content_type)
    if not boundary:
        raise HttpError(400, "multipart/form-data without a boundary")
    mark = b"\r\n--" + (boundary[1] or boundary[2]).encode("latin-1")
    sections = (b"\r\n" + body).split(mark, PARTS_LIMIT + 2)[1:]
    if len(sections) > PARTS_LIMIT:
        raise HttpError(400, "too many parts")
    return [_pair(section) for section in sections if section.strip() and not section.startswith(b"--")]


def _pair(section: bytes) -> tuple[str, str]:
    head, blank, value = section.partition(b"\r\n\r\n")
    name = _NAME.search(head) if blank and len(head) <= PART_FIELDS_LIMIT else None
    if not name:
        raise HttpError(400, "bad part in multipart/form-data")
    try:
        return name[1].decode(), value.removesuffix(b"\r\n").decode()
    except UnicodeDecodeError:
        raise HttpError(400, "a parameter is not UTF-8") from None
