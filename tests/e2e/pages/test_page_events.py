"""The events page in a browser: the log from start to end of an event, live, filtered, over a restart."""

import json
from collections.abc import Iterator

import pytest
from tests.conftest import stop_all
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.chromium import Chromium

pytestmark = pytest.mark.slow

HOSTILE = "<img onerror=1>"


@pytest.fixture(scope="module")
def busy_camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    """A camera that has had an event, whose clip is on the card."""
    camera = CameraProcess(tmp_path_factory.mktemp("events") / "state", "--source=scene").start()
    prepare(camera)
    set_input(camera, "high")
    eventually(lambda: "for the SD card" in camera.client.get("/cgi/admin/eventlog.cgi").text, "no clip")
    set_input(camera, "low")
    yield camera
    stop_all([camera])


@pytest.fixture
def page() -> Iterator[Chromium]:
    with Chromium() as browser:
        browser.log_in("admin", PASSWORD)
        yield browser
        assert browser.console == []


def look(page: Chromium, camera: CameraProcess) -> None:
    page.go(f"http://127.0.0.1:{camera.port}/events")
    eventually(lambda: page.run("document.getElementById('days').children.length > 0"), "no log")


def prepare(camera: CameraProcess) -> None:
    """Let input 1 record a clip of a second on the card, and set the output."""
    fields = {"TriggerDI1": 1, "EnableDigitalOutput": 1, "DigitalOutputTime": 1, "EnableSDCard": 1}
    answer = camera.client.get("/cgi/event/schedule.cgi", action="add", Name=HOSTILE, **fields)
    assert answer.text.startswith("[Event.Schedule.1]")
    camera.client.update("Event.Server.General", PreEvent=0, PostEvent=1)


def set_input(camera: CameraProcess, level: str) -> None:
    assert camera.client.get("/cgi/admin/virtual.cgi", di1=level).text == "OK\r\n"


def texts(page: Chromium, selector: str) -> list[str]:
    found: list[str] = page.run(f"[...document.querySelectorAll({json.dumps(selector)})].map((n) => n.textContent)")
    return found


def choose(page: Chromium, name: str, value: str) -> None:
    control = f"document.getElementById('filter').elements[{json.dumps(name)}]"
    page.run(
        f"{control}.value = {json.dumps(value)}; {control}.dispatchEvent(new Event('input', {{ bubbles: true }})); 0"
    )


def test_an_event_is_seen_from_its_start_to_its_end_with_its_actions_and_its_clip(
    page: Chromium, camera: CameraProcess
) -> None:
    look(page, camera)
    assert "No events yet" in texts(page, "#days")[0]
    assert page.run("document.querySelector('#days a').hash") == "#schedules"
    prepare(camera)
    set_input(camera, "high")
    eventually(lambda: texts(page, ".event h4") == ["Input 1 high"], "the event is not shown at once")
    assert texts(page, ".event .going") == ["ongoing"]
    eventually(lambda: f"{HOSTILE}output high for 1 s" in texts(page, ".deed"), "no action")
    set_input(camera, "low")
    eventually(lambda: texts(page, ".event .going") == [], "it does not end")
    assert len(texts(page, ".event")) == 1
    eventually(lambda: page.run("document.querySelector('.clip img')?.naturalWidth > 0"), "no thumbnail")
    assert page.run("document.querySelector('.clip').href").partition("#event/")[2].endswith(".avi")
    assert "for the SD card" in texts(page, ".deed")[1]


def test_filters_report_that_nothing_matches_and_are_removed(page: Chromium, busy_camera: CameraProcess) -> None:
    look(page, busy_camera)
    eventually(lambda: page.run("document.querySelector('.clip img')?.naturalWidth > 0"), "no thumbnail")
    busy_camera.client.get("/cgi/admin/virtual.cgi", sdcard="remove")
    eventually(lambda: len(texts(page, ".event")) > 1, "the card is not missed")
    everything = texts(page, ".event h4")
    choose(page, "kind", "input")
    eventually(lambda: set(texts(page, ".event h4")) == {"Input 1 high"}, "not filtered by kind")
    choose(page, "kind", "")
    choose(page, "schedule", HOSTILE)
    eventually(lambda: set(texts(page, ".event h4")) == {"Input 1 high"}, "not filtered by schedule")
    choose(page, "to", "2001-01-31")
    eventually(lambda: "No event matches" in "".join(texts(page, "#days")), "not filtered by day")
    page.run("document.querySelector('#days button').click()")
    eventually(lambda: texts(page, ".event h4") == everything, "not all are back")
    busy_camera.client.get("/cgi/admin/virtual.cgi", sdcard="insert")


def test_the_log_goes_on_over_a_restart_of_the_camera(page: Chromium, busy_camera: CameraProcess) -> None:
    look(page, busy_camera)
    shown = len(texts(page, ".event"))
    port, options = busy_camera.port, busy_camera.options
    busy_camera.kill()
    busy_camera.options = (*options, f"--port={port}")
    busy_camera.start()
    set_input(busy_camera, "high")
    eventually(lambda: len(texts(page, ".event")) == shown + 1, "the page does not recover")
    set_input(busy_camera, "low")
