"""Form with one file, sent as multipart/form-data (RFC 7578) and parsed in pieces (SDK 2.2)."""

import logging
from collections.abc import Iterator

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # the answer names the defect

PARTS_LIMIT = 8
"""Maximum number of parts of a form."""
FIELD_LIMIT_BYTES = 1024
"""Maximum bytes of a part other than the file."""
BOUNDARY_LIMIT_BYTES = 70
"""Longest boundary (RFC 2046, 5.1.1)."""


class FormUpload:
    """Receives the body in pieces and yields the content of the file; other parts are `fields`.

    The file is the part with a file name. The last boundary line may lack its final dashes.
    """

    def __init__(self, content_type: str) -> None:
        """`content_type` is the request's field, with the boundary. Raises ``ValueError`` unless it is a form with a
        boundary."""
        kind, parameters = parse_options_header(content_type)
        boundary = parameters.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not 0 < len(boundary) <= BOUNDARY_LIMIT_BYTES:
            raise ValueError("multipart/form-data with a boundary of 1 to 70 characters")
        self.fields: dict[str, str] = {}
        self.is_complete = False
        """Whether the file has been received up to the boundary line after it."""
        self._content: list[bytes] = []
        self._value = b""
        self._header = [b"", b""]
        self._name, self._is_file, self._parts = "", False, 0
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_field": lambda data, start, end: self._add_header(0, data[start:end]),
                "on_header_value": lambda data, start, end: self._add_header(1, data[start:end]),
                "on_header_end": self._end_header,
                "on_headers_finished": self._begin_content,
                "on_part_data": lambda data, start, end: self._add_content(data[start:end]),
                "on_part_end": self._end_part,
            },
        )

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Add bytes of the body. Raises ``ValueError`` for an invalid form."""
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise ValueError(f"the form cannot be read: {error}") from error
        yield from self._content
        self._content.clear()

    def _begin_part(self) -> None:
        self._parts += 1
        if self._parts > PARTS_LIMIT:
            raise FormParserError(f"more than {PARTS_LIMIT} parts")
        self._name, self._is_file, self._value = "", False, b""

    def _add_header(self, index: int, data: bytes) -> None:
        self._header[index] += data

    def _end_header(self) -> None:
        name, value = self._header
        self._header = [b"", b""]
        if name.lower() == b"content-disposition":
            _, parameters = parse_options_header(value)
            self._name = parameters.get(b"name", b"").decode("utf-8", "replace")
            self._is_file = b"filename" in parameters

    def _begin_content(self) -> None:
        if not self._name:
            raise FormParserError("a part has no name")
        if self._is_file and self.is_complete:
            raise FormParserError("there is more than one file")

    def _add_content(self, data: bytes) -> None:
        if self._is_file:
            self._content.append(data)
            return
        self._value += data
        if len(self._value) > FIELD_LIMIT_BYTES:
            raise FormParserError(f"the field {self._name[:32]} has more than {FIELD_LIMIT_BYTES} bytes")

    def _end_part(self) -> None:
        if self._is_file:
            self.is_complete = True
        else:
            self.fields[self._name.lower()] = self._value.decode("utf-8", "replace")
