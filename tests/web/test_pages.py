import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cgi.camera_rig import CameraRig

from ipcamd.cgi.endpoint import Endpoint
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import Change
from ipcamd.web.html_page import FRAME, PAGES, PARTS, STATIC
from ipcamd.web.pages import ENDPOINTS, FILES

BY_PATH = {endpoint.path: endpoint for endpoint in ENDPOINTS}


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[CameraRig]:
    rig = CameraRig(tmp_path / "state")
    yield rig
    rig.database.close()


def test_every_account_may_view_and_changes_nothing() -> None:
    ranks = {endpoint.path: endpoint.rank for endpoint in ENDPOINTS if endpoint.rank is not Rank.GUEST}
    admin, users = dict.fromkeys(("/events", "/recordings", "/system", "/welcome"), Rank.ADMIN), ("/settings", "/api")
    assert ranks == admin | dict.fromkeys(users, Rank.USERS)
    assert not any(endpoint.changes(None) for endpoint in ENDPOINTS)
    paths = [path for endpoint in ENDPOINTS for path in (endpoint.path, *endpoint.aliases)]
    assert len(paths) == len(set(paths))
    assert paths == [path.lower() for path in paths]


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_used_by_another(name: str) -> None:
    others = [path.read_text() for path in STATIC.rglob("*.*") if path != STATIC / name]
    listed = [text for page in PAGES.values() for text in (page.module, *page.styles)]
    assert any(Path(name).name in text for text in (*others, *listed)), "no page needs it"


def test_every_file_is_served_and_every_served_file_is_there() -> None:
    found = {str(path.relative_to(STATIC)) for path in STATIC.rglob("*.*")}
    assert found == {*FILES, FRAME, *PARTS, *(page.body for page in PAGES.values())}


@pytest.mark.parametrize(
    ("rank", "paths"),
    [
        (Rank.GUEST, []),
        (Rank.USERS, ["/", "/settings", "/api"]),
        (Rank.ADMIN, [path for path in PAGES if path != "/welcome"]),
    ],
)
async def test_only_pages_that_may_be_seen_are_linked(rig: CameraRig, rank: Rank, paths: list[str]) -> None:
    rig.rank = rank
    page = (await rig.ask(BY_PATH["/"])).body.decode()
    assert [f"/{link.removeprefix('./')}" for link in re.findall(r'<a href="([a-z./]*)">', page)] == paths[1:]
    assert page.count('<a href="./" aria-current="page">') == (len(paths) > 0)


async def test_the_name_goes_in_as_text(rig: CameraRig) -> None:
    name = "<script>x()</script>\"'&"
    await rig.settings.update([Change("System.Info", "ServerName", name)])
    reply = await rig.ask(BY_PATH["/"])
    page = reply.body.decode()
    assert reply.content_type == "text/html; charset=utf-8"
    assert "<title>&lt;script&gt;x()&lt;/script&gt;&quot;&#x27;&amp;</title>" in page
    assert "x()</script>" not in page
    assert "{{" not in page


async def test_a_name_cannot_call_for_another_value(rig: CameraRig) -> None:
    changes = [("ServerName", "{{ServerLocation}}"), ("ServerLocation", "secret")]
    await rig.settings.update([Change("System.Info", *change) for change in changes])
    assert "<title>{{ServerLocation}}</title>" in (await rig.ask(BY_PATH["/"])).body.decode()


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.path)
async def test_the_security_policy_allows_no_other_origin(rig: CameraRig, endpoint: Endpoint) -> None:
    headers = dict((await rig.ask(endpoint)).headers)
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == ("no-cache" if "ETag" in headers else "no-store")


async def test_the_page_needs_nothing_that_its_own_policy_forbids(rig: CameraRig) -> None:
    page = (await rig.ask(BY_PATH["/"])).body.decode()
    assert (
        re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:|https?://(?!www\.w3\.org/)", page)
        == []
    )
    linked = re.findall(r'(?:href|src)="([^"?]*)"', page)
    assert [path for path in linked if path.startswith("/")] == []
    assert {f"/{path.removeprefix('./')}" for path in linked if not path.startswith(("cgi/", "#"))} <= BY_PATH.keys()
    assert '<noscript><img class="picture" src="cgi/mjpg/mjpg.cgi"' in page


@pytest.mark.parametrize("name", [*FILES, FRAME, *PARTS, *(page.body for page in PAGES.values())])
def test_files_link_relatively_so_that_a_proxy_may_add_a_prefix(name: str) -> None:
    text = (STATIC / name).read_text()
    assert re.findall(r"""["'`(]/(?:cgi|web|recordings|events|sdcard\.cgi|setup\.cgi)\b|location\.origin""", text) == []


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".js")])
def test_modules_import_only_what_is_served(name: str) -> None:
    imported = re.findall(r'^import .* from "(\.[^"]+)"', (STATIC / name).read_text(), re.MULTILINE)
    found = [(STATIC / name).parent.joinpath(path).resolve().relative_to(STATIC) for path in imported]
    assert {str(path) for path in found} <= set(FILES)


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_announces_each_module_that_it_will_import_once(rig: CameraRig, path: str) -> None:
    document = (await rig.ask(BY_PATH[path])).body.decode()
    announced = re.findall(r'<link rel="modulepreload" href="web/([^"]+)">', document)
    module = re.findall(r'<script type="module" src="web/([^"]+)"></script>', document)
    assert module == [PAGES[path].module]
    for name in (*announced, *module):
        imported = re.findall(r'from "(\.[^"]+)"', (STATIC / name).read_text())
        found = {str((STATIC / name).parent.joinpath(one).resolve().relative_to(STATIC)) for one in imported}
        assert found <= {*announced, *module}, name
    assert len(announced) == len(set(announced))
    assert {*announced, *PAGES[path].styles} <= set(FILES)


@pytest.mark.parametrize("name", FILES)
async def test_an_unchanged_file_is_not_sent_twice(rig: CameraRig, name: str) -> None:
    endpoint = BY_PATH[f"/web/{name}"]
    first = await rig.ask(endpoint)
    assert first.body == (STATIC / name).read_bytes()
    tag = dict(first.headers)["ETag"]
    for known in (tag, f'"x", W/{tag}'):
        again = await rig.ask(endpoint, **{"if-none-match": known})
        assert (again.status, again.body) == (304, b"")
        assert dict(again.headers)["ETag"] == tag
    assert (await rig.ask(endpoint, **{"if-none-match": '"x"'})).status == 200


async def test_now_is_the_cameras_clock(rig: CameraRig) -> None:
    await rig.set_clock(1_234_567_890_123_456_789)
    reply = await rig.ask(BY_PATH["/web/now"])
    assert reply.content_type == "application/json"
    assert json.loads(reply.body)["now"] == pytest.approx(1_234_567_890_123.457, abs=0.001)


async def test_the_size_of_the_cameras_picture_is_served(rig: CameraRig) -> None:
    reply = await rig.ask(BY_PATH["/web/picture"])
    assert reply.content_type == "application/json"
    view = {"pan": -50, "tilt": 0, "zoom": 2}
    assert json.loads(reply.body) == {"width": 768, "height": 576, "view": view}


async def test_a_file_is_sent_compressed_to_clients_that_accept_that(rig: CameraRig) -> None:
    endpoint = BY_PATH["/web/shared/base.css"]
    plain, packed = await rig.ask(endpoint), await rig.ask(endpoint, **{"accept-encoding": "gzip, br"})
    headers = dict(packed.headers)
    assert (headers["Content-Encoding"], headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 2
    assert "Content-Encoding" not in dict(plain.headers)
    assert headers["ETag"] != dict(plain.headers)["ETag"]
    again = await rig.ask(endpoint, **{"accept-encoding": "gzip", "if-none-match": headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
