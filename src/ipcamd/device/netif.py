"""The camera's network addresses."""

import ipaddress
import socket


def address_towards(peer: str) -> str:
    """Return the camera's own IP address on the way to `peer`, an IP address; "" if there is no way. Sends nothing."""
    family = socket.AF_INET6 if ipaddress.ip_address(peer).version == 6 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((peer, 9))  # a datagram socket only looks up the route
            return str(probe.getsockname()[0])
    except OSError:
        return ""
