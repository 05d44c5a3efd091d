"""Camera: the parts of a running camera that endpoints may use. No logic."""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from ipcamd.dataclass import dataclass

if TYPE_CHECKING:
    from ipcamd.access.accounts import Accounts
    from ipcamd.access.audit_log import AuditLog
    from ipcamd.access.authenticator import Authenticator
    from ipcamd.access.certificate.certificate import Certificate
    from ipcamd.access.ip_filter import IpFilter
    from ipcamd.connected_clients import ConnectedClients
    from ipcamd.control.day_night import DayNight
    from ipcamd.control.lens.controller import LensController
    from ipcamd.control.ptz.controller import PtzController
    from ipcamd.delivery.delivery import Delivery
    from ipcamd.delivery.http.notifier import HttpNotifier
    from ipcamd.delivery.queue.outbox import Outbox
    from ipcamd.delivery.webhook.webhooks import WebhookService
    from ipcamd.device.clock import CameraClock
    from ipcamd.device.drivers import Drivers
    from ipcamd.device.identity import Identity
    from ipcamd.egress.policy import EgressPolicy
    from ipcamd.event_bus import EventBus
    from ipcamd.events.schedules import Schedules
    from ipcamd.log_buffer import LogBuffer
    from ipcamd.maintenance.backup.backup import BackupService
    from ipcamd.maintenance.factory_default import FactoryDefault
    from ipcamd.maintenance.firmware.upgrade import FirmwareUpgrade
    from ipcamd.maintenance.first_steps import FirstSteps
    from ipcamd.maintenance.support_archive import SupportArchive
    from ipcamd.media.audio.speaker import Speaker
    from ipcamd.media.mp4.stream import Mp4Stream
    from ipcamd.media.pipeline import Pipeline
    from ipcamd.network.address_change import AddressChange
    from ipcamd.network.ntp.synchronizer import NtpSynchronizer
    from ipcamd.settings.settings import Settings
    from ipcamd.settings.undo import UndoHistory
    from ipcamd.state_feed import StateFeed
    from ipcamd.storage.card import Card
    from ipcamd.storage.export.exports import Exports
    from ipcamd.storage.playback.playback import Playback
    from ipcamd.storage.replay.catalog import ReplayCatalog
    from ipcamd.store.event_log_table import EventLog
    from ipcamd.store.event_search import EventSearch
    from ipcamd.webrtc_sessions import WebRtcSessions


@dataclass(frozen=True, slots=True)
class Camera:
    """Parts that an endpoint may use."""

    settings: "Settings"
    accounts: "Accounts"
    authenticator: "Authenticator"
    ip_filter: "IpFilter"
    certificate: "Certificate"
    """Certificate of HTTPS and RTSPS."""
    audit_log: "AuditLog"
    """Logins and changes; settings and accounts record their own changes."""
    log_buffer: "LogBuffer"
    """The newest lines of the process log."""
    undo_history: "UndoHistory"
    """The last changes of settings by pages."""
    clock: "CameraClock"
    ntp: "NtpSynchronizer"
    address_change: "AddressChange"
    """Reverts a change of the network that disconnects the administrator."""
    identity: "Identity"
    pipeline: "Pipeline"
    mp4_streams: "Mapping[str, Mp4Stream]"
    schedules: "Schedules"
    delivery: "Delivery"
    notifier: "HttpNotifier"
    outbox: "Outbox"
    """Messages that wait for the MQTT broker and for webhooks."""
    webhooks: "WebhookService"
    egress: "EgressPolicy"
    event_log: "EventLog"
    event_search: "EventSearch"
    event_bus: "EventBus"
    """Publishes all events of the camera."""
    card: "Card"
    playback: "Playback"
    replay_catalog: "ReplayCatalog"
    """Recordings on the card, for RTSP and ONVIF."""
    exports: "Exports"
    """Exports of recordings as MP4."""
    drivers: "Drivers"
    ptz: "PtzController"
    lens: "LensController"
    day_night: "DayNight"
    state_feed: "StateFeed"
    """Sends the state and changed settings to open pages."""
    factory_default: "FactoryDefault"
    first_steps: "FirstSteps"
    firmware: "FirmwareUpgrade"
    backup: "BackupService"
    support_archive: "SupportArchive"
    restart: Callable[[], None]
    """Requests a restart, after the answer has been sent."""
    viewers: Callable[[], int]
    """Returns the number of watched streams."""
    viewers_by_protocol: Callable[[], Mapping[str, int]]
    """Returns their number by protocol: ``http``, ``rtsp``, ``multicast`` ..."""
    connections: Callable[[], int]
    """Returns the number of open TCP connections."""
    clients: "ConnectedClients"
    """All connected clients."""
    started_s: float
    """``time.monotonic()`` at start."""
    metrics_token: str = field(default="", repr=False)
    """Bearer token that reads the metrics; "" for none."""
    speaker: "Speaker | None" = None
    """None on a camera without a speaker."""
    talk_port: Callable[[], int | None] = lambda: None
    """UDP port for talk; None while it is closed."""
    webrtc: "WebRtcSessions | None" = None
    """None if its packages are not installed."""
