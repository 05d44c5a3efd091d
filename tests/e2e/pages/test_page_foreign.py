"""Another site in the browser changes nothing; an address typed by the user acts after a confirmation.

With named hosts and plain HTTP: browsers treat 127.0.0.1 differently.
"""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.chromium import Chromium

pytestmark = pytest.mark.slow

FORM = (
    '<form id="f" action="{path}"><input name="action" value="update"><input name="group" value="System.Info">'
    '<input name="ServerLocation" value="{value}"></form><script>f.submit()</script>'
)
ATTACKS = {
    "get-form": FORM,
    "get-form-without-referrer": '<meta name="referrer" content="no-referrer">' + FORM,
    "post-form": '<form id="f" method="post" action="{url}"></form><script>f.submit()</script>',
    "post-form-without-referrer": '<meta name="referrer" content="no-referrer">'
    '<form id="f" method="post" action="{url}"></form><script>f.submit()</script>',
    "link": '<a id="a" href="{url}">x</a><script>a.click()</script>',
    "link-without-referrer": '<a id="a" rel="noreferrer" href="{url}">x</a><script>a.click()</script>',
    "refresh": '<meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0;url={url}">',
    "img": '<img src="{url}">',
    "img-without-referrer": '<img referrerpolicy="no-referrer" src="{url}">',
    "script-without-referrer": '<script referrerpolicy="no-referrer" src="{url}"></script>',
    "style-without-referrer": '<link rel="stylesheet" referrerpolicy="no-referrer" href="{url}">',
    "video-without-referrer": '<meta name="referrer" content="no-referrer"><video src="{url}" autoplay></video>',
    "frame-without-referrer": '<iframe referrerpolicy="no-referrer" src="{url}"></iframe>',
    "fetch": '<script>fetch("{url}", {{ mode: "no-cors", credentials: "include" }})</script>',
    "fetch-without-referrer": '<script>fetch("{url}", {{ mode: "no-cors", credentials: "include", '
    'referrerPolicy: "no-referrer" }})</script>',
    "fetch-that-says-it-is-a-page": '<script>fetch("{url}", {{ mode: "no-cors", credentials: "include", '
    'referrerPolicy: "no-referrer", headers: {{ Accept: "text/html" }} }})</script>',
    "fetch-post": '<script>fetch("{url}", {{ method: "POST", mode: "no-cors", credentials: "include", '
    'referrerPolicy: "no-referrer" }})</script>',
    "fetch-head": '<script>fetch("{url}", {{ method: "HEAD", mode: "no-cors", credentials: "include", '
    'referrerPolicy: "no-referrer" }})</script>',
    "fetch-as-a-page-of-the-camera": '<script>fetch("{url}", {{ method: "POST", credentials: "include", '
    'headers: {{ "X-Camera-Page": "1" }} }}).catch(() => fetch("{url}", {{ method: "POST", mode: "no-cors", '
    'credentials: "include", headers: {{ "X-Camera-Page": "1" }} }}))</script>',
    "beacon": '<script>navigator.sendBeacon("{url}")</script>',
}
PATH = "/cgi/admin/param.cgi"


@pytest.fixture(scope="module")
def evil_port(start_server: Callable[[type[BaseHTTPRequestHandler]], int], target: CameraProcess) -> int:
    class ForeignPage(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.strip("/")
            path = f"http://camera.test:{target.port}{PATH}"
            page = ATTACKS.get(name, "").format(path=path, value=name, url=f"{path}?{change(name)}")
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f"<!doctype html><body>{page}".encode())

        def log_message(self, *_: object) -> None:
            pass

    return start_server(ForeignPage)


@pytest.fixture(scope="module")
def start_server() -> Iterator[Callable[[type[BaseHTTPRequestHandler]], int]]:
    servers = []

    def start(handler: type[BaseHTTPRequestHandler]) -> int:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return server.server_port

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    camera = CameraProcess(tmp_path_factory.mktemp("target") / "state", "--source=scene", "--log-level=debug").start()
    yield camera
    camera.stop()


@pytest.fixture
def browser(target: CameraProcess) -> Iterator[Chromium]:
    """Browser in which the administrator is logged in to ``camera.test``."""
    with Chromium(flags=["--host-resolver-rules=MAP *.test 127.0.0.1"]) as browser:
        browser.go(f"http://admin:{quote(PASSWORD)}@camera.test:{target.port}/events")
        eventually(lambda: browser.run("document.title").startswith("Events"))
        yield browser


def change(location: str) -> str:
    return f"action=update&group=System.Info&ServerLocation={location}"


def location(camera: CameraProcess) -> str:
    return camera.client.value("System.Info", "ServerLocation")


@pytest.mark.parametrize("attack", ATTACKS)
def test_another_site_changes_nothing(browser: Chromium, target: CameraProcess, evil_port: int, attack: str) -> None:
    before = location(target)
    browser.log_in("admin", PASSWORD)  # this version would not log in by itself for another site's pictures; others do
    browser.go(f"http://evil.test:{evil_port}/{attack}")

    def answers() -> list[str]:
        lines = [line for line in target.log.splitlines() if f"ServerLocation={attack} " in f"{line} "]
        return [line.split()[-1] for line in lines if not line.endswith((" 401", " 405"))]  # 405: a preflight

    status = eventually(answers, "the attack did not reach the camera with a login")[0]
    assert status in ("403", "200")
    assert location(target) == before


def test_a_typed_address_acts_after_confirmation(browser: Chromium, target: CameraProcess) -> None:
    browser.go(f"http://camera.test:{target.port}{PATH}?{change('typed')}&pwd=sw0rdfish")
    assert browser.run("document.querySelector('h1').innerText") == "Send this request to the camera?"
    assert "ServerLocation=typed&pwd=***" in browser.run("document.body.innerText")
    assert "sw0rdfish" not in browser.run("document.documentElement.outerHTML")
    browser.go(f"http://camera.test:{target.port}{PATH}?{change('typed')}")
    assert location(target) != "typed"
    eventually(lambda: browser.run("getComputedStyle(document.querySelector('button')).visibility") == "visible")
    browser.run("document.querySelector('button').click()")
    eventually(lambda: "System.Info.ServerLocation=typed" in browser.run("document.body.innerText"))
    assert location(target) == "typed"


def test_a_name_that_leads_to_the_camera_but_is_not_its_own_gets_nothing(
    start_camera: StartCamera, browser: Chromium, target: CameraProcess
) -> None:
    rules = "--host-resolver-rules=MAP * 127.0.0.1"
    camera = start_camera("--source=scene", "--allowed-host=yard.example")
    with Chromium(flags=[rules]) as rebound:
        rebound.go(f"http://admin:{quote(PASSWORD)}@evil.example:{camera.port}/events")
        assert "--allowed-host" in rebound.run("document.body.innerText")
        rebound.go(f"http://admin:{quote(PASSWORD)}@yard.example:{camera.port}/events")
        eventually(lambda: rebound.run("document.title").startswith("Events"))
