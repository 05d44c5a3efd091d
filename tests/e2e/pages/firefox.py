"""Firefox without a window, driven over WebDriver BiDi: JSON texts on a WebSocket of its own."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from tests.e2e.camera import PATIENCE, eventually
from websockets.sync.client import connect

LONGEST_S = 3 * PATIENCE
"""Seconds that its start, or an answer, may take on a machine where much else runs."""


class Firefox:
    """One browser with one page and a profile of its own, whose person knows one login."""

    def __init__(self, user: str, password: str) -> None:
        self._credentials = {"type": "password", "username": user, "password": password}
        self._asked: set[str] = set()
        self._number = 0
        self.console: list[str] = []
        """Errors and warnings: of the page's scripts, exceptions that they did not catch, and what the browser itself
        reports: a script that is not there, a violation of the page's policy."""

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
            address = self._start(home, stack)
            opened = connect(f"{address}/session", proxy=None, open_timeout=LONGEST_S, ping_interval=None)
            self._socket = stack.enter_context(opened)
            self._attach()
            self._open = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _start(self, home: Path, stack: ExitStack) -> str:
        """Start the program, and return the address of its WebSocket."""
        program = shutil.which("firefox-esr") or shutil.which("firefox")
        assert program, "install Firefox (Debian: firefox-esr)"
        log = home / "log"
        output = stack.enter_context(log.open("wb"))
        process = subprocess.Popen(
            [program, "--headless", "--no-remote", "--remote-debugging-port=0", "--profile", home],
            env=os.environ | {"HOME": str(home)},
            stdout=output,
            stderr=output,
        )
        stack.callback(process.wait, LONGEST_S)
        stack.callback(process.terminate)
        line = re.compile(r"WebDriver BiDi listening on (ws://\S+)\n")
        return str(eventually(lambda: line.search(log.read_text()), "Firefox does not listen", LONGEST_S)[1])

    def _attach(self) -> None:
        self.call("session.new", capabilities={})
        self.call("session.subscribe", events=["log.entryAdded", "network.authRequired"])
        self.call("network.addIntercept", phases=["authRequired"])
        self._page = self.call("browsingContext.getTree")["contexts"][0]["context"]

    def _send(self, method: str, **parameters: Any) -> int:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        return self._number

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a command of WebDriver BiDi and return its result."""
        number = self._send(method, **parameters)
        while (answer := json.loads(self._socket.recv(LONGEST_S))).get("id") != number:
            self._note(**answer)
        assert answer["type"] == "success", f"{method}: {answer}"
        result: dict[str, Any] = answer["result"]
        return result

    def _note(self, method: str = "", params: Any = None, **_: object) -> None:
        if method == "network.authRequired":
            self._answer_login(params["request"]["request"])
        elif method == "log.entryAdded" and params["level"] in ("error", "warn"):
            self.console.append(f"{params['text']} {params.get('stackTrace', '')}")

    def _answer_login(self, request: str) -> None:
        """Type the login into the browser's dialog, and give up when it is refused."""
        if request in self._asked:
            self._send("network.continueWithAuth", request=request, action="cancel")
            return
        self._asked.add(request)
        self._send(
            "network.continueWithAuth", request=request, action="provideCredentials", credentials=self._credentials
        )

    def go(self, url: str) -> None:
        """Open a page and wait until its document has been read (its streams may go on for ever)."""
        self.call("browsingContext.navigate", context=self._page, url=url, wait="interactive")

    def run(self, script: str) -> Any:
        """Return the value of a JavaScript expression: a text, a number or a Boolean."""
        result = self.call("script.evaluate", expression=script, target={"context": self._page}, awaitPromise=False)
        assert result["type"] == "success", result["exceptionDetails"]
        return result["result"].get("value")
