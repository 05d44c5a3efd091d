"""DDNS updater: sends the camera's address to a service when it changes, and every 25 days (clarifications, DDNS)."""

import asyncio
import ipaddress
import logging
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from ipcamd import __version__
from ipcamd.device.drivers import NetworkInterface
from ipcamd.egress.http_call import HttpCall, call_http
from ipcamd.egress.policy import EgressPolicy
from ipcamd.errors import IpcamdError
from ipcamd.network.ddns.next_update import DdnsOutcome, load_outcome
from ipcamd.params.group import Values
from ipcamd.params.network import DNSUPDATE, SERVICES
from ipcamd.settings.settings import Settings
from ipcamd.store.keyvalue import KeyValueStore
from ipcamd.wire.dyndns import DONE, parse_answer, request_fields, update_url
from ipcamd.workers.tasks import end_tasks

OUTCOME = "ddns.outcome"
"""Key of the last result."""
TIMEOUT_S = 20.0
"""Time limit of one update, in seconds."""
LOOK_S = 30.0
"""Seconds between two checks of the camera's own address."""

_log = logging.getLogger(__name__)


class DdnsUpdater:
    """Keeps ``Network.DNSUpdate.DNSName`` up to date while it is enabled."""

    def __init__(
        self,
        settings: Settings,
        egress: EgressPolicy,
        network: NetworkInterface,
        key_values: KeyValueStore,
        keyed_hash: Callable[[str], str],
        now_ns: Callable[[], int],
        note: Callable[[str], None],
        external: Callable[[], str] = lambda: "",
    ) -> None:
        """`keyed_hash` identifies service, name and login of the last update, also after a restart. `external` returns
        the router's public address, "" if unknown. `note` writes a failure to the event log."""
        self._settings = settings
        self._egress = egress
        self._network = network
        self._key_values = key_values
        self._keyed_hash = keyed_hash
        self._now_ns = now_ns
        self._note = note
        self._external = external
        self._outcome = load_outcome(key_values.get(OUTCOME))
        self._task: asyncio.Task[None] | None = None
        self.look_s = LOOK_S

    def start(self) -> None:
        """Follow the settings."""
        self._settings.watch(DNSUPDATE.name, lambda _: self._restart(is_changed=True))
        self._settings.add_readers({(DNSUPDATE.name, "Status"): lambda: str(self._outcome or "")})
        self._restart(is_changed=False)

    async def close(self) -> None:
        """Stop."""
        await end_tasks(self._task)

    def _restart(self, is_changed: bool) -> None:
        if self._task:
            self._task.cancel()
            self._task = None
        values = self._settings[DNSUPDATE.name]
        if values.flag("Enabled") and values["DNSName"]:
            self._task = asyncio.get_running_loop().create_task(self._work(values, is_changed))

    async def _work(self, values: Values, is_changed: bool) -> None:
        """Update the name with these settings when necessary."""
        outcome, due_s = self._outcome, time.monotonic()
        if outcome and not is_changed and outcome.target == self._target(values):
            due_s += outcome.remaining_s(self._now_ns())
        while True:
            if outcome is None or time.monotonic() >= due_s or await self._has_moved(values, outcome):
                outcome = await self._update(values)
                due_s = time.monotonic() + outcome.interval_s
            await asyncio.sleep(self.look_s)

    async def _has_moved(self, values: Values, outcome: DdnsOutcome) -> bool:
        """Whether the camera's address differs from the last one sent."""
        if outcome.word not in DONE:
            return False
        try:
            own = self._external() or await self._own_address(service_of(values))
        except (OSError, IpcamdError):
            return False
        return own not in ("", outcome.own)

    async def _update(self, values: Values) -> DdnsOutcome:
        own = word = message = ""
        try:
            own, word, message = await self._tell(values)
        except (OSError, ValueError, IpcamdError) as error:
            word, message = "error", str(error) or f"no answer within {TIMEOUT_S:g} s"
        except Exception as error:  # keep trying
            _log.exception("DDNS failed")
            word, message = "error", str(error)
        outcome = DdnsOutcome(self._target(values), word, own, message, self._now_ns())
        await self._keep(outcome, values["DNSName"])
        return outcome

    async def _tell(self, values: Values) -> tuple[str, str, str]:
        """Send the camera's address; return it, the service's return code and the address that the service has
        stored."""
        service = service_of(values)
        own = self._external() or await self._own_address(service)
        public = own if await self._may_be_told(own, service) else ""
        fields = request_fields(values["UserName"], values["Password"], __version__)
        url = update_url(service, values["DNSName"], public)
        answer = await call_http(self._egress, HttpCall(url, fields=fields), TIMEOUT_S)
        found = parse_answer(answer.status, answer.body)
        return own, found.word, (found.address or public) if found.word in DONE else ""

    async def _own_address(self, service: str) -> str:
        return self._network.address_towards(await self._resolve(service))

    async def _may_be_told(self, own: str, service: str) -> bool:
        """Whether the address is useful for the service: private ones are not."""
        is_far = ipaddress.ip_address(await self._resolve(service)).is_global
        return bool(own) and (ipaddress.ip_address(own).is_global or not is_far)

    async def _resolve(self, service: str) -> str:
        parts = urlsplit(service)
        addresses = await self._egress.resolve_all(parts.hostname or "", parts.port or 443)
        return addresses[0]

    def _target(self, values: Values) -> str:
        return self._keyed_hash("\0".join(values[name] for name in ("Provider", "DNSName", "UserName", "Password")))

    async def _keep(self, outcome: DdnsOutcome, name: str) -> None:
        before, self._outcome = self._outcome, outcome
        if outcome.word in DONE:
            _log.info("DDNS: %s is %s (%s)", name, outcome.message, outcome.word)
        elif before is None or (before.word, before.message) != (outcome.word, outcome.message):
            _log.warning("DDNS: %s is not updated: %s", name, outcome)
            self._note(str(outcome))
        try:
            await self._key_values.set(OUTCOME, outcome.dump())
        except IpcamdError as error:
            _log.error("the outcome of DDNS is not stored: %s", error)


def service_of(values: Values) -> str:
    """Return the URL of the service in ``Provider``."""
    return SERVICES.get(values["Provider"], values["Provider"])
