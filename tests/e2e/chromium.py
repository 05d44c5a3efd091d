"""Drives a headless Chromium over its DevTools pipe: JSON texts parted by NUL bytes, on descriptors 3 and 4.

Starting it takes longer than most tests: the program of a browser that is done with is kept for the next one, which
gets a profile of its own in it.
"""

import atexit
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


class ChromiumProgram:
    """A Chromium that runs, for one browser at a time."""

    def __init__(self, flags: Sequence[str]) -> None:
        program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        assert program, "install Chromium (Debian: chromium)"
        self.flags = tuple(flags)
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_read, self._to = os.pipe()
        self._from, from_write = os.pipe()
        # the shell moves our two pipe ends to the numbers that Chromium expects
        shell = f'exec "$0" "$@" 3<&{to_read} 4>&{from_write}'
        self._process = subprocess.Popen(
            ["bash", "-c", shell, program, *FLAGS.split(), *flags, f"--user-data-dir={self._profile.name}"],
            pass_fds=[to_read, from_write],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"TMPDIR": self._profile.name},  # its files there are deleted with the profile
        )
        os.close(to_read)
        os.close(from_write)
        self._buffer = b""
        self._number = 0

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(20)
        os.close(self._to)
        os.close(self._from)
        self._profile.cleanup()

    def send(self, message: dict[str, Any]) -> int:
        """Send a message, and return its number."""
        self._number += 1
        os.write(self._to, json.dumps(message | {"id": self._number}).encode() + b"\0")
        return self._number

    def receive(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            piece = os.read(self._from, 1 << 20)
            assert piece, "Chromium ended"
            self._buffer += piece
        text, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        return message


IDLE: list[ChromiumProgram] = []
"""Programs whose browser is done with."""


@atexit.register
def close_idle() -> None:
    while IDLE:
        IDLE.pop().close()


class Chromium:
    """One browser with one page, and with a profile of its own."""

    def __init__(self, width: int = 1280, height: int = 800, flags: Sequence[str] = ()) -> None:
        """`flags` are further ones of its command line."""
        self._size = {"width": width, "height": height}
        self._flags = tuple(flags)
        self.console: list[str] = []
        """Errors and warnings: of the page's scripts, exceptions that they did not catch, and what the browser itself
        reports: a file that is not there, a violation of the page's policy. Not: that the camera is away."""

    def __enter__(self) -> Self:
        fitting = [program for program in IDLE if program.flags == self._flags]
        self._program = fitting[0] if fitting else ChromiumProgram(self._flags)
        if fitting:
            IDLE.remove(self._program)
        self._read = False
        self._session = ""
        self._attach()
        return self

    def __exit__(self, *_: object) -> None:
        self._session = ""
        try:
            self.call("Target.disposeBrowserContext", browserContextId=self._context)
        except AssertionError:
            self._program.close()
            raise
        IDLE.append(self._program)

    def _attach(self) -> None:
        self._context = self.call("Target.createBrowserContext")["browserContextId"]
        page = self.call("Target.createTarget", url="about:blank", browserContextId=self._context, **self._size)
        self._session = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the DevTools protocol and return its result."""
        session = {"sessionId": self._session} if self._session else {}
        number = self._program.send({"method": method, "params": parameters} | session)
        while (answer := self._program.receive()).get("id") != number:
            self._note(answer)
        assert "error" not in answer, f"{method}: {answer['error']}"
        result: dict[str, Any] = answer["result"]
        return result

    def _note(self, event: dict[str, Any]) -> None:
        if event.get("sessionId") != self._session:
            return  # of the browser before
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
            self._note(self._program.receive())

    def run(self, script: str) -> Any:
        """Return the value of a JavaScript expression; a promise is waited for."""
        result = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def screenshot(self) -> bytes:
        """Return the visible page as a PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])
