"""Builder of a camera: starts its parts one after the other."""

import errno
import logging
import os
import sys
import time
from collections.abc import Callable

from ipcamd.app.core import Core, build_core
from ipcamd.app.events import build_events
from ipcamd.app.media import build_media
from ipcamd.app.services import Ports, Services
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.camera import Camera
from ipcamd.errors import ConfigError
from ipcamd.options import Options
from ipcamd.params.device import ptz

_log = logging.getLogger(__name__)


async def start_camera(
    stack: ShutdownStack, options: Options, restart: Callable[[], None], applied: dict[str, str]
) -> Callable[[], None]:
    """Build and start all parts; say when the camera is ready. What was started ends with `stack`.

    `applied` holds the conditions applied to a virtual device so far, and is kept up. Return what reads the TLS files
    again (SIGHUP).
    """
    on = await build_core(stack, options, applied)
    seen = await build_media(stack, on)
    watching = await build_events(stack, on, seen)
    for part in (on.drivers, seen, watching.footage, on.clock, on.identity):
        on.settings.add_readers(part.readers())
    on.settings.add_readers(ptz.readers(lambda: on.settings["PTZ.PresetList"]))
    on.settings.add_writer("Time", on.clock.write)
    services = Services(stack, on, seen)
    camera = Camera(
        settings=on.settings,
        accounts=on.accounts,
        authenticator=on.authenticator,
        clock=on.clock,
        identity=on.identity,
        pipeline=seen.pipeline,
        schedules=watching.schedules,
        delivery=watching.delivery,
        card=watching.footage.card,
        playback=watching.footage.playback,
        egress=on.egress,
        event_log=on.event_log,
        event_bus=watching.bus,
        drivers=on.drivers,
        restart=restart,
        viewers=lambda: services.viewers.taken,
        started=time.monotonic(),
        speaker=seen.speaker,
        talk_port=lambda: on.settings["System"].number("TalkPort") if talk else None,
    )
    talk = await services.talk()
    service, rtsp, rtsps = await services.rtsp()
    http, https = await services.http(camera, service)
    _announce(on, Ports(http, https, rtsp, talk, rtsps))
    return services.certificate.reload


def _announce(on: Core, ports: Ports) -> None:
    """Say on standard output that every service listens; before it, once, the first administrator's password.

    Raises ``ConfigError`` if nobody can be told the password. Who does not hear that it is ready has a camera all the
    same: a restart must not end it because the reader of the first line is gone.
    """
    if on.password is not None:
        _tell_password(on, on.password)
    shown = {"http": ports.http, "https": ports.https, "rtsp": ports.rtsp, "talk": ports.talk, "pid": os.getpid()}
    shown |= {"rtsps": ports.rtsps}  # scripts know the order of those before
    try:
        _say(" ".join(("ready", *(f"{name}={number or '-'}" for name, number in shown.items()))))
    except OSError as error:
        _log.warning("nobody could be told that the camera is ready: %s", error)


def _tell_password(on: Core, password: str) -> None:
    try:
        _say(f"first start: user {on.options.admin_user} password {password}")
    except OSError as error:
        raise ConfigError(
            f"the administrator's password cannot be written to standard output ({error.strerror}): "
            "give one with --admin-password"
        ) from error
    on.accounts.mark_password_printed()


def _say(line: str) -> None:
    """Write a line to standard output, past its buffer, which would fail again at the end. Raises ``OSError``."""
    if not sys.stdout:
        raise OSError(errno.EBADF, "it is closed")
    os.write(sys.stdout.fileno(), f"{line}\n".encode())
