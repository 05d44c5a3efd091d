"""Builds a camera, part after part."""

import os
import time
from collections.abc import Callable
from contextlib import AsyncExitStack

from ipcamd.app.base import Base, base
from ipcamd.app.senses import senses
from ipcamd.app.services import Ports, Services
from ipcamd.app.watch import watch
from ipcamd.camera import Camera
from ipcamd.options import Options
from ipcamd.params import ptz


async def rise(stack: AsyncExitStack, options: Options, restart: Callable[[], None]) -> None:
    """Build and start all parts; say when the camera is ready. What was started ends with `stack`."""
    on = await base(stack, options)
    seen = await senses(stack, on)
    watching = await watch(stack, on, seen)
    services = Services(stack, on, seen)
    camera = Camera(
        settings=on.settings,
        accounts=on.accounts,
        login=on.login,
        clock=on.clock,
        identity=on.identity,
        pipeline=seen.pipeline,
        schedules=watching.schedules,
        delivery=watching.delivery,
        card=watching.footage.card,
        targets=on.targets,
        events=on.events,
        outside=seen.outside,
        live=seen.outside.live()
        | seen.live()
        | watching.footage.live()
        | on.clock.live()
        | on.identity.live()
        | ptz.live(lambda: on.settings["PTZ.PresetList"]),
        live_set={"Time": on.clock.set_live},
        restart=restart,
        viewers=lambda: services.seats.taken,
        started=time.monotonic(),
        speaker=seen.speaker,
        talk_port=lambda: talk,
    )
    talk = await services.talk()
    service, rtsp = await services.rtsp()
    http = await services.http(camera, service)
    _announce(on, Ports(http, rtsp, talk))


def _announce(on: Base, ports: Ports) -> None:
    """Say on standard output that every service listens; before it, once, the first administrator's password."""
    if on.password is not None:
        print(f"first start: user {on.options.admin_user} password {on.password}", flush=True)
        on.accounts.mark_shown()
    shown = {"http": ports.http, "https": None, "rtsp": ports.rtsp, "talk": ports.talk, "pid": os.getpid()}
    print("ready", *(f"{name}={number or '-'}" for name, number in shown.items()), flush=True)
