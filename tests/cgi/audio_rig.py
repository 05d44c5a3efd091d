"""A camera with a microphone and a speaker, and requests with bodies to its endpoints."""

import inspect
import io
import wave
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace

from tests.cgi.camera_rig import CameraRig
from tests.media.scripted_source import ScriptedSource

from ipcamd.access.accounts import Account
from ipcamd.cgi.endpoint import Call, Endpoint, Join, Reply
from ipcamd.media.audio.speaker import Speaker
from ipcamd.media.pipeline import Pipeline
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import Change
from ipcamd.wire.http.message import Head
from ipcamd.wire.http.query import Query


class AudioRig:
    """Camera whose time advances only while the speaker plays."""

    def __init__(self, rig: CameraRig, microphone: bool = True) -> None:
        script = ScriptedSource()
        script.sound = microphone
        self.now = 0.0
        self.rig = rig
        self.pipeline = Pipeline(rig.settings, script)
        self.speaker: Speaker | None = Speaker(now_s=lambda: self.now, sleep=self._sleep)
        self.port: int | None = 5432

    async def _sleep(self, seconds: float) -> None:
        self.now += seconds

    async def enable(self, name: str, value: str) -> None:
        await self.rig.settings.update([Change("Audio", name, value)])
        if self.speaker:
            self.speaker.follow(self.rig.settings["Audio"])

    async def ask(
        self,
        endpoint: Endpoint,
        query: str = "",
        body: Iterable[bytes] | None = None,
        content_type: str = "",
        rank: Rank = Rank.USERS,
    ) -> Reply | Join:
        """Ask, by POST if there is a body, in these pieces."""
        fields = {"content-type": content_type} if content_type else {}
        method = "GET" if body is None else "POST"
        head = Head(method, f"{endpoint.path}?{query}", endpoint.path, query, (1, 1), fields, 0, True)
        camera = replace(self.rig.camera(), pipeline=self.pipeline, speaker=self.speaker, talk_port=lambda: self.port)
        call = Call(head, Query.parse(query), Account("paul", rank), "127.0.0.1", camera, _given(body or ()))
        answer = endpoint.run(call)
        return await answer if inspect.isawaitable(answer) else answer

    async def text(self, endpoint: Endpoint, query: str = "", body: Iterable[bytes] | None = None) -> str:
        reply = await self.ask(endpoint, query, body)
        assert isinstance(reply, Reply)
        return reply.body.decode()

    def heard(self) -> bytes:
        assert self.speaker
        return samples(self.speaker.wav())


def samples(file: bytes) -> bytes:
    with wave.open(io.BytesIO(file)) as read:
        return read.readframes(1 << 20)


async def _given(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
