"""WebRTC viewers that connect, and disconnect in all ways."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

from tests.e2e.camera import Answer, Client
from tests.e2e.webrtc.light_viewer import IceAddress, LightViewer, make_offer

PRESENT, CONNECTING = 40, 6
"""Most visitors at a time, and most that connect at a time."""
PICTURES = 5
"""Seen by each before it goes."""
WATCH_S = 60.0
"""Most seconds of a visit."""
LEAVE, SAY_GOODBYE, CLOSE, VANISH = "DELETE", "RTCP BYE", "DTLS close", "silence"
NEVER_COME = "offer alone"
PROMPT = (LEAVE, SAY_GOODBYE, CLOSE)
"""Ways to go that the camera notices at once."""
ALL = (*PROMPT, VANISH, NEVER_COME)
"""Every twentieth visitor posts its offer alone."""


class WebRtcViewers:
    """Visitors of one camera."""

    def __init__(self, client: Client, ways: Sequence[str] = ALL) -> None:
        """`ways` are those in which they go."""
        self._client = client
        self._ways = [way for way in ways if way != NEVER_COME]
        self._posting = NEVER_COME in ways
        self._present, self._connecting = asyncio.Semaphore(PRESENT), asyncio.Semaphore(CONNECTING)
        self.gone = Counter[str]()
        """By way."""
        self.failed: list[str] = []
        """Reasons."""

    async def come_and_go(self, count: int, progress: Callable[[float, str], None] = lambda *_: None) -> None:
        """Let so many come, half of them by UDP and half by TCP."""
        for visit in asyncio.as_completed([self._visit(number) for number in range(count)]):
            await visit
            progress(self.gone.total(), f"{len(self.failed)} failed")

    async def _visit(self, number: int) -> None:
        is_posting = self._posting and number % 20 == 0
        way = NEVER_COME if is_posting else self._ways[number // 2 % len(self._ways)]
        async with self._present:
            try:
                await (self._post() if is_posting else self._watch(way, tcp=bool(number % 2)))
            except (OSError, AssertionError) as error:  # a TimeoutError among them
                self.failed.append(f"{way}: {error!r}")
        self.gone[way] += 1

    async def _post(self) -> Answer:
        async with asyncio.timeout(WATCH_S):
            while (answer := await self._ask("POST", "/whep", make_offer())).status == 503:  # noqa: ASYNC110
                await asyncio.sleep(1)  # too many offers wait: that of a client that never comes does for ten seconds
        assert answer.status == 201, answer.text
        return answer

    async def _watch(self, way: str, *, tcp: bool) -> None:
        async with self._connecting:
            answer = await self._post()
            viewer = LightViewer(IceAddress.read(answer.text), tcp, f"/{answer.fields['Location']}")
            await viewer.connect()
        try:
            async with asyncio.timeout(WATCH_S):
                while viewer.pictures < PICTURES:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            await self._go(viewer, way)
        finally:
            viewer.close()

    async def _go(self, viewer: LightViewer, way: str) -> None:
        if way == LEAVE:
            answer = await self._ask("DELETE", viewer.path)
            assert answer.status == 200, answer.text
        elif way == SAY_GOODBYE:
            viewer.send_bye()
        elif way == CLOSE:
            viewer.end_dtls()

    async def _ask(self, method: str, path: str, body: bytes | None = None) -> Answer:
        return await asyncio.to_thread(self._client.ask, method, path, body, Content_Type="application/sdp")
