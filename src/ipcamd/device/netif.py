"""Network interfaces of the host."""

import ipaddress
import socket


class HostNetwork:
    """The network of the machine that the camera runs on."""

    def address_towards(self, peer: str) -> str:
        """See `NetworkInterface`. Nothing is sent."""
        family = socket.AF_INET6 if ipaddress.ip_address(peer).version == 6 else socket.AF_INET
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((peer, 9))  # a datagram socket only looks up the route
                return str(probe.getsockname()[0])
        except OSError:
            return ""
