"""RTSP relay: connects FFmpeg to the checked address of a camera, and prevents redirects.

FFmpeg would resolve the camera's name again, and follow redirects to any address. It gets this relay's address instead;
TLS is between the relay and the camera, so that the camera's name is sent and verified.
"""

import secrets
import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from math import inf
from typing import Self

from ipcamd.dataclass import dataclass
from ipcamd.media.source.network.camera_socket import has_send_room
from ipcamd.media.source.network.rtsp.camera_connection import CameraConnection
from ipcamd.media.source.source_timeout import SLICE_S
from ipcamd.wire.rtsp.key_frame_requests import KeyFrameRequests
from ipcamd.wire.rtsp.reply_filter import Redirected, ReplyFilter
from ipcamd.wire.rtsp.request_rewriter import RequestRewriter

PIECE_BYTES = 65536
"""Most bytes of one read."""
CONNECTIONS = 8
"""Most connections of one opening: an HTTP tunnel needs two, and two more to log in."""

TEARDOWN_S = 0.5
"""Time in seconds for FFmpeg to send TEARDOWN: a camera that sends by UDP would otherwise continue."""
JOIN_S = 1.0
"""Time limit for the thread to end. It may be connecting, and then ends by itself."""


class RtspRelay:
    """Relay of one opening of a camera; one thread serves its connections."""

    def __init__(self, first: socket.socket, camera: CameraConnection, stop: threading.Event) -> None:
        """`first` is a connection to the camera, `camera` opens further ones. `stop` closes all connections. Takes
        ownership of `first`."""
        self.failure = ""
        """Reason why a connection was closed: an error message, or ""."""
        self.stop_delay_s = 0.0
        """Seconds from the stop until it closes the connections; `TEARDOWN_S` once FFmpeg has a session to end."""
        self._ready = [first]
        self._camera, self._stop = camera, stop
        self._end_s, self._is_closing = inf, False
        self._address = str(first.getpeername()[0])
        self._family = family = first.family
        self._key_frames = KeyFrameRequests(secrets.randbits(32))
        self._key_frame_due = False
        self._waker, self._woken = socket.socketpair()
        self._waker.setblocking(False)
        self._listener = socket.create_server(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0), family=family)
        self._selector = selectors.DefaultSelector()
        self._ends: set[_End] = set()
        self._accepted = 0
        self._thread = threading.Thread(target=self._serve, name="RTSP relay", daemon=True)

    @property
    def host(self) -> str:
        """Address and port for FFmpeg, as in a URL."""
        host, port = self._listener.getsockname()[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def request_key_frame(self) -> None:
        """Request a key frame of the camera, if it offers that; from any thread; never blocks."""
        self._key_frame_due = self._key_frames.is_possible
        self._wake()

    def _wake(self) -> None:
        with suppress(OSError):  # closed
            self._waker.send(b"\0")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Forward what FFmpeg has sent last, close all connections, and wait for the thread."""
        self._is_closing = True
        self._wake()
        self._thread.join(TEARDOWN_S)
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for end in tuple(self._ends):
            with suppress(OSError):
                end.source.shutdown(socket.SHUT_RDWR)
        self._thread.join(JOIN_S)

    def _serve(self) -> None:
        with ExitStack() as stack:
            stack.enter_context(self._listener)
            for sock in (*self._ready, self._waker, self._woken):
                stack.callback(sock.close)
            stack.enter_context(self._selector).register(self._listener, selectors.EVENT_READ)
            self._selector.register(self._woken, selectors.EVENT_READ)
            with suppress(OSError):  # the listener is shut down
                while not self._is_over():
                    for key, _ in self._selector.select(SLICE_S):
                        if key.fileobj is self._listener:
                            self._accept(stack)
                        elif key.fileobj is self._woken:
                            self._woken.recv(PIECE_BYTES)
                        elif key.data in self._ends:
                            self._move(key.data)
                    if self._key_frame_due:
                        self._send_request()

    def _is_over(self) -> bool:
        """Return whether FFmpeg has closed its connections at the end, or had time for that after a stop."""
        if self._is_closing and not self._ends:
            return True
        if self._stop.is_set():
            self._end_s = min(self._end_s, time.monotonic() + self.stop_delay_s)
        return time.monotonic() >= self._end_s

    def _accept(self, stack: ExitStack) -> None:
        client = stack.enter_context(self._listener.accept()[0])
        self._accepted += 1
        try:
            if self._accepted > CONNECTIONS:
                raise OSError
            camera = stack.enter_context(self._ready.pop() if self._ready else self._camera.open_again())
        except OSError:
            client.close()
            return
        replies, requests = ReplyFilter(self._address, self._key_frames), self._camera.rewriter(self.host)
        requests.note_tunnelled = self._key_frames.note_request
        sent = _End(client, camera, lambda data: requests.feed(replies.note_request(data)), requests)
        for end in (_End(camera, client, replies.feed), sent):
            self._ends.add(end)
            self._selector.register(end.source, selectors.EVENT_READ, end)

    def _send_request(self) -> None:
        """Send a request for a key frame: as a datagram, or between FFmpeg's messages, later if one is incomplete, and
        only if this need not wait."""
        if self._key_frames.datagram_port:
            self._send_datagram()
            return
        for end in self._ends:
            if end.requests and end.requests.is_between_messages:
                self._key_frame_due = False
                if not has_send_room(end.target):
                    continue
                with suppress(OSError):  # the connection's other end notices it
                    end.target.sendall(end.requests.wrap(self._key_frames.make_request()))

    def _send_datagram(self) -> None:
        self._key_frame_due = False
        with suppress(OSError), socket.socket(self._family, socket.SOCK_DGRAM) as sock:  # a later request may arrive
            sock.sendto(self._key_frames.make_request(), (self._address, self._key_frames.datagram_port))

    def _move(self, end: "_End") -> None:
        """Forward received bytes; close both connections when one ends."""
        try:
            is_open = end.move()
        except Redirected as error:
            self.failure = f"{error}: use that address as the source"
            is_open = False
        except (OSError, ValueError) as error:
            self.failure = str(error) if isinstance(error, ValueError) else self.failure
            is_open = False
        if not is_open:
            for each in {each for each in self._ends if end.source in (each.source, each.target)}:
                self._ends.remove(each)
                self._selector.unregister(each.source)
                each.source.close()


@dataclass(eq=False, slots=True)
class _End:
    """One direction of a connection."""

    source: socket.socket
    target: socket.socket
    check: Callable[[bytes], bytes]
    """Function that returns what to forward of received bytes. Raises ``ValueError``."""
    requests: RequestRewriter | None = None
    """Rewriter of the requests to the camera; None in the other direction."""

    def move(self) -> bool:
        """Forward received bytes; return whether the connection continues. Raises ``OSError``, ``ValueError``."""
        while data := self.source.recv(PIECE_BYTES):
            self.target.sendall(self.check(data))
            if not getattr(self.source, "pending", int)():  # TLS has decrypted more than requested
                return True
        return False
