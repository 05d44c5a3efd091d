"""Take the README's picture: the home page of a camera that shows the built-in scene, in headless Chromium.

usage: .venv/bin/python -m docs.picture
"""

import io
import tempfile
from pathlib import Path

from PIL import Image
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.chromium import Chromium

PLAYING = "document.getElementById('player').dataset.state === 'live'"


def main() -> None:
    """Write ``picture.png`` beside this file."""
    with tempfile.TemporaryDirectory() as folder, Chromium(1000, 780) as browser:
        camera = CameraProcess(Path(folder) / "state", "--source=scene").start()
        camera.client.update("System.Info", ServerName="Gallery", ServerLocation="First floor")
        browser.log_in("admin", PASSWORD)
        browser.go(f"http://127.0.0.1:{camera.port}/")
        eventually(lambda: browser.run(PLAYING), "the page shows no picture")
        eventually(lambda: browser.run("performance.now() > 5000"))
        picture = Image.open(io.BytesIO(browser.screenshot())).convert("RGB")
        camera.stop()
    picture.save(Path(__file__).with_name("picture.png"), optimize=True)


if __name__ == "__main__":
    main()
