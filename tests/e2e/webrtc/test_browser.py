"""WebRTC in Chromium, by the browser's own statistics."""

from typing import Any

import pytest
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.chromium import Chromium

pytestmark = pytest.mark.slow

LONG_S = 60.0
"""Patience with pictures: a browser under load shows few of them."""
WATCH = """(async () => {
    const connection = globalThis.connection = new RTCPeerConnection();
    const video = Object.assign(document.createElement("video"), { muted: true, srcObject: new MediaStream() });
    connection.addEventListener("track", ({ track }) => { video.srcObject.addTrack(track); video.play(); });
    for (const kind of ["video", "audio"]) connection.addTransceiver(kind, { direction: "recvonly" });
    await connection.setLocalDescription();
    const headers = { "Content-Type": "application/sdp" };
    const answer = await fetch("/whep", { method: "POST", headers, body: connection.localDescription.sdp });
    await connection.setRemoteDescription({ type: "answer", sdp: await answer.text() });
    return answer.headers.get("Location");
})()"""
STATISTICS = """(async () => {
    const reports = [...(await connection.getStats()).values()].filter(({ type }) => type === "inbound-rtp");
    return Object.fromEntries(reports.map((report) => [report.kind, report]));
})()"""


def received(browser: Chromium, kind: str, name: str) -> int:
    statistics: dict[str, dict[str, Any]] = browser.run(STATISTICS)
    return int(statistics.get(kind, {}).get(name, 0))


def codec_of_sound(browser: Chromium) -> str:
    """The codec in which the browser gets sound."""
    listed = "connection.getStats().then((report) => [...report.values()])"
    found: str = browser.run(
        f"{listed}.then((all) => all.find(({{ id }}) => id === all.find(({{ type, kind }}) => "
        "type === 'inbound-rtp' && kind === 'audio').codecId).mimeType)"
    )
    return found


def test_chromium_shows_the_pictures_and_hears_the_sound(camera: CameraProcess) -> None:
    camera.client.update("Audio", Codec="opus")
    with Chromium() as browser:
        browser.log_in("admin", PASSWORD)
        browser.go(f"http://127.0.0.1:{camera.port}/api")
        session = browser.run(WATCH)
        eventually(lambda: received(browser, "video", "framesDecoded") > 60, "no pictures", LONG_S)
        assert received(browser, "video", "frameWidth") == 1280
        eventually(lambda: received(browser, "audio", "totalSamplesReceived") > 48_000, "no sound")
        assert codec_of_sound(browser) == "audio/opus"
        camera.client.ask("DELETE", f"/{session}")
        eventually(lambda: browser.run("connection.getReceivers()[0].transport.state") == "closed", "it goes on")
