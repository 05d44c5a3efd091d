"""Quality of service: DSCP of sent packets (SDK 10.29; RFC 2474)."""

from collections.abc import Collection, Mapping
from socket import AF_INET, AF_INET6, IP_TOS, IPPROTO_IP, IPPROTO_IPV6, IPV6_TCLASS, socket

from ipcamd.params.group import Values


def dscp_values(values: Values) -> tuple[int, int]:
    """Return the DSCPs of video and audio from the group ``Network.Advanced.QoS``; 0 for none."""
    wanted = values["Type"] if values.flag("Enabled") else ""
    video = values.number("VideoDSCP") if wanted in ("video", "both") else 0
    audio = values.number("AudioDSCP") if wanted in ("audio", "both") else 0
    return video, audio


def shared_tos(media: Collection[str], tos: Mapping[str, int]) -> int:
    """Return the type-of-service byte of a connection that carries these media: that of video if it carries both."""
    return tos["video"] if "video" in media else tos["audio"] if media else 0


def set_tos(sock: socket, tos: int) -> None:
    """Set the type-of-service byte of a socket's packets: DSCP times four."""
    if sock.family == AF_INET6:
        sock.setsockopt(IPPROTO_IPV6, IPV6_TCLASS, tos)
    elif sock.family == AF_INET:
        sock.setsockopt(IPPROTO_IP, IP_TOS, tos)
