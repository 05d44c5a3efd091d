"""RTSP service: listeners, effects of settings, close."""

import time
from collections.abc import Callable, Iterator, Sequence

from ipcamd.access.accounts import ANONYMOUS, Account
from ipcamd.access.login_result import LoginVerifier
from ipcamd.connected_clients import ConnectedClient
from ipcamd.media.stream.hub import Hub
from ipcamd.media.stream.traffic import Traffic
from ipcamd.server.connection_limits import RTSP_REFUSAL
from ipcamd.server.connection_registry import Registry
from ipcamd.server.listener import Listener
from ipcamd.server.pending_connection import TlsContext
from ipcamd.server.rtsp.authenticator import RtspAuthenticator
from ipcamd.server.rtsp.context import RtspContext
from ipcamd.server.rtsp.mounts.presentation import FindPresentation, Presentation
from ipcamd.server.rtsp.multicast import MulticastService
from ipcamd.server.rtsp.rtsp_connection import RtspConnection
from ipcamd.server.rtsp.sessions.rtsp_session import RtspSession, describe_session
from ipcamd.server.rtsp.sessions.session_table import SessionTable, Talk
from ipcamd.server.rtsp.stream_table import RtpStreamTable
from ipcamd.server.rtsp.tunnel import TunnelTable
from ipcamd.server.viewer_limit import ViewerLimit


class RtspService:
    """Serves media over RTSP until closed."""

    def __init__(
        self,
        find: FindPresentation,
        login: LoginVerifier,
        registry: Registry,
        viewers: ViewerLimit,
        *,
        name: Callable[[], str] = lambda: "ipcamd",
        talk: Talk | None = None,
        traffic: Traffic | None = None,
        clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """`name` returns the camera's name, `clock_ns` the clock of capture times (nanoseconds since the epoch).

        `talk` plays talk packets; None: clients cannot talk.
        """
        streams = RtpStreamTable(find, clock_ns, name, traffic or Traffic())
        self.context = RtspContext(
            find=find,
            authenticator=RtspAuthenticator(login),
            registry=registry,
            sessions=SessionTable(viewers, registry.now_s, talk),
            streams=streams,
            multicast=MulticastService(streams.for_codec, name),
            name=name,
            clock_ns=clock_ns,
            talks=talk is not None,
        )
        self.tunnels = TunnelTable(self.context)
        registry.on_sweep(self._sweep)

    async def open(self, hosts: Sequence[str], port: int, tls: TlsContext | None = None) -> Listener:
        """Listen on an additional port, with `tls` for RTSPS; see `Registry.listen`."""
        return await self.context.registry.listen(lambda: RtspConnection(self.context), hosts, port, tls, RTSP_REFUSAL)

    async def close(self) -> None:
        """Send RTCP BYE to all viewers, end all sessions and connections; see `Registry.close`."""
        self.context.multicast.configure(None)
        self.context.streams.stop()
        for session in self.context.sessions:
            self.context.sessions.end(session)
        await self.context.registry.close()
        self.context.sender.close()

    def close_denied(self) -> None:
        """Reset connections and end sessions whose address is no longer allowed."""
        registry = self.context.registry
        registry.close_denied()
        for session in self.context.sessions:
            if not registry.admission.allows(session.address):
                self.context.sessions.end(session)

    def need_login(self, needed: bool) -> None:
        """Require a login or not (``System.RTSPAuth``). If it is required, viewers without a login are disconnected."""
        self.context.authenticator.login_needed = needed
        if needed:
            self._send_away(lambda session: session.account is ANONYMOUS)

    def expel(self, is_valid: Callable[[Account], bool]) -> None:
        """End the sessions whose account is no longer valid."""
        self._send_away(lambda session: session.account is not ANONYMOUS and not is_valid(session.account))

    def end_stream(self, hub: Hub) -> None:
        """End the sessions with a stream that was disabled."""
        self._send_away(lambda session: isinstance(session.media, Presentation) and hub in session.media.tracks)

    def clients(self) -> Iterator[ConnectedClient]:
        """Yield the clients that play (see `ClientService`)."""
        return (describe_session(session) for session in self.context.sessions if session.admitted)

    def disconnect(self, number: int) -> bool:
        """End a session and its connection; return whether there is one with this number."""
        return self._send_away(lambda session: session.number == number)

    def mark(self, video: int, audio: int) -> None:
        """Set the DSCPs of video and audio packets (Network.Advanced.QoS); 0 for none."""
        context = self.context
        context.tos = {"video": video << 2, "audio": audio << 2}
        for media, tos in context.tos.items():
            context.ports.mark(media, tos)
            context.multicast.mark(media, tos)
        for connection in context.registry:
            if isinstance(connection, RtspConnection):
                connection.mark()

    def _send_away(self, ends: Callable[[RtspSession], bool]) -> bool:
        """End the sessions for which `ends` is true, and their connections: a player that only receives would otherwise
        wait for ever. Return whether there were any."""
        found = [session for session in self.context.sessions if ends(session)]
        for session in found:
            owner = session.owner
            self.context.sessions.end(session)
            if owner:
                owner.close()
        return bool(found)

    def _sweep(self, now_s: float) -> bool:
        going_on = self.context.sessions.sweep(now_s)
        used = {setup.stream for session in self.context.sessions for setup in session.setups.values()}
        self.context.streams.forget_idle(used)
        return going_on
