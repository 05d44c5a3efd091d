"""Core parts: store, identity, clock."""

import logging
import time
from functools import partial

from ipcamd.access.accounts import Accounts
from ipcamd.access.audit_log import AuditLog
from ipcamd.access.authenticator import Authenticator
from ipcamd.access.ip_filter import IpFilter
from ipcamd.access.username_token import TokenNonces
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.dataclass import dataclass
from ipcamd.device.clock import CameraClock
from ipcamd.device.driver_choice import choose_drivers
from ipcamd.device.drivers import Drivers
from ipcamd.device.identity import Identity, load_identity
from ipcamd.egress.policy import EgressPolicy
from ipcamd.network.address_change import AddressChange
from ipcamd.network.listen_address import ListenAddress
from ipcamd.options.values import Options
from ipcamd.params import ALL_GROUPS
from ipcamd.params.event.mqtt import MQTT
from ipcamd.params.network import NETWORK, WEBRTC
from ipcamd.params.onvif import ONVIF
from ipcamd.settings.audit_entry import log_entry
from ipcamd.settings.settings import Settings
from ipcamd.store.audit_table import AuditTable
from ipcamd.store.database import Database
from ipcamd.store.event_log_table import EventLog, EventLogEntry
from ipcamd.store.keyvalue import KeyValueStore
from ipcamd.wire.upnp import ssdp
from ipcamd.workers.thread import run_in_thread

_log = logging.getLogger(__name__)

DISCOVERY_PORTS = (ssdp.PORT, 5353)
"""UDP ports of SSDP and multicast DNS (RFC 6762)."""


@dataclass(frozen=True, slots=True)
class Core:
    """Parts on which all others depend."""

    options: Options
    database: Database
    key_values: KeyValueStore
    settings: Settings
    accounts: Accounts
    password: str | None
    """The first administrator's password to be printed; None if it was printed before."""
    authenticator: Authenticator
    audit_log: AuditLog
    ip_filter: IpFilter
    identity: Identity
    drivers: Drivers
    clock: CameraClock
    egress: EgressPolicy
    event_log: EventLog
    listen: ListenAddress
    address_change: AddressChange

    def note(self, part: str, done: str, failed: str) -> None:
        """Record the text of a part's success or failure in the event log; the other text is empty."""
        self.event_log.note(EventLogEntry(self.clock.now_ns(), part, done=done, failed=failed))

    def note_failure(self, part: str, failure: str) -> None:
        """Record the failure of a part in the event log."""
        self.note(part, "", failure)


async def build_core(stack: ShutdownStack, options: Options, applied: dict[str, str]) -> Core:
    """Open the database, load its contents, choose the drivers. For `applied` see ``VirtualHardware``.

    Raises ``ConfigError`` and ``StoreError``.
    """
    database = await run_in_thread(partial(Database, options.state_dir / "ipcamd.db"), "store")
    stack.push_store(database.shut_down)
    key_values = KeyValueStore(database)
    event_log = EventLog(database)
    stack.push_store(event_log.flush)
    drivers = choose_drivers(options.hardware, key_values, applied, options.device)
    identity = await load_identity(key_values)
    settings = Settings(database, ALL_GROUPS, factory(options, identity))
    settings.audit(log_entry)
    clock = CameraClock(drivers.time_source, lambda: settings["Time"])

    def note_failure(part: str, failure: str) -> None:
        event_log.note(EventLogEntry(clock.now_ns(), part, failed=failure))

    audit_log = AuditLog(AuditTable(database), clock.now_ns, time.monotonic)
    stack.push_store(audit_log.flush)
    settings.audit(audit_log.note_settings)
    settings.record(audit_log.record_settings)
    accounts = Accounts(database, audit_log, options.allow_weak_password)
    password = accounts.ensure_administrator(options.admin_user, options.admin_password or None, options.is_private)
    listen = ListenAddress(settings, drivers.network, options.hosts, identity.mac)
    settings.guard(NETWORK.name, listen.guard)
    settings.add_requester_readers(listen.readers())
    address_change = AddressChange(settings, drivers.network, listen, key_values, partial(note_failure, "network"))
    address_change.start()
    stack.push(address_change.close)
    drivers.output.set_level(settings["GPIO"]["TriggerOutStatus1"])  # a relay must keep its state at a restart
    stack.push(drivers.close)
    await drivers.start(partial(note_failure, "hardware"))
    return Core(
        options=options,
        database=database,
        key_values=key_values,
        settings=settings,
        accounts=accounts,
        password=password,
        authenticator=Authenticator(
            accounts,
            audit_log,
            TokenNonces(lambda: clock.now_ns() / 1e9, lambda: settings[ONVIF.name].number("WsseWindow")),
            lambda: settings["System.Info"]["ServerName"],
        ),
        audit_log=audit_log,
        ip_filter=_ip_filter(options, settings),
        identity=identity,
        drivers=drivers,
        clock=clock,
        egress=EgressPolicy(
            options.allow_local_targets, partial(_own_ports, settings), partial(_own_udp_ports, settings)
        ),
        event_log=event_log,
        listen=listen,
        address_change=address_change,
    )


def _ip_filter(options: Options, settings: Settings) -> IpFilter:
    if options.no_ip_filter:
        _log.warning("--no-ip-filter: all addresses may connect; the IP filter is ignored")
    return IpFilter(settings, not options.no_ip_filter)


def _own_ports(settings: Settings) -> set[int]:
    """Return the TCP ports of the camera, including those of TLS if it is enabled later."""
    system, https = settings["System"], settings["Network.Advanced.HTTPS"]
    own = {*map(system.number, ("HTTPPort", "RTSPPort")), *map(https.number, ("HttpsPort", "RtspsPort"))}
    return own | {settings[WEBRTC.name].number("Port")}


def _own_udp_ports(settings: Settings) -> set[int]:
    """Return the UDP ports of the camera: talk, WebRTC and discovery."""
    webrtc = settings[WEBRTC.name].number("Port")
    return {settings["System"].number("TalkPort"), webrtc, *DISCOVERY_PORTS}


def factory(options: Options, identity: Identity) -> dict[tuple[str, str], str]:
    """Return the factory values that depend on the device."""
    return {
        ("System", "HTTPPort"): str(options.port),
        ("System", "RTSPPort"): str(options.rtsp_port),
        ("System", "TalkPort"): str(options.talk_port),
        ("Network.Advanced.HTTPS", "HttpsPort"): str(options.https_port),
        ("Network.Advanced.HTTPS", "RtspsPort"): str(options.rtsps_port),
        (WEBRTC.name, "Port"): str(options.webrtc_port),
        ("Network.UPnP", "FriendlyName"): identity.network_name,
        ("Network.Advanced.Bonjour", "FriendlyName"): identity.network_name,
        (ONVIF.name, "Hostname"): identity.network_name,
        (MQTT.name, "Prefix"): f"ipcamd/{identity.mac.replace(':', '')}",
    }
