"""RTSP clients at link-local IPv6 addresses, which need the zone of their link."""

import asyncio
import socket
from contextlib import closing

import pytest
from tests.networks import Network, needs_networks, network
from tests.server.rtsp.player import Player, RtspRig
from tests.server.rtsp.test_rtsp_viewers import UdpPair

from ipcamd.wire.rtp import feedback

__all__ = ["network"]


@needs_networks
@pytest.mark.slow
async def test_udp_to_link_local_addresses_on_two_links(network: Network, rig: RtspRig) -> None:
    port = (await rig.service.open(["::"], 0)).port
    for host in (network.add_neighbour(), network.add_neighbour()):
        camera, here = host.camera_link_local, host.link_local  # both may be used now
        with host.inside():
            udp, stream = UdpPair("::"), socket.create_connection((f"{camera}%{host.interface}", port), 20)
        assert stream.getsockname()[0] == here
        player = Player(*await asyncio.open_connection(sock=stream), f"rtsp://[{camera}]:{port}")
        rig.players.append(player)
        with closing(udp):
            answer = await player.ask("SETUP", "/h264/track0", transport=udp.transport)
            assert f"source={camera};" in answer.fields["transport"]
            await player.ask("PLAY", "/h264")
            rig.hubs.picture(key=True, size=100)
            source = (await udp.packets(1))[0].ssrc
            reports = int(answer.fields["transport"].partition("server_port=")[2].partition("-")[0]) + 1
            rig.hubs.h264.key_wanted.clear()
            wish = bytes.fromhex("80c90001 00000009") + feedback.make_picture_loss(9, source)
            udp.rtcp.sendto(wish, (camera, reports, 0, stream.getpeername()[3]))
            assert await asyncio.to_thread(rig.hubs.h264.key_wanted.wait, 30)
