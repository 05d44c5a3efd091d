"""Streams over a link with a round trip of 80 ms and a loss of 5 %: players get pictures, in order, and go on."""

from urllib.parse import quote

import av
import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PASSWORD
from tests.lossy_link import CAMERA_ADDRESS, LossyLink
from tests.networks import Neighbour, Network, needs_networks, network

__all__ = ["network"]
pytestmark = [pytest.mark.slow, needs_networks]

LOGIN = f"admin:{quote(PASSWORD)}@{CAMERA_ADDRESS}"
PATIENCE = (60.0, 60.0)
"""Seconds to open and to read."""
FRAMES = 20


def test_streams_go_on_over_a_lossy_link(network: Network, start_camera: StartCamera) -> None:
    neighbour = network.add_neighbour()
    with LossyLink(delay_s=0.04, loss=0.05).between(neighbour) as link:
        camera = start_camera("--source=scene", "--host=0.0.0.0")
        camera.client.update("Image.H264", Resolution=1, Framerate=5)
        camera.client.update("Image.MJPEG", Resolution=1)
        play(neighbour, f"http://{LOGIN}:{camera.port}/cgi/mjpg/mjpg.cgi", {})
        for transport in ("tcp", "udp"):
            play(neighbour, f"rtsp://{LOGIN}:{camera.rtsp}/h264", {"rtsp_transport": transport})
        assert link.lost


def play(neighbour: Neighbour, url: str, options: dict[str, str]) -> None:
    """Play a part of a stream; fail unless its time advances."""
    with neighbour.inside(), av.open(url, options=options, timeout=PATIENCE) as medium:
        times = [frame.time or 0.0 for frame, _ in zip(medium.decode(video=0), range(FRAMES), strict=False)]
    assert len(times) == FRAMES
    assert times == sorted(times)
