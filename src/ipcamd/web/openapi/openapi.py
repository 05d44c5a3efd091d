"""``/openapi.json``: the OpenAPI description of all endpoints."""

import asyncio
import json
from collections.abc import Sequence

from ipcamd.cgi.answer import JSON, NOT_MODIFIED
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, never
from ipcamd.params.group import Rank
from ipcamd.web.packed_file import PackedFile

PATH = "/openapi.json"
"""Path of the description."""


class ApiDescription:
    """Action of the endpoint. It makes the description when it is first asked for."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        own = Endpoint(PATH, Rank.GUEST, self, changes=never, methods=("GET",), answers=(JSON, NOT_MODIFIED))
        self.endpoints = (*endpoints, own)
        """All endpoints, with the one that answers with the description."""
        self._document: PackedFile | None = None

    async def __call__(self, call: Call) -> Reply:
        """Answer with the description of all endpoints (OpenAPI 3.1), compressed for clients that accept that."""
        if self._document is None:
            self._document = await asyncio.to_thread(self._describe)
        return self._document.reply(call)

    def _describe(self) -> PackedFile:
        from ipcamd.web.openapi.document import describe  # imported here: few ask for it

        text = json.dumps(describe(self.endpoints), separators=(",", ":"), ensure_ascii=False)
        return PackedFile(text.encode(), JSON.content_type)
