"""Pictures of the documentation: the pages of a camera that shows the built-in scene, in headless Chromium.

usage: .venv/bin/python -m docs.picture
"""

import io
import tempfile
from pathlib import Path

from PIL import Image
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.chromium import Chromium
from tests.e2e.pages.test_pages import READY

from ipcamd.web.html_page import PAGES

PAGES_FOLDER = Path(__file__).with_name("pages")
DESKTOP, PHONE = (1000, 680), (390, 780)
ON_PHONE = ("/", "/settings")
"""Pages that are shown on a telephone as well, in the dark."""


def main() -> None:
    """Write a picture of each page into ``pages`` beside this file."""
    PAGES_FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Chromium(1000, 780) as browser:
        camera = CameraProcess(Path(folder) / "state", "--source=scene").start()
        prepare(camera)
        browser.log_in("admin", PASSWORD)
        for path in PAGES:
            take(browser, camera, path, DESKTOP, "light")
        for path in ON_PHONE:
            take(browser, camera, path, PHONE, "dark")
        camera.stop()


def prepare(camera: CameraProcess) -> None:
    """Give the camera a name, and let it record."""
    client = camera.client
    client.update("System.Info", ServerName="Gallery", ServerLocation="First floor")
    client.get("/cgi/event/schedule.cgi", action="add", Name="Always", ScheduleTimeMode=1, EnableSDCard=1)
    listing = "/sdcard.cgi?action=list&dir=record"
    eventually(lambda: ".avi" in client.get(listing).text, "nothing is recorded")


def take(browser: Chromium, camera: CameraProcess, path: str, size: tuple[int, int], theme: str) -> None:
    """Write the picture of one page."""
    width, height = size
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=height,
        deviceScaleFactor=1,
        mobile=size == PHONE,
    )
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
    browser.go(f"http://127.0.0.1:{camera.port}{path}")
    eventually(lambda: browser.run(f"Boolean({READY[path]})"), f"{path} does not become ready")
    eventually(lambda: browser.run("performance.now() > 4000"))
    name = f"{path.strip('/') or 'live'}{'-phone' if size == PHONE else ''}.webp"
    picture = Image.open(io.BytesIO(browser.screenshot())).convert("RGB")
    picture.save(PAGES_FOLDER / name, quality=72, method=6)


if __name__ == "__main__":
    main()
