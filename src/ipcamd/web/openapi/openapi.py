"""``/openapi.json``: the OpenAPI description of all endpoints."""

import asyncio
import gzip
import hashlib
import json
from collections.abc import Sequence

from ipcamd.cgi.answer import JSON, NOT_MODIFIED
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, never
from ipcamd.params.group import Rank

PATH = "/openapi.json"


class ApiDescription:
    """Action of the endpoint. It makes the description when it is first asked for."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        own = Endpoint(PATH, Rank.GUEST, self, changes=never, methods=("GET",), answers=(JSON, NOT_MODIFIED))
        self.endpoints = (*endpoints, own)
        """All endpoints, with the one that answers with the description."""
        self._packed = b""

    async def __call__(self, call: Call) -> Reply:
        """Answer with the description of all endpoints (OpenAPI 3.1), compressed for clients that accept that."""
        if not self._packed:
            self._packed = await asyncio.to_thread(self._pack)
        tag = f'"{hashlib.sha256(self._packed).hexdigest()[:16]}"'
        headers: tuple[tuple[str, str], ...] = (
            ("ETag", tag),
            ("Cache-Control", "no-cache"),
            ("Vary", "Accept-Encoding"),
        )
        if tag in call.head.fields.get("if-none-match", ""):
            return Reply(status=304, headers=headers)
        if "gzip" in call.head.fields.get("accept-encoding", "").lower():
            headers = (*headers, ("Content-Encoding", "gzip"))
            return Reply(self._packed, content_type=JSON.content_type, headers=headers)
        return Reply(gzip.decompress(self._packed), content_type=JSON.content_type, headers=headers)

    def _pack(self) -> bytes:
        from ipcamd.web.openapi.document import describe  # imported here: few ask for it

        text = json.dumps(describe(self.endpoints), separators=(",", ":"), ensure_ascii=False)
        return gzip.compress(text.encode(), mtime=0)
