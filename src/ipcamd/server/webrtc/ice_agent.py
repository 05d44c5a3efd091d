"""ICE agent of the camera: an ICE-lite agent, which answers connectivity checks and sends none (RFC 8445).

It learns a client's addresses from the checks. The candidates in the offer are not needed; browsers hide them behind
multicast DNS names.
"""

import secrets
from collections.abc import Callable
from dataclasses import field
from typing import Protocol

from ipcamd.dataclass import dataclass
from ipcamd.server.webrtc.network_path import NetworkPath
from ipcamd.wire.webrtc import stun


@dataclass(frozen=True, slots=True)
class IceCredentials:
    """Name and password of one session's agent (RFC 8445, 5.3)."""

    name: str = field(default_factory=lambda: secrets.token_hex(4))
    password: str = field(default_factory=lambda: secrets.token_hex(16))


class CheckedSession(Protocol):
    """Session as the agent uses it."""

    credentials: IceCredentials

    def note_check(self, path: NetworkPath, *, nominated: bool) -> None:
        """Record that a path to the client works; `nominated`: the client has chosen this path."""


class IceAgent:
    """Finds the session of each check, and answers it. Checks without the session's password get no answer."""

    def __init__(self, allows: Callable[[str], bool]) -> None:
        """`allows` is the IP filter."""
        self._allows = allows
        self._sessions: dict[str, CheckedSession] = {}

    def add(self, session: CheckedSession) -> None:
        """Answer the checks of a session."""
        self._sessions[session.credentials.name] = session

    def remove(self, session: CheckedSession) -> None:
        """Ignore the checks of a session."""
        self._sessions.pop(session.credentials.name, None)

    def check(self, data: bytes, path: NetworkPath) -> None:
        """Handle a STUN message from a path."""
        try:
            message = stun.parse(data)
        except ValueError:
            return
        session = self._sessions.get(message.local_name)
        if session is None or not self._allows(path.address):
            return
        password = session.credentials.password
        if message.kind != stun.BINDING_REQUEST or not message.is_signed_by(password):
            return
        if message.unknown:
            path.send(stun.make_error(message, stun.UNKNOWN_ATTRIBUTE, password))
        elif message.is_controlled:
            path.send(stun.make_error(message, stun.ROLE_CONFLICT, password))
        else:
            path.send(stun.make_success(message, path.address, path.port, password))
            session.note_check(path, nominated=message.is_nominating)
