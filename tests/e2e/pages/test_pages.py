"""All pages: no violation of accessibility rules, no console message, limited size, no request to another host.

The rules are axe-core's.
"""

import json
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.chromium import Chromium

from ipcamd.web.html_page import PAGES

pytestmark = pytest.mark.slow

LARGEST = 150_000
"""Bytes of a page with everything that it loads, but for pictures; the description of the API, which is data, counts as
it is sent, compressed."""
LARGEST_WITH_PANELS = {"/events": 165_000}
"""The same where all panels together are larger: nobody has all four sections of that page open."""
COUNTED = (".js", ".css", ".svg", "/openapi.json", "/web/settings")
"""Ends of the addresses that count: files and descriptions. The data that a camera collects grows with its use."""
SIZES = """JSON.stringify(performance.getEntriesByType('resource')
  .map((e) => [e.name, e.name.endsWith('/openapi.json') ? e.encodedBodySize : e.decodedBodySize]))"""
READY = {
    "/": "document.getElementById('player').dataset.state === 'live'",
    "/recordings": "!document.getElementById('browser').hidden || document.querySelector('.empty')",
    "/events": "document.getElementById('days').children.length > 0",
    "/settings": "document.querySelector('small-picture').dataset.state === 'live'"
    " && document.querySelector('[data-param]')",
    "/api": "document.querySelectorAll('summary').length > 20",
    "/welcome": "document.querySelectorAll('[name=TimeZone] option').length > 50",
    "/system": "document.querySelectorAll('.account, .facts dt, .row').length > 6",
}
"""When a page shows what it has loaded."""
IS_PRESSED = "document.getElementById('{}').getAttribute('aria-pressed') === 'true'"
PANELS = {
    "/": {name: IS_PRESSED.format(name) for name in ("ptz-button", "motion-button")},
    "/events": {
        "open-schedules": "!document.getElementById('schedules').hidden",
        "open-targets": "document.querySelector('[data-target=webhook1] [data-params] > *')",
        "open-windows": IS_PRESSED.format("motion-button")
        + " && document.querySelector('#windows small-picture').dataset.state === 'live'",
    },
}
"""Buttons that open parts of a page, and when such a part shows what it has loaded."""


@pytest.fixture(params=[(390, 844, "light"), (1280, 800, "dark")], ids=["phone-light", "desktop-dark"])
def browser(request: pytest.FixtureRequest) -> Any:
    width, height, theme = request.param
    with Chromium(width, height) as browser:
        browser.log_in("admin", PASSWORD)
        phone = width < 500
        browser.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone
        )
        browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
        yield browser


def loaded_bytes(browser: Chromium) -> int:
    """Return the size of the page and of each address that it has loaded, once, however often it was asked for."""
    page = int(browser.run("performance.getEntriesByType('navigation')[0].decodedBodySize"))
    sizes: dict[str, int] = {}
    for name, size in json.loads(browser.run(SIZES)):
        if urlsplit(name).path.endswith(COUNTED):
            sizes[name] = max(size, sizes.get(name, 0))
    return page + sum(sizes.values())


def violations(browser: Chromium) -> list[str]:
    """Return axe's findings: rule and element."""
    browser.run((files("axe_core_python") / "axe.min.js").read_text() + ";0")
    found = json.loads(browser.run("axe.run().then((result) => JSON.stringify(result.violations))"))
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_small_free_of_console_messages_and_self_contained(
    browser: Chromium, shared_camera: CameraProcess, path: str
) -> None:
    browser.go(f"http://127.0.0.1:{shared_camera.port}{path}")
    eventually(lambda: browser.run(f"Boolean({READY[path]})"), "the page does not become ready")
    assert loaded_bytes(browser) < LARGEST
    assert violations(browser) == []
    for name, ready in PANELS.get(path, {}).items():
        eventually(lambda: not browser.run(f"document.getElementById('{name}').hidden"), name)  # noqa: B023
        browser.run(f"document.getElementById('{name}').click()")
        eventually(lambda: browser.run(f"Boolean({ready})"), f"{name} does not become ready")  # noqa: B023
        assert violations(browser) == []
    assert browser.run("document.documentElement.scrollWidth <= innerWidth"), "it is wider than the screen"
    loaded = json.loads(browser.run(SIZES))
    assert {urlsplit(name).hostname for name, _ in loaded} == {"127.0.0.1"}
    assert loaded_bytes(browser) < LARGEST_WITH_PANELS.get(path, LARGEST)
    assert browser.console == []
