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
    const reports = [...(await connection.getStats()).values()].filter(({ type }) => type.endsWith("bound-rtp"));
    return Object.fromEntries(reports.map((report) => [`${report.type} ${report.kind}`, report]));
})()"""
"""Counters of the browser, and for each kind those of the camera's newest sender report."""


def received(browser: Chromium, kind: str, name: str) -> int:
    return int(counters(browser, f"inbound-rtp {kind}").get(name, 0))


def counters(browser: Chromium, name: str) -> dict[str, Any]:
    statistics: dict[str, dict[str, Any]] = browser.run(STATISTICS)
    return statistics.get(name, {})


def loses_nothing(browser: Chromium, kind: str) -> bool:
    """Tell whether all packets of a moment came, and all that the camera reports as sent came or count as lost."""
    lost, begun = (received(browser, kind, name) for name in ("packetsLost", "packetsReceived"))
    eventually(lambda: received(browser, kind, "packetsReceived") > begun + 50, f"the {kind} stands still")
    sent, got = counters(browser, f"remote-outbound-rtp {kind}"), counters(browser, f"inbound-rtp {kind}")
    is_known = bool(sent) and 0 < sent["packetsSent"] <= got["packetsReceived"] + got["packetsLost"]
    return is_known and got["packetsLost"] <= lost


def codec_of_audio(browser: Chromium) -> str:
    """The codec in which the browser gets sound."""
    listed = "connection.getStats().then((report) => [...report.values()])"
    found: str = browser.run(
        f"{listed}.then((all) => all.find(({{ id }}) => id === all.find(({{ type, kind }}) => "
        "type === 'inbound-rtp' && kind === 'audio').codecId).mimeType)"
    )
    return found


def test_chromium_shows_the_pictures_and_plays_the_sound(camera: CameraProcess) -> None:
    camera.client.update("Audio", Codec="opus")
    with Chromium() as browser:
        browser.log_in("admin", PASSWORD)
        browser.go(f"http://127.0.0.1:{camera.port}/api")
        session = browser.run(WATCH)
        eventually(lambda: received(browser, "video", "framesDecoded") > 60, "no pictures", LONG_S)
        assert received(browser, "video", "frameWidth") == 1280
        eventually(lambda: received(browser, "audio", "totalSamplesReceived") > 48_000, "no sound")
        assert codec_of_audio(browser) == "audio/opus"
        for kind in ("video", "audio"):
            eventually(lambda kind=kind: loses_nothing(browser, kind), f"{kind} is incomplete")
        camera.client.ask("DELETE", f"/{session}")
        eventually(lambda: browser.run("connection.getReceivers()[0].transport.state") == "closed", "it goes on")
