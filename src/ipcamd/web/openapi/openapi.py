"""``/openapi.json``: the OpenAPI description of all endpoints."""

import asyncio
import json

from ipcamd.cgi.answer import JSON, NOT_MODIFIED
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, never
from ipcamd.params.group import Rank
from ipcamd.web.endpoints import load_endpoints
from ipcamd.web.openapi.document import describe
from ipcamd.web.packed_file import PackedFile

PATH = "/openapi.json"
"""Path of the description."""


class ApiDescription:
    """Action of the endpoint. It creates the description at the first request."""

    def __init__(self) -> None:
        self._document: PackedFile | None = None

    async def __call__(self, call: Call) -> Reply:
        """Answer with the description of all endpoints (OpenAPI 3.1), compressed for clients that accept it."""
        if self._document is None:
            self._document = await asyncio.to_thread(_describe)
        return self._document.reply(call)


def _describe() -> PackedFile:
    text = json.dumps(describe(load_endpoints()), separators=(",", ":"), ensure_ascii=False)
    return PackedFile(text.encode(), JSON.content_type)


ENDPOINT = Endpoint(PATH, Rank.GUEST, ApiDescription(), changes=never, methods=("GET",), answers=(JSON, NOT_MODIFIED))
