"""Endpoints whose module the first request imports."""

import sys
from pathlib import Path

import pytest
from tests.server.serving import serving

from ipcamd.cgi.endpoint_module import EndpointModule

SOURCE = """
from ipcamd.cgi.endpoint import Endpoint, text
from ipcamd.params.group import Rank

def named(path):
    return Endpoint(path, Rank.GUEST, lambda call: text(f"this is {path}"))

ENDPOINTS = (named("/first"), named("/folder/a"), named("/folder/b"))
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EndpointModule:
    (tmp_path / "imported_late.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "imported_late", raising=False)
    return EndpointModule("imported_late", ("/first", "/folder/*"))


@pytest.mark.parametrize("path", ["/First", "/folder/b"])
async def test_the_first_request_imports_it(module: EndpointModule, path: str) -> None:
    async with serving(module) as server:
        assert b" 404 " in await server.ask(b"GET /other HTTP/1.0\r\n\r\n")
        assert module.name not in sys.modules
        assert b"this is " + path.lower().encode() in await server.ask(b"GET %b HTTP/1.0\r\n\r\n" % path.encode())
        assert module.name in sys.modules
        for other in ("/first", "/folder/a"):
            assert b"this is " + other.encode() in await server.ask(b"GET %b HTTP/1.0\r\n\r\n" % other.encode())


async def test_a_folder_has_only_what_its_module_declares(module: EndpointModule) -> None:
    async with serving(module) as server:
        for _ in range(2):
            assert b" 404 " in await server.ask(b"GET /folder/c HTTP/1.0\r\n\r\n")
