"""Search responder: peers that get answers, and the limits of waiting answers."""

import asyncio

import pytest

from ipcamd.device.interface_state import OwnAddress
from ipcamd.discovery.answer_rate_limit import AnswerRateLimit
from ipcamd.discovery.search_responder import Peer, SearchResponder

GROUP = ("239.255.255.250", 1900)


class RecordingResponder(SearchResponder):
    def __init__(
        self,
        own: str = "192.0.2.7",
        prefix: int = 24,
        *,
        answers: int = 10,
        max_waiting: int = 10,
        forbidden: str = "192.0.2.66",
    ) -> None:
        own_address = OwnAddress("eth0", own, prefix)
        super().__init__(
            own_address, GROUP, lambda address: address != forbidden, AnswerRateLimit(answers), max_waiting
        )
        self.sent = asyncio.Queue[tuple[bytes, Peer]]()

    def send(self, message: bytes, peer: Peer) -> None:
        self.sent.put_nowait((message, peer))


@pytest.mark.parametrize(
    ("address", "is_answered"),
    [
        ("192.0.2.8", True),
        ("192.0.2.66", False),  # the IP filter
        ("198.51.100.8", False),  # another network
        ("192.0.2.255", False),  # broadcast
        ("192.0.2.0", False),
    ],
)
async def test_only_single_permitted_hosts_of_the_network_get_answers(address: str, is_answered: bool) -> None:
    assert RecordingResponder().may_answer((address, 4000)) is is_answered


async def test_a_zone_is_ignored() -> None:
    responder = RecordingResponder("fe80::7", 64, forbidden="fe80::66")
    assert responder.may_answer(("fe80::8%eth0", 4000, 0, 2))
    assert not responder.may_answer(("fe80::66%eth0", 4000, 0, 2))


async def test_a_repeated_search_gets_one_answer_after_each_pause() -> None:
    responder, peer = RecordingResponder(), ("192.0.2.8", 4000)
    for _ in range(2):
        responder.answer(peer, "search 1", b"answer", 0.001, 0.001)
    responder.send_later(GROUP, "last", b"last", 0.1)
    assert [await responder.sent.get() for _ in range(3)] == [(b"answer", peer)] * 2 + [(b"last", GROUP)]
    responder.answer(peer, "search 1", b"again", 0)
    assert await responder.sent.get() == (b"again", peer)


@pytest.mark.parametrize("limits", [{"answers": 2}, {"max_waiting": 2}])
async def test_answers_are_limited(limits: dict[str, int]) -> None:
    responder = RecordingResponder(**limits)
    for number in range(5):
        responder.answer(("192.0.2.8", 4000 + number), "search", b"answer", 0)
    responder.send_later(GROUP, "last", b"last", 0.01)
    sent = [await responder.sent.get() for _ in range(3)]
    assert [message for message, _ in sent] == [b"answer", b"answer", b"last"]


async def test_waiting_answers_are_dropped_at_the_end() -> None:
    errors: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    responder = RecordingResponder()
    responder.answer(("192.0.2.8", 4000), "search", b"answer", 0)
    responder.shut(b"bye")
    for _ in range(3):
        await asyncio.sleep(0)
    assert not errors
    assert responder.sent.empty()  # it has no socket
