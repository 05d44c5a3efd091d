"""Drives a headless Chromium over its DevTools pipe: JSON texts parted by NUL bytes, on descriptors 3 and 4."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from typing import Any, Self

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --mute-audio --hide-scrollbars --remote-debugging-pipe"
)
AWAY = ("net::ERR_CONNECTION_REFUSED", "net::ERR_CONNECTION_RESET", "net::ERR_EMPTY_RESPONSE", "net::ERR_INCOMPLETE")
"""Errors of requests to a camera that has stopped."""


class Chromium:
    """One browser with one page."""

    def __init__(self, width: int = 1280, height: int = 800, flags: Sequence[str] = ()) -> None:
        """`flags` are further ones of its command line."""
        self._flags = [*FLAGS.split(), f"--window-size={width},{height}", *flags]
        self.console: list[str] = []
        """Errors and warnings: of the page's scripts, exceptions that they did not catch, and what the browser itself
        reports: a file that is not there, a violation of the page's policy. Not: that the camera is away."""

    def __enter__(self) -> Self:
        program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        assert program, "install Chromium (Debian: chromium)"
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_read, self._to = os.pipe()
        self._from, from_write = os.pipe()
        # the shell moves our two pipe ends to the numbers that Chromium expects
        shell = f'exec "$0" "$@" 3<&{to_read} 4>&{from_write}'
        self._process = subprocess.Popen(
            ["bash", "-c", shell, program, *self._flags, f"--user-data-dir={self._profile.name}"],
            pass_fds=[to_read, from_write],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(from_write)
        self._buffer = b""
        self._number = 0
        self._read = False
        self._session = ""
        self._attach()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(20)
        os.close(self._to)
        os.close(self._from)
        self._profile.cleanup()

    def _attach(self) -> None:
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the DevTools protocol and return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while (answer := self._receive()).get("id") != self._number:
            self._note(answer)
        assert "error" not in answer, f"{method}: {answer['error']}"
        result: dict[str, Any] = answer["result"]
        return result

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            piece = os.read(self._from, 1 << 20)
            assert piece, "Chromium ended"
            self._buffer += piece
        text, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        return message

    def _note(self, event: dict[str, Any]) -> None:
        method, parameters = event.get("method"), event.get("params", {})
        self._read |= method == "Page.domContentEventFired"
        if method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.console.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "assert", "warning"):
            self.console.append(" ".join(str(a.get("value", a.get("description"))) for a in parameters["args"]))
        elif method == "Log.entryAdded":
            self._note_entry(**parameters["entry"])

    def _note_entry(self, level: str, text: str, url: str = "", **_: object) -> None:
        if level in ("error", "warning") and not any(name in text for name in AWAY):
            self.console.append(f"{text} {url}".strip())

    def log_in(self, user: str, password: str) -> None:
        """Send this login with every request, as a browser does after the person typed it in."""
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self.call("Network.setExtraHTTPHeaders", headers={"Authorization": f"Basic {token}"})

    def go(self, url: str) -> None:
        """Open a page and wait until its document has been read (its streams may go on for ever)."""
        self._read = False
        result = self.call("Page.navigate", url=url)
        assert "errorText" not in result, result
        while not self._read:
            self._note(self._receive())

    def run(self, script: str) -> Any:
        """Return the value of a JavaScript expression; a promise is waited for."""
        result = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def screenshot(self) -> bytes:
        """Return the visible page as a PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])
