"""WS-Discovery responder of one address: sends Hello and Bye, and answers searches from the same network."""

import logging
import random
from collections.abc import Callable

from ipcamd.device.interface_state import OwnAddress
from ipcamd.discovery.answer_rate_limit import WS_DISCOVERY_ANSWERS, AnswerRateLimit
from ipcamd.discovery.search_responder import Peer, SearchResponder
from ipcamd.errors import IpcamdError
from ipcamd.onvif.discovery.message import (
    DiscoveredDevice,
    read_search,
    write_bye,
    write_hello,
    write_match,
)

GROUP = "239.255.255.250"
"""Multicast address of WS-Discovery over IPv4 (WS-Discovery 2005/04, 2.4)."""
GROUP6 = "FF02::C"
"""Multicast address over IPv6."""
PORT = 3702
"""UDP port of WS-Discovery."""
DATAGRAM_LIMIT = 8192
"""Largest search, in bytes."""
ANSWER_DELAY_S = 0.5
"""Longest delay of an answer (WS-Discovery, APP_MAX_DELAY)."""
REPEAT_S = 0.15
"""Seconds between the two copies of Hello, Bye and answers; datagrams can get lost."""
PENDING_LIMIT = 32
"""Searches that may wait for their answer; further ones get none."""

_log = logging.getLogger(__name__)


class DiscoveryResponder(SearchResponder):
    """The camera on one address."""

    def __init__(self, own: OwnAddress, device: DiscoveredDevice, allows: Callable[[str], bool]) -> None:
        """`allows` returns whether the IP filter admits an address."""
        group = (GROUP6 if own.is_ipv6 else GROUP, PORT)
        super().__init__(own, group, allows, AnswerRateLimit(WS_DISCOVERY_ANSWERS), PENDING_LIMIT)
        self._device = device

    async def start(self) -> None:
        """Open the sockets, and send Hello. Raises ``OSError``."""
        await self.open()
        self.send_later(self._group, "Hello", write_hello(self._device), 0, REPEAT_S)

    async def close(self) -> None:
        """Send Bye, and stop."""
        self.shut(write_bye(self._device))

    def datagram_received(self, data: bytes, addr: Peer) -> None:
        """Answer a search after a random delay (asyncio's interface)."""
        if len(data) > DATAGRAM_LIMIT or not self.may_answer(addr):
            return
        try:
            search = read_search(data)
        except (IpcamdError, ValueError) as error:
            _log.debug("WS-Discovery from %s: %s", addr[0], error)
            return
        if search and search.matches(self._device):
            answer = write_match(search, self._device)
            self.answer(addr, search.message_id, answer, random.uniform(0, ANSWER_DELAY_S), REPEAT_S)
