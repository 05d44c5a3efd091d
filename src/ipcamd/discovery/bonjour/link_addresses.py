"""Addresses that Bonjour announces on a link: only those of that link (RFC 6762, sections 6.2 and 11)."""

import logging
import socket
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Any

from zeroconf import DNSAddress, DNSOutgoing, Zeroconf  # type: ignore[attr-defined]  # it exports them untyped

from ipcamd.device.interface_state import OwnAddress
from ipcamd.discovery.announced_addresses import is_on_link

_PORT = 5353


class LinkZeroconf(Zeroconf):
    """Multicast DNS responder on some addresses. Only permitted hosts on the link get unicast answers."""

    def __init__(self, own: Sequence[OwnAddress], allows: Callable[[str], bool]) -> None:
        """`allows` returns whether the IP filter admits an address. Raises ``OSError``."""
        self._own = own
        self._allows = allows
        logging.getLogger("zeroconf").addFilter(_without_trace)
        super().__init__(_interfaces(own))

    def async_send(
        self,
        out: DNSOutgoing,
        addr: str | None = None,
        port: int = _PORT,
        v6_flow_scope: tuple[()] | tuple[int, int] = (),
        transport: Any = None,
    ) -> None:
        """Send a message to the link of `addr`, or to all links (see `Zeroconf`)."""
        if addr is not None:
            if interface := self._link_of(addr, v6_flow_scope):
                self._send_on(interface, out, addr, port, v6_flow_scope, transport)
            return
        for question in out.questions:
            # a unicast answer to this machine could reach another program (RFC 6762, section 15.1)
            question.unicast = False
        for sender in [transport] if transport else self.engine.senders:
            self._send_on(self._interface_of(*sender.interface_key), out, None, port, v6_flow_scope, sender)

    def _send_on(self, interface: str, out: DNSOutgoing, *way: Any) -> None:
        """Send the parts of a message that belong to one link."""
        here = {_packed(own) for own in self._own if own.interface == interface}
        elsewhere = {_packed(own) for own in self._own} - here
        if interface and (message := _without(out, elsewhere)):
            super().async_send(message, *way)

    def _interface_of(self, address: str, scope: int) -> str:
        """Return the interface of this own address; "" if it has been removed."""
        for own in self._own:
            if own.address == address and scope in (0, _index(own)):
                return own.interface
        return ""

    def _link_of(self, address: str, v6_flow_scope: tuple[()] | tuple[int, int]) -> str:
        """Return the interface of a permitted host on the link; "" for other hosts."""
        ip = ip_address(address.partition("%")[0])
        plain = str(getattr(ip, "ipv4_mapped", None) or ip)
        scope = v6_flow_scope[1] if v6_flow_scope and ip.is_link_local else 0
        if not self._allows(plain):
            return ""
        return next((own.interface for own in self._own if is_on_link(plain, (own,)) and scope in (0, _index(own))), "")


def _without_trace(record: logging.LogRecord) -> bool:
    """Shorten a record to one line: a removed address needs no stack trace (a filter of `logging`)."""
    if record.exc_info and isinstance(record.exc_info[1], OSError):
        record.exc_info = None
    return True


def _interfaces(own: Sequence[OwnAddress]) -> list[str | int | tuple[tuple[str, int, int], int]]:
    """Return one IPv4 and one IPv6 address per interface, as zeroconf expects: IPv6 by interface index."""
    found: dict[tuple[str, int], str | int] = {}
    for each in own:
        version = ip_address(each.address).version
        found.setdefault((each.interface, version), _index(each) if version == 6 else each.address)
    return list(found.values())


def _without(out: DNSOutgoing, addresses: set[bytes]) -> DNSOutgoing | None:
    """Return the message without the records of these addresses; None if no answer remains."""

    def belongs(record: object) -> bool:
        return not (isinstance(record, DNSAddress) and record.address in addresses)

    answers = [(record, time) for record, time in out.answers if belongs(record)]
    additionals = [record for record in out.additionals if belongs(record)]
    if len(answers) == len(out.answers) and len(additionals) == len(out.additionals):
        return out
    if not answers and out.is_response():
        return None
    message = DNSOutgoing(out.flags, out.multicast, out.id)
    message.questions, message.authorities = out.questions, out.authorities
    message.answers, message.additionals = answers, additionals
    return message


def _packed(own: OwnAddress) -> bytes:
    return ip_address(own.address).packed


def _index(own: OwnAddress) -> int:
    try:
        return socket.if_nametoindex(own.interface)
    except OSError:
        return -1  # the interface was removed
