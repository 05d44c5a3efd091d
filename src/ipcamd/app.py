"""The composition root: builds a camera's parts in order, keeps them running, takes them down in the opposite order."""

import asyncio
import enum
import logging
import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace

from ipcamd import logs
from ipcamd.access.accounts import Accounts
from ipcamd.access.login import Login
from ipcamd.access.targets import Targets
from ipcamd.camera import Camera
from ipcamd.cgi import ENDPOINTS
from ipcamd.device.clock import Clock
from ipcamd.device.identity import Identity, identity
from ipcamd.device.virtual import Outside
from ipcamd.errors import ConfigError
from ipcamd.events.schedules import Schedules
from ipcamd.media import sound as sounds
from ipcamd.media import source as sources
from ipcamd.media.pipeline import Pipeline
from ipcamd.media.sound.speaker import Speaker
from ipcamd.media.source import pace
from ipcamd.media.source.scene import Scene
from ipcamd.motion.motion import Motion
from ipcamd.options import Options
from ipcamd.params import STORED, ptz
from ipcamd.server.fanout import Fanout
from ipcamd.server.limits import Limits
from ipcamd.server.port import MovablePort, free_port
from ipcamd.server.router import Router
from ipcamd.server.service import HttpService
from ipcamd.server.talk import Mouth, TalkService
from ipcamd.store.database import Database
from ipcamd.store.eventlog import EventLog
from ipcamd.store.facts import Facts
from ipcamd.store.settings import Settings
from ipcamd.web import home
from ipcamd.wire.payload import Status

GRACE = 2.5
"""Seconds that an orderly end of a life may take; what hangs then is left behind."""

_log = logging.getLogger(__name__)


class End(enum.Enum):
    """Why a life of the camera ends."""

    STOP = enum.auto()
    RESTART = enum.auto()


def main(options: Options, reread: Callable[[], Options]) -> None:
    """Run a camera until SIGTERM or SIGINT. Raises ``ConfigError`` if it cannot start this way.

    `reread` reads the options anew (SIGHUP).
    """
    asyncio.run(_Lives(options, reread).run())


class _Lives:
    """One life of the camera after the other: a restart ends one and begins the next, in the same process."""

    def __init__(self, options: Options, reread: Callable[[], Options]) -> None:
        self._given = options
        self._options = options
        self._reread = reread
        self._end: asyncio.Future[End]

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._come, End.STOP)
        loop.add_signal_handler(signal.SIGHUP, self._hang_up)
        end = End.RESTART
        while end is End.RESTART:
            self._end = loop.create_future()
            # a port that was free at first stays the same in all lives
            self._options = _with_port(self._options)
            end = await _live(self._options, self._end, lambda: self._come(End.RESTART))

    def _come(self, end: End) -> None:
        if not self._end.done():
            self._end.set_result(end)

    def _hang_up(self) -> None:
        """Read the options again; restart with them if they are different and good, else go on as before."""
        try:
            given = self._reread()
        except ConfigError as error:
            _log.error("the options stay as they were: %s", error)
            return
        if given != self._given:
            self._given = self._options = given
            logs.start(given.log_level, given.log_format)
            self._come(End.RESTART)


def _with_port(options: Options) -> Options:
    talk = options.talk_port or free_port(options.hosts, socket.SOCK_DGRAM)
    return replace(options, port=options.port or free_port(options.hosts), talk_port=talk)


async def _live(options: Options, end: "asyncio.Future[End]", restart: Callable[[], None]) -> End:
    """Be a camera until `end` comes; return what came."""
    stack = AsyncExitStack()
    try:
        await _rise(stack, options, restart)
        return await end
    finally:
        await _fall(stack)


async def _fall(stack: AsyncExitStack) -> None:
    try:
        async with asyncio.timeout(GRACE):
            await stack.aclose()
    except TimeoutError:
        _log.error("a part did not end within %s s and is left behind", GRACE)


async def _rise(stack: AsyncExitStack, options: Options, restart: Callable[[], None]) -> None:
    """Build and start all parts; say when the camera is ready. What was started ends with `stack`."""
    database = stack.enter_context(Database(options.state_dir / "ipcamd.db"))
    facts = Facts(database)
    plate = await identity(facts)
    settings = Settings(database, STORED, _factory(options, plate))
    accounts = Accounts(database, options.allow_weak_password)
    password = accounts.first_start(options.admin_user, options.admin_password or None, options.is_private)
    clock = Clock(facts, lambda: settings["Time"])
    pacing = pace.Clock(now=clock.now_ns, local=clock.local)
    source, instrument = sources.make(options.source, pacing), sounds.make(options.audio, pacing)
    source.check()
    if instrument:
        instrument.check()
    own = options.audio == ""
    pipeline = Pipeline(
        settings,
        source,
        clock.now_ns,
        lambda: _status(motion, outside),
        clock.local,
        instrument=instrument,
        own_sound=own,
    )
    stack.push_async_callback(pipeline.stop)
    outside = _outside(settings, source, pipeline)
    motion = Motion(settings, pipeline)
    stack.push_async_callback(motion.stop)
    speaker = _speaker(stack, settings, options)
    fanout = Fanout(options.viewers)
    camera = Camera(
        settings=settings,
        accounts=accounts,
        login=Login(accounts, lambda: settings["System.Info"]["ServerName"]),
        clock=clock,
        identity=plate,
        pipeline=pipeline,
        schedules=Schedules(settings),
        targets=Targets(options.allow_local_targets),
        events=EventLog(database),
        outside=outside,
        live=outside.live()
        | _sound_live(pipeline, speaker)
        | clock.live()
        | plate.live()
        | ptz.live(lambda: settings["PTZ.PresetList"]),
        live_set={"Time": clock.set_live},
        restart=restart,
        viewers=lambda: len(fanout),
        started=time.monotonic(),
        speaker=speaker,
        talk_port=lambda: talk_port,
    )
    talk_port = await _talk(stack, options, speaker, camera.login)
    await pipeline.start()
    await motion.start()
    service = HttpService(Router((*home.ENDPOINTS, *ENDPOINTS), camera.login), camera, fanout, Limits(options.viewers))
    stack.push_async_callback(service.close)
    listener = await service.open(options.hosts, int(settings["System"]["HTTPPort"]))
    port = MovablePort("HTTPPort", listener, lambda number: service.open(options.hosts, number))
    settings.guard("System", port.guard)
    _announce(accounts, options.admin_user, password, listener.port, talk_port)


def _factory(options: Options, plate: Identity) -> dict[tuple[str, str], str]:
    """Return the factory values that are not the same for every camera."""
    return {
        ("System", "HTTPPort"): str(options.port),
        ("System", "RTSPPort"): str(options.rtsp_port or 8554),
        ("Network.Advanced.Bonjour", "FriendlyName"): f"camera{plate.mac.replace(':', '')[6:].upper()}",
    }


def _outside(settings: Settings, source: sources.Source, pipeline: Pipeline) -> Outside:
    """Return the virtual device's world, wired to what acts on it."""
    outside = Outside(source=lambda value: setattr(pipeline.capture, "lost", value == "lost"))
    if isinstance(source, Scene):
        outside.watch("scene", lambda value: setattr(source, "figure", value))
    outside.show("do1", settings["GPIO"]["TriggerOutStatus1"])
    settings.watch("GPIO", lambda values: outside.show("do1", values["TriggerOutStatus1"]))
    return outside


def _status(motion: Motion, outside: Outside) -> int:
    """Return the payload header's status word (SDK 3.1)."""
    first, second, third = motion.levels()
    high = [outside[name] == "high" for name in ("di1", "di2", "do1")]
    return Status((first, second, third), (high[0], high[1]), high[2]).word()


def _speaker(stack: AsyncExitStack, settings: Settings, options: Options) -> Speaker | None:
    """Return the speaker, if there is to be one."""
    if options.speaker == "none":
        return None
    speaker = Speaker(sounds.output(options.speaker))
    stack.callback(speaker.close)
    settings.watch("Audio", speaker.follow)
    speaker.follow(settings["Audio"])
    return speaker


async def _talk(stack: AsyncExitStack, options: Options, speaker: Speaker | None, login: Login) -> int | None:
    """Open the UDP port for talk, and return it; None without a speaker."""
    if speaker is None:
        return None
    service = TalkService(Mouth(speaker), lambda address: options.allow_anyone_to_talk or login.speaks(address))
    stack.callback(service.close)
    return await service.open(options.hosts, options.talk_port)


def _sound_live(pipeline: Pipeline, speaker: Speaker | None) -> dict[tuple[str, str], Callable[[], str]]:
    """Return the parameters that say what sound there is (see ``Camera.live``)."""
    hears, speaks = pipeline.sound is not None, speaker is not None
    return {
        ("Hardware", "MicIn"): lambda: "1" if hears else "0",
        ("Hardware", "AudioOut"): lambda: "1" if speaks else "0",
        ("Properties.Audio", "Audio"): lambda: "yes" if hears else "no",
        ("Properties.Audio", "Talk"): lambda: "yes" if speaks else "no",
    }


def _announce(accounts: Accounts, user: str, password: str | None, http: int, talk: int | None) -> None:
    """Say on standard output that every service listens; before it, once, the first administrator's password."""
    if password is not None:
        print(f"first start: user {user} password {password}", flush=True)
        accounts.mark_shown()
    print(f"ready http={http} https=- rtsp=- talk={talk or '-'} pid={os.getpid()}", flush=True)
