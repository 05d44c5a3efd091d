"""Network services: HTTP, RTSP, talk."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import cast

from ipcamd.app.core import Core
from ipcamd.app.media import MediaParts
from ipcamd.app.network_services.certificate_upkeep import CertificateUpkeep
from ipcamd.app.network_services.onvif import LateOnvif
from ipcamd.app.network_services.webrtc import build_webrtc
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.camera import Camera
from ipcamd.connected_clients import ConnectedClients
from ipcamd.dataclass import dataclass
from ipcamd.media.stream.hub import Hub
from ipcamd.onvif.endpoints import onvif_endpoints
from ipcamd.params.group import Values
from ipcamd.params.network import NETWORK, WEBRTC
from ipcamd.server.admission import Admission
from ipcamd.server.connection_limits import Limits
from ipcamd.server.connection_registry import Registry
from ipcamd.server.http.checks.allowed_hosts import AllowedHosts
from ipcamd.server.http.checks.forwarded import TrustedProxies
from ipcamd.server.http.context import HttpContext
from ipcamd.server.http.http_service import HttpService
from ipcamd.server.http.router import Router
from ipcamd.server.http.streaming.fanout import Fanout
from ipcamd.server.listener import Listener
from ipcamd.server.open_file_limit import fit_limits, raise_file_limit
from ipcamd.server.qos import dscp_values
from ipcamd.server.rebindable_port import RebindablePort
from ipcamd.server.rtsp.mounts.stream_paths import Mounts
from ipcamd.server.rtsp.rtsp_service import RtspService
from ipcamd.server.rtsp.settings import follow_settings
from ipcamd.server.talk.rtp_talk import TalkReceiver
from ipcamd.server.talk.udp_talk import TalkService
from ipcamd.server.viewer_limit import ViewerLimit
from ipcamd.server.webrtc.webrtc_service import WebRtcService
from ipcamd.web.endpoints import DESCRIPTION, MODULES
from ipcamd.workers.thread import run_in_thread

_HTTPS = "Network.Advanced.HTTPS"
IP_FILTER_CUT_DELAY_S = 0.2
"""Seconds from a new rule of the IP filter until the denied connections are closed."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The real port numbers; None for a service that is off."""

    http: int | None
    """TCP port of plain HTTP."""
    https: int | None
    """TCP port of HTTPS."""
    rtsp: int
    """TCP port of RTSP."""
    talk: int | None
    """UDP port of talk."""
    rtsps: int | None
    """TCP port of RTSP over TLS."""
    webrtc: int | None
    """UDP and TCP port of WebRTC."""


class Services:
    """Builds each service; they share the limits of connections and viewers."""

    def __init__(self, stack: ShutdownStack, core: Core, media: MediaParts) -> None:
        self._stack = stack
        self._core = core
        self._media = media
        self._receiver = TalkReceiver(media.speaker) if media.speaker else None
        self.upkeep = CertificateUpkeep(stack, core)
        wanted = Limits(core.options.viewers, core.options.connections, core.options.connections_per_address)
        limits = fit_limits(wanted, raise_file_limit())
        self.viewers = ViewerLimit(limits.viewers)
        self._admission = Admission(limits, core.ip_filter.allows)
        self._registries: list[Registry] = []
        self.clients = ConnectedClients()
        self._open: list[HttpService | RtspService | WebRtcService] = []
        self._ports: list[RebindablePort] = []
        talk = self._receiver.receive if self._receiver else None
        self.webrtc = build_webrtc(core, media, self._new_registry(), self.viewers, talk)
        """None without its packages."""
        core.settings.guard(NETWORK.name, self._move)
        stack.push_services(self._close)
        core.ip_filter.watch(self._close_denied_soon)

    @property
    def connections(self) -> int:
        """Number of open connections."""
        return self._admission.connections

    async def talk(self) -> int | None:
        """Open the UDP port for talk, and return it; None without a speaker. Raises ``ConfigError``."""
        if self._receiver is None:
            return None
        options, authenticator = self._core.options, self._core.authenticator
        service = TalkService(
            self._receiver,
            lambda address: options.allow_anyone_to_talk or authenticator.may_talk_over_udp(address),
            self._admission.allows,
        )
        self._stack.push(service.close)
        return await self._movable("TalkPort", service)

    async def rtsp(self, camera: Camera, onvif: LateOnvif) -> tuple[RtspService, int, int | None]:
        """Open RTSP, and RTSPS if enabled, and return it with their ports. Raises ``ConfigError``."""
        core, receiver = self._core, self._receiver
        service = RtspService(
            self._catalog(camera, onvif),
            core.authenticator,
            self._new_registry(),
            self.viewers,
            name=lambda: core.settings["System.Info"]["ServerName"],
            talk=(lambda packet, account: receiver.receive(packet, account.name)) if receiver else None,
            traffic=self._media.pipeline.traffic,
            clock_ns=core.clock.now_ns,
        )
        self._add("rtsp", service)
        ports = await self._movable("RTSPPort", service), await self.secure("RtspsPort", service)
        self._media.pipeline.watch_disabled(service.end_stream)
        follow_settings(service, core.settings, lambda: core.listen.multicast_interface)
        return service, *ports

    async def open_webrtc(self) -> int | None:
        """Open the port of WebRTC, and return it; None while it is off. Raises ``ConfigError``."""
        if self.webrtc is None:
            return None
        self._add("webrtc", self.webrtc)
        return await self._follow(WEBRTC.name, RebindablePort("Port", _port_if_enabled("Port"), self.webrtc.open))

    def _add(self, protocol: str, service: HttpService | RtspService | WebRtcService) -> None:
        """Register a service; it disconnects the clients of accounts that become invalid."""
        self._open.append(service)
        self.clients.add(protocol, service)
        accounts = self._core.accounts
        accounts.watch(lambda: service.expel(accounts.is_valid))

    async def http(self, camera: Camera, onvif: LateOnvif, rtsp: RtspService) -> tuple[int | None, int | None]:
        """Open HTTP, and HTTPS if enabled, and return their ports; RTSP connections there are passed to `rtsp`. Raises
        ``ConfigError``."""
        service = HttpService(
            HttpContext(
                self._router(onvif),
                camera,
                self._fanout(),
                self._new_registry(),
                self.viewers,
                rtsp.tunnels.accept,
                self._core.address_change.note_login,
            )
        )
        self._add("http", service)
        return await self._plain_http(service), await self.secure("HttpsPort", service)

    async def _plain_http(self, service: HttpService) -> int | None:
        """Open HTTP, while ``HttpMode`` is not off. Return the port."""
        settings = self._core.settings

        def is_on(values: Values) -> bool:
            return values["HttpMode"] != "off"

        def end_plain(values: Values) -> None:
            if values["HttpMode"] != "on":
                service.end_plain()

        port = RebindablePort("HTTPPort", lambda values: values.number("HTTPPort"), service.open)
        settings.guard(_HTTPS, port.guard_switch(is_on))
        settings.watch(_HTTPS, end_plain)
        return await self._follow("System", port, is_on(settings[_HTTPS]))

    def _close_denied_soon(self) -> None:
        """Close connections that the IP filter now denies, after the answer to the request with the rule."""
        asyncio.get_running_loop().call_later(IP_FILTER_CUT_DELAY_S, self._close_denied)

    def _close_denied(self) -> None:
        for service in self._open:
            service.close_denied()

    def _close(self) -> Awaitable[object]:
        """Close all services. No new request is served from now on, because a turn of the event loop takes long under
        load."""
        self._admission.ends_with_process = self._stack.ends_with_process
        for registry in self._registries:
            registry.stop()
        return asyncio.gather(*(service.close() for service in self._open))

    def _new_registry(self) -> Registry:
        self._registries.append(registry := Registry(self._admission))
        return registry

    def _router(self, onvif: LateOnvif) -> Router:
        core = self._core
        hosts = AllowedHosts(core.options.allowed_host, lambda: (core.settings["Network.DNSUpdate"]["DNSName"],))
        run_in_thread(lambda: hosts.add(socket.getfqdn()), "own name")
        modules = [module for module in MODULES if core.options.discovery or module is not DESCRIPTION]
        return Router(
            [*modules, *onvif_endpoints(onvif.answer)],
            core.authenticator,
            hosts,
            TrustedProxies(core.options.trusted_proxy),
            self._admission.allows,
            self._redirect_port,
        )

    def _redirect_port(self) -> int | None:
        """Return the port to which plain HTTP is redirected, if any."""
        https = self._core.settings[_HTTPS]
        return None if https["HttpMode"] == "on" else https.number("HttpsPort")

    def _fanout(self) -> Fanout:
        """Return the sender of HTTP viewers; it marks packets, and disconnects listeners with the microphone."""
        fanout, settings = Fanout(traffic=self._media.pipeline.traffic), self._core.settings

        def qos(values: Values) -> None:
            fanout.mark(*dscp_values(values))

        def audio(values: Values) -> None:
            if not values.flag("MicEnabled"):
                fanout.drop_audio_viewers()

        for stream in self._media.mp4_streams.values():
            stream.cut = fanout.end_stream
        self._media.pipeline.watch_disabled(fanout.end_stream)
        settings.follow("Network.Advanced.QoS", qos)
        settings.watch("Audio", audio)
        return fanout

    def _catalog(self, camera: Camera, onvif: LateOnvif) -> Mounts:
        pipeline, settings = self._media.pipeline, self._core.settings

        def sound() -> Hub | None:
            return pipeline.chosen_audio if pipeline.has_audio else None

        def phone() -> tuple[Hub, ...]:
            enabled, heard = settings["Image.3GPP"]["Enabled"], sound()
            if enabled == "none":
                return ()
            pictures = pipeline.find_stream("3gpp")
            return (pictures, heard) if heard and enabled == "video_audio" else (pictures,)

        recordings = camera.replay_catalog if camera.card.slot else None
        return Mounts(
            lambda: pipeline.hubs, sound, phone, onvif.profile_tracks, onvif.metadata, recordings, pipeline.substream
        )

    async def _movable(self, parameter: str, service: HttpService | RtspService | TalkService) -> int:
        """Open a service on the port in `parameter` of ``System``, and move it when that changes."""
        port = RebindablePort(parameter, lambda values: values.number(parameter), service.open)
        return cast(int, await self._follow("System", port))

    async def secure(self, parameter: str, service: HttpService | RtspService) -> int | None:
        """Serve also over TLS while ``Network.Advanced.HTTPS`` is enabled, on the port in its `parameter`.

        Return the port; None while it is off. Raises ``ConfigError``.
        """
        certificate = self.upkeep.certificate

        async def listen(hosts: Sequence[str], number: int) -> Listener:
            await certificate.ensure()
            return await service.open(hosts, number, certificate.context)

        return await self._follow(_HTTPS, RebindablePort(parameter, _port_if_enabled(parameter), listen))

    async def _follow(self, group: str, port: RebindablePort, enabled: bool = True) -> int | None:
        """Open a port if it is `enabled`, and follow its parameter in `group` and the listen address."""
        settings = self._core.settings
        settings.guard(group, port.guard)
        self._ports.append(port)
        self._stack.push(port.close)
        return await port.open(self._core.listen.hosts, settings[group], enabled)

    @asynccontextmanager
    async def _move(self, _: Values, after: Values) -> AsyncIterator[None]:
        """Move all services to other addresses (a guard of ``Network``)."""
        hosts = self._core.listen.hosts_of(after)
        async with AsyncExitStack() as stack:
            for port in self._ports:
                await stack.enter_async_context(port.move(hosts))
            yield


def _port_if_enabled(parameter: str) -> Callable[[Values], int | None]:
    """Return the function that reads a port from a group; None while its flag ``Enabled`` is off."""
    return lambda values: values.number(parameter) if values.flag("Enabled") else None
