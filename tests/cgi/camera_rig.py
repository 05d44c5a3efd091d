"""A camera of real small parts on a database of its own, and requests to its endpoints without a network."""

import inspect
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from ipcamd.access.accounts import Account, Accounts
from ipcamd.access.audit_log import AuditLog
from ipcamd.access.ip_filter import IpFilter
from ipcamd.camera import Camera
from ipcamd.cgi.endpoint import Call, Endpoint, Join, Reply
from ipcamd.control.lens.controller import LensController
from ipcamd.control.motor_watch import MotorWatch
from ipcamd.control.ptz.controller import PtzController
from ipcamd.delivery.delivery import Delivery
from ipcamd.delivery.http.notifier import HttpNotifier
from ipcamd.delivery.uploaders import uploaders
from ipcamd.delivery.worker.target_session import WorkerResources
from ipcamd.device.clock import CameraClock
from ipcamd.device.driver_choice import choose_drivers
from ipcamd.device.identity import Identity
from ipcamd.device.virtual.clock import OffsetClock
from ipcamd.egress.policy import EgressPolicy
from ipcamd.events.schedules import Schedules
from ipcamd.maintenance.factory_default import FactoryDefault
from ipcamd.maintenance.first_steps import FirstSteps
from ipcamd.media.hardware_codecs import HardwareCodecs
from ipcamd.media.image.focus_meter import FocusMeter
from ipcamd.media.image.view import View
from ipcamd.media.stream.traffic import Traffic
from ipcamd.options.reader import read_options
from ipcamd.params import ALL_GROUPS
from ipcamd.params.group import Rank
from ipcamd.settings.settings import Settings
from ipcamd.settings.undo import UndoHistory
from ipcamd.storage.card import Card
from ipcamd.storage.export.exports import Exports
from ipcamd.storage.index import RecordingIndex
from ipcamd.storage.playback.playback import Playback
from ipcamd.store.audit_table import AuditTable
from ipcamd.store.database import Database
from ipcamd.store.event_log_table import EventLog
from ipcamd.store.event_search import EventSearch
from ipcamd.store.keyvalue import KeyValueStore
from ipcamd.wire.http.message import Head
from ipcamd.wire.http.query import Query

SECOND = 1_000_000_000
NOON = 1_750_000_000 * SECOND
"""2025-06-15 15:06:40 UTC, the host's time."""


@dataclass
class CameraRig:
    """One camera, its database, and the host's clock, which stands still unless a test moves it."""

    path: Path
    host: int = NOON
    restarts: int = 0
    allow_local: bool = False
    rank: Rank = Rank.ADMIN
    """Of the account that asks."""

    def __post_init__(self) -> None:
        self.database = Database(self.path / "ipcamd.db")
        self.key_values = KeyValueStore(self.database)
        self.settings = Settings(self.database, ALL_GROUPS, {})
        self.undo_history = UndoHistory(self.settings)
        self.schedules = Schedules(self.settings)
        self.ip_filter = IpFilter(self.settings)
        self.egress = EgressPolicy(self.allow_local)
        self.event_log = EventLog(self.database)
        self.clock = CameraClock(OffsetClock(self.key_values, lambda: self.host), lambda: self.settings["Time"])
        self.audit_log = AuditLog(AuditTable(self.database), self.clock.now_ns, time.monotonic)
        self.settings.audit(self.audit_log.note_settings)
        self.settings.record(self.audit_log.record_settings)
        self.drivers = choose_drivers({}, self.key_values)
        self.card = Card(
            self.path / "sdcard",
            RecordingIndex(self.database),
            lambda: self.settings["Event.Server.External.Storage"]["DiskFull"],
            self.clock.zone,
        )
        self.playback = Playback(self.card, self.path / "playback")
        self.exports = Exports(self.card, self.clock.zone)
        kinds = uploaders(lambda: "camera", self.clock.local)
        resources = WorkerResources(self.settings, self.egress)
        self.delivery = Delivery(
            self.database, self.path / "spool", self.event_log, lambda: self.host, kinds, resources
        )
        self.traffic = Traffic()
        self.streams: list[tuple[str, str]] = []
        self.identity = Identity("02:1b:44:11:3a:b7", "ABCDEFGH2345")

    @cached_property
    def ptz(self) -> PtzController:
        return PtzController(self.drivers.pan_tilt, self.settings, self.key_values, self.motors)

    @cached_property
    def lens(self) -> LensController:
        return LensController(self.drivers.lens, self.key_values, self.motors, FocusMeter())

    @cached_property
    def motors(self) -> MotorWatch:
        return MotorWatch(self.drivers.pan_tilt, self.drivers.lens)

    @cached_property
    def accounts(self) -> Accounts:
        accounts = Accounts(self.database, self.audit_log)
        accounts.ensure_administrator("admin", "correct horse")
        return accounts

    @cached_property
    def factory_default(self) -> FactoryDefault:
        chosen = read_options({"admin_password": "correct horse"}, {})
        return FactoryDefault(self.settings, self.accounts, self.key_values, chosen, self.clock.now_ns)

    def camera(self) -> Camera:
        unused = cast("dict[str, Any]", dict.fromkeys(field.name for field in fields(Camera)))
        used: dict[str, Any] = {
            "settings": self.settings,
            "accounts": self.accounts,
            "first_steps": FirstSteps(self.accounts, self.key_values),
            "ip_filter": self.ip_filter,
            "audit_log": self.audit_log,
            "undo_history": self.undo_history,
            "clock": self.clock,
            "identity": self.identity,
            "pipeline": cast(
                "Any",
                SimpleNamespace(
                    size=(768, 576),
                    view=View(pan=-50, zoom=2),
                    traffic=self.traffic,
                    passthrough=SimpleNamespace(report=lambda: self.streams),
                    hardware=HardwareCodecs(),
                ),
            ),
            "schedules": self.schedules,
            "delivery": self.delivery,
            "notifier": HttpNotifier(self.settings, self.egress, now_ns=lambda: self.host),
            "egress": self.egress,
            "event_log": self.event_log,
            "event_search": EventSearch(self.database, self.event_log),
            "card": self.card,
            "playback": self.playback,
            "exports": self.exports,
            "drivers": self.drivers,
            "ptz": self.ptz,
            "lens": self.lens,
            "factory_default": self.factory_default,
            "restart": self._restart,
            "viewers": lambda: 3,
            "started_s": 0.0,
        }
        return Camera(**unused | used)

    def _restart(self) -> None:
        self.restarts += 1

    async def ask(self, endpoint: Endpoint, query: str = "", **fields: str) -> Reply:
        """Return the answer. Raises the errors of the endpoint."""
        head = Head("GET", f"{endpoint.path}?{query}", endpoint.path, query, (1, 1), fields, 0, True)
        account = Account("admin", self.rank)
        answer = endpoint.run(Call(head, Query.parse(query), account, "127.0.0.1", self.camera(), _nothing()))
        reply: Reply | Join = await answer if inspect.isawaitable(answer) else answer
        assert isinstance(reply, Reply)
        assert (reply.content_type if reply.body else "", reply.status) in described_answers(endpoint)
        return reply

    async def close(self) -> None:
        """Stop the motors, store their positions, and close the database."""
        if "motors" in vars(self):
            self.ptz.close()
            await self.lens.close()
            await self.motors.close()
        self.database.close()

    async def set_clock(self, moment_ns: int) -> None:
        await self.settings.update([], self.clock.set(moment_ns))

    async def text(self, endpoint: Endpoint, query: str = "") -> str:
        return (await self.ask(endpoint, query)).body.decode()


def described_answers(endpoint: Endpoint) -> set[tuple[str, int]]:
    """Return content type ("" for an empty one) and status of each answer that an endpoint may give."""
    declared = {(kind, each.status) for each in endpoint.answers for kind in (each.content_type, "")}
    return declared | {("text/plain", 503)}


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""
