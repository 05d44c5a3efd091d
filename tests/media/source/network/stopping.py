"""Check that a network source stops at once while it opens."""

import threading
from collections.abc import Callable

import pytest
from tests.e2e.camera import eventually
from tests.media.scripted_source import WAIT
from tests.media.source.network.rtsp.scripted_camera import PASSED

from ipcamd.media.source import source_timeout
from ipcamd.media.source.source import Wanted
from ipcamd.media.source.source_choice import make_source

NEVER_S = 600.0
"""Time-out, in seconds, that no test waits for."""


def check_that_it_stops(url: str, has_begun: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail unless a source that does not open ends when it is stopped, once it has begun, without a failure."""
    monkeypatch.setattr(source_timeout, "OPENING_S", NEVER_S)
    stop, wanted, ended = threading.Event(), Wanted((320, 240), 30, False, PASSED), threading.Event()

    def watch() -> None:
        assert list(make_source(url, tls="any").play(lambda: wanted, stop)) == []
        ended.set()

    threading.Thread(target=watch, daemon=True).start()
    eventually(has_begun)
    assert not ended.is_set()
    stop.set()
    assert ended.wait(WAIT)
