"""Schedules on the events page: drawn, dragged, resized and deleted by mouse, touch and keyboard; saved and undone."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.conftest import stop_all
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.chromium import Chromium
from tests.e2e.pages.test_pages import violations

pytestmark = pytest.mark.slow

HOSTILE = "<img onerror=1>"
OFFICE = {
    "TriggerDI1": 1, "EnableSDCard": 1, "Saturday": 0, "Sunday": 0,
    "ScheduleTimeStatus": 1, "ScheduleTimeStartHour": 8, "ScheduleTimeEndHour": 15, "ScheduleTimeEndMin": 59,
}  # fmt: skip
"""Monday to Friday, 8:00 to 15:59."""
SHIFT = 8


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    camera = CameraProcess(tmp_path_factory.mktemp("schedules") / "state", "--source=scene").start()
    yield camera
    stop_all([camera])


@pytest.fixture
def camera(shared: CameraProcess) -> CameraProcess:
    """A camera with one schedule."""
    for name in names(shared):
        assert shared.client.get("/cgi/event/schedule.cgi", action="remove", Name=name).text.startswith("Remove")
    assert shared.client.get("/cgi/event/schedule.cgi", action="add", Name=HOSTILE, **OFFICE).text.startswith("[")
    return shared


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with Chromium(1280, 1400) as browser:
        browser.log_in("admin", PASSWORD)
        yield browser


@pytest.fixture
def page(browser: Chromium, camera: CameraProcess) -> Iterator[Chromium]:
    look(browser, camera)
    yield browser
    assert browser.console == []


def look(page: Chromium, camera: CameraProcess) -> None:
    page.go("about:blank")
    page.go(f"http://127.0.0.1:{camera.port}/events#schedules")
    eventually(lambda: page.run("document.querySelectorAll('.schedule').length") == 1, "no schedule")


def listed(camera: CameraProcess) -> list[dict[str, str]]:
    text = camera.client.get("/cgi/event/schedule.cgi", action="alllist").text
    return [dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in text.split("\r\n\r\n")][
        :-1
    ]


def names(camera: CameraProcess) -> list[str]:
    return [schedule["Name"] for schedule in listed(camera)]


def hours(camera: CameraProcess) -> str:
    """Return the days and hours of the first schedule, as the camera has them."""
    (values, *_) = listed(camera)
    days = [day[:2] for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")]
    on = [day for day in days if next(v for name, v in values.items() if name.startswith(day) and v in "01") == "1"]
    start, end = (f"{values[f'ScheduleTime{w}Hour']}:{values[f'ScheduleTime{w}Min']:0>2}" for w in ("Start", "End"))
    return f"{' '.join(on)} {start}-{end}"


def box(page: Chromium, what: str) -> dict[str, float]:
    found: dict[str, float] = page.run(f"document.querySelector({json.dumps(what)}).getBoundingClientRect().toJSON()")
    return found


def block(owner: int) -> str:
    return f".block[data-owner='{owner}'][data-tail=false]"


def at(page: Chromium, day: int, hour: float) -> tuple[float, float]:
    """Return the point of the page at this hour of a day, Monday being 0."""
    track = box(page, f".day-track[data-day='{day}']")
    return track["x"] + track["width"] * hour / 24, track["y"] + track["height"] / 2


def drag(page: Chromium, start: tuple[float, float], end: tuple[float, float]) -> None:
    for kind, (x, y) in (("Pressed", start), ("Moved", end), ("Moved", end), ("Released", end)):
        page.call("Input.dispatchMouseEvent", type=f"mouse{kind}", x=x, y=y, button="left", clickCount=1)


def swipe(page: Chromium, start: tuple[float, float], end: tuple[float, float]) -> None:
    def touch(kind: str, *points: tuple[float, float]) -> None:
        page.call("Input.dispatchTouchEvent", type=f"touch{kind}", touchPoints=[{"x": x, "y": y} for x, y in points])

    touch("Start", start)
    for part in (0.25, 0.5, 0.75, 1):
        touch("Move", (start[0] + (end[0] - start[0]) * part, start[1]))
    touch("End")


def press(page: Chromium, key: str, modifiers: int = 0) -> None:
    for kind in ("keyDown", "keyUp"):
        page.call("Input.dispatchKeyEvent", type=kind, key=key, modifiers=modifiers)


def click(page: Chromium, what: str) -> None:
    page.run(f"document.querySelector({json.dumps(what)}).click()")


def said(page: Chromium) -> str:
    return str(page.run("document.getElementById('schedule-said').textContent"))


def save(page: Chromium) -> None:
    click(page, "#schedule-save")
    eventually(lambda: said(page) == "Saved", "not saved")


def control(name: str, number: int = 1) -> str:
    return f"document.querySelector('[data-param=\"Event.Schedule.{number}.{name}\"]')"


def write(page: Chromium, name: str, text: str, number: int = 1) -> None:
    page.run(f"{control(name, number)}.focus(); {control(name, number)}.select(); 0")
    page.call("Input.insertText", text=text)


def error(page: Chromium, name: str) -> Any:
    return page.run(f"{control(name)}.closest('.parameter').querySelector('[role=alert]').textContent")


def test_blocks_are_moved_resized_and_drawn_by_mouse_then_saved_and_undone(
    page: Chromium, camera: CameraProcess
) -> None:
    assert page.run("document.querySelector('.schedule h3').textContent") == HOSTILE
    assert violations(page) == []
    drag(page, at(page, 1, 12), at(page, 1, 14))
    drag(page, at(page, 0, 17.9), at(page, 0, 20))
    assert hours(camera) == "Mo Tu We Th Fr 8:00-15:59"  # not before it is saved
    save(page)
    assert hours(camera) == "Mo Tu We Th Fr 10:00-19:59"
    drag(page, at(page, 0, 15), at(page, 6, 15))
    drag(page, at(page, 5, 3), at(page, 5, 4.5))
    save(page)
    assert hours(camera) == "Tu We Th Fr Sa Su 3:00-4:29"
    click(page, "#schedule-undo")
    eventually(lambda: said(page) == "Undone", "not undone")
    assert hours(camera) == "Mo Tu We Th Fr 10:00-19:59"


def test_the_keyboard_moves_resizes_and_deletes(page: Chromium, camera: CameraProcess) -> None:
    page.run(f"document.querySelector({json.dumps(block(4))}).focus()")
    for key, modifiers in (("ArrowRight", 0), ("ArrowRight", 2), ("ArrowLeft", SHIFT), ("ArrowDown", 0)):
        press(page, key, modifiers)
    assert page.run("document.activeElement.getAttribute('aria-label')").startswith("Saturday, 08:16 to 15:59")
    press(page, "ArrowUp")
    page.run(f"document.querySelector({json.dumps(block(0))}).focus()")
    press(page, "Delete")
    save(page)
    assert hours(camera) == "Tu We Th Fr 8:16-15:59"


def test_a_finger_moves_a_block_and_draws(page: Chromium, camera: CameraProcess) -> None:
    metrics = {"height": 844, "deviceScaleFactor": 1}
    page.call("Emulation.setDeviceMetricsOverride", width=390, mobile=True, **metrics)
    page.call("Emulation.setTouchEmulationEnabled", enabled=True)
    try:
        look(page, camera)
        swipe(page, at(page, 2, 12), at(page, 2, 9))
        save(page)
        assert hours(camera) == "Mo Tu We Th Fr 5:00-12:59"
        swipe(page, at(page, 6, 18), at(page, 6, 21))
        save(page)
        assert hours(camera) == "Mo Tu We Th Fr Su 18:00-20:59"
    finally:
        page.call("Emulation.setTouchEmulationEnabled", enabled=False)
        page.call("Emulation.clearDeviceMetricsOverride")


def test_a_schedule_is_added_refused_by_name_and_deleted(page: Chromium, camera: CameraProcess) -> None:
    click(page, "#schedule-add")
    write(page, "Name", HOSTILE, 2)
    page.run(f"{control('TriggerMotion', 2)}.click()")
    click(page, "#schedule-save")
    alert = f"{control('Name', 2)}.closest('.parameter').querySelector('[role=alert]').textContent"
    eventually(lambda: "this schedule already exists" in page.run(alert), "no error at the name")
    assert len(listed(camera)) == 1
    write(page, "Name", "second", 2)
    save(page)
    assert [(s["Name"], s["TriggerMotion"]) for s in listed(camera)][1:] == [("second", "1")]
    click(page, "#schedule-side form:not([hidden]) .remove")
    eventually(lambda: page.run("document.getElementById('confirm')?.open"), "no question")
    click(page, "#confirm-yes")
    eventually(lambda: said(page) == "Deleted", "not deleted")
    assert names(camera) == [HOSTILE]
    click(page, "#schedule-undo")
    eventually(lambda: names(camera) == [HOSTILE, "second"], "it is not back")


def test_a_bad_value_stands_at_its_control_and_changes_nothing(page: Chromium, camera: CameraProcess) -> None:
    write(page, "ScheduleTimeStartHour", "24")
    click(page, "#schedule-save")
    eventually(
        lambda: (
            error(page, "ScheduleTimeStartHour") == "allowed: 0 to 23 (h)"
            or error(page, "ScheduleTimeStartHour").startswith("allowed: 0 to 23")
        ),
        "no error",
    )
    assert hours(camera) == "Mo Tu We Th Fr 8:00-15:59"
    click(page, "#schedule-discard")
    assert page.run(f"{control('ScheduleTimeStartHour')}.value") == "8"
    assert error(page, "ScheduleTimeStartHour") == ""


def test_pictures_at_an_interval(page: Chromium, camera: CameraProcess) -> None:
    to_broker = f"{control('EnableMQTT')}.closest('.parameter')"
    assert page.run(f"{to_broker}.hidden")
    write(page, "SnapshotInterval", "3600")
    eventually(lambda: not page.run(f"{to_broker}.hidden"), "nothing to choose")
    page.run(f"{control('EnableMQTT')}.click()")
    eventually(lambda: "MQTT is switched off" in page.run(f"{to_broker}.textContent"), "no warning")
    assert "a picture every 3600 s → SD card, MQTT" in page.run("document.querySelector('.summary').textContent")
    save(page)
    assert (listed(camera)[0]["SnapshotInterval"], listed(camera)[0]["EnableMQTT"]) == ("3600", "1")
    assert violations(page) == []


def test_two_browsers_change_the_same_schedule(page: Chromium, camera: CameraProcess) -> None:
    with Chromium(1280, 1400) as other:
        other.log_in("admin", PASSWORD)
        look(other, camera)
        write(page, "ScheduleTimeStartHour", "6")
        drag(other, at(other, 1, 12), at(other, 1, 14))
        save(other)
        eventually(lambda: page.run(f"{control('ScheduleTimeEndHour')}.value") == "17", "it is not shown at once")
        assert page.run(f"{control('ScheduleTimeStartHour')}.value") == "6"  # it is being changed
        row = f"{control('ScheduleTimeStartHour')}.closest('.parameter')"
        assert page.run(f"{row}.querySelector('.hint').textContent") == "Changed by another client to 10"
        save(page)
        eventually(lambda: other.run(f"{control('ScheduleTimeStartHour')}.value") == "6", "the other one is not told")
        click(other, "#schedule-undo")
        trouble = "document.getElementById('schedule-trouble').textContent"
        eventually(lambda: "has been changed since" in other.run(trouble), "no reason")
        assert hours(camera) == "Mo Tu We Th Fr 6:00-17:59"
        camera.client.get("/cgi/event/schedule.cgi", action="remove", Name=HOSTILE)
        eventually(lambda: other.run("document.querySelectorAll('.schedule').length") == 0, "it is still there")
        assert other.console == []
