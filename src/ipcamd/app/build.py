"""Builder of a camera: starts its parts one after the other."""

import logging
import time
from collections.abc import Callable
from functools import partial

from ipcamd.app.control import build_control
from ipcamd.app.core import build_core
from ipcamd.app.events import build_events
from ipcamd.app.maintenance.firmware import build_firmware, settle_version
from ipcamd.app.maintenance.firmware_host import FirmwareHost
from ipcamd.app.media import build_media
from ipcamd.app.network_services.mqtt import start_mqtt
from ipcamd.app.network_services.network import announce, build_ntp, start_network
from ipcamd.app.network_services.onvif import LateOnvif
from ipcamd.app.process.start_messages import greet_terminal, print_password, print_ready_line
from ipcamd.app.services import Ports, Services
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.app.state import build_state_feed
from ipcamd.camera import Camera
from ipcamd.log_buffer import LogBuffer
from ipcamd.maintenance.backup.backup import BackupService
from ipcamd.maintenance.factory_default import FactoryDefault
from ipcamd.maintenance.first_steps import FirstSteps
from ipcamd.maintenance.support_archive import SupportArchive
from ipcamd.options.values import Options
from ipcamd.settings.undo import UndoHistory
from ipcamd.store.event_search import EventSearch
from ipcamd.workers.thread import run_in_thread

_log = logging.getLogger(__name__)


async def start_camera(
    stack: ShutdownStack,
    options: Options,
    restart: Callable[[], None],
    applied: dict[str, str],
    host: FirmwareHost,
    log_buffer: LogBuffer,
) -> Callable[[], None]:
    """Build and start all parts, and print the ready line. `stack` closes them.

    `applied` contains the present conditions of a virtual device. Return a function that reloads the TLS files
    (SIGHUP).
    """
    core = await build_core(stack, options, applied)
    media = await build_media(stack, core)
    control = build_control(stack, core, media)
    events = await build_events(stack, core, media)
    for part in (core.drivers, media, control, events.recording, core.clock, core.identity):
        core.settings.add_readers(part.readers())
    core.settings.add_presence(core.drivers.presence() | control.presence())
    core.settings.add_writer("Time", core.clock.write)
    services, ntp = Services(stack, core, media), build_ntp(core)
    camera = Camera(
        settings=core.settings,
        accounts=core.accounts,
        authenticator=core.authenticator,
        ip_filter=core.ip_filter,
        audit_log=core.audit_log,
        log_buffer=log_buffer,
        undo_history=UndoHistory(core.settings),
        clock=core.clock,
        ntp=ntp,
        address_change=core.address_change,
        identity=core.identity,
        pipeline=media.pipeline,
        mp4_streams=media.mp4_streams,
        schedules=events.schedules,
        delivery=events.delivery,
        notifier=events.notifier,
        outbox=events.outbox,
        webhooks=events.webhooks,
        card=events.recording.card,
        playback=events.recording.playback,
        replay_catalog=events.recording.replay_catalog,
        exports=events.recording.exports,
        egress=core.egress,
        event_log=core.event_log,
        event_search=EventSearch(core.database, core.event_log),
        event_bus=events.bus,
        drivers=core.drivers,
        ptz=control.ptz,
        lens=control.lens,
        day_night=control.day_night,
        state_feed=build_state_feed(core, media, control, events, lambda: services.viewers.taken),
        factory_default=FactoryDefault(core.settings, core.accounts, core.key_values, core.options, core.clock.now_ns),
        first_steps=FirstSteps(core.accounts, core.key_values),
        backup=BackupService(core.settings, core.accounts, core.key_values, core.ip_filter),
        support_archive=SupportArchive(core.options.state_dir),
        firmware=await build_firmware(core, host),
        restart=restart,
        viewers=lambda: services.viewers.taken,
        viewers_by_protocol=lambda: services.viewers.by_protocol,
        connections=lambda: services.connections,
        clients=services.clients,
        started_s=time.monotonic(),
        metrics_token=options.metrics_token,
        speaker=media.speaker,
        certificate=services.upkeep.certificate,
        webrtc=services.webrtc,
        talk_port=lambda: core.settings["System"].number("TalkPort") if talk else None,
    )
    talk = await services.talk()
    onvif = LateOnvif(stack, camera)
    service, rtsp, rtsps = await services.rtsp(camera, onvif)
    webrtc = await services.open_webrtc()
    http, https = await services.http(camera, onvif, service)
    watch = start_network(stack, core, ntp)
    start_mqtt(stack, core, events, camera)
    if core.password is not None:
        print_password(core, core.password)
    await settle_version(core, host)
    print_ready_line(host.pid, Ports(http, https, rtsp, talk, rtsps, webrtc))
    run_in_thread(partial(greet_terminal, core, http, https, rtsp), "greeting")  # a terminal may be stopped
    media.pipeline.warm_up()
    await announce(stack, core, watch, camera)
    services.upkeep.start()
    return services.upkeep.reload
