"""Address change: reverts a change of the network unless a request arrives at the new address."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

from ipcamd.access.accounts import ANONYMOUS, Account
from ipcamd.dataclass import dataclass
from ipcamd.device.drivers import NetworkInterface
from ipcamd.errors import IpcamdError
from ipcamd.network.listen_address import ListenAddress
from ipcamd.params.group import Values
from ipcamd.params.network import NETWORK, PPPOE
from ipcamd.settings.change_records import CAMERA, Change
from ipcamd.settings.settings import Settings
from ipcamd.store.keyvalue import KeyValueStore
from ipcamd.workers.tasks import start_task

CONFIRM_S = 60.0
"""Seconds for a request at the new address."""
APPLY_DELAY_S = 1.0
"""Seconds for the transmission of the answer before an interface changes its address."""
PENDING = "network.unconfirmed"
"""Key of the unconfirmed change."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Pending:
    before: dict[str, str]
    """Stored values of ``Network`` to restore."""
    address: str
    """Address to be reached; "": any one."""


class AddressChange:
    """Applies the groups ``Network`` and ``Network.PPPoE``, and reverts changes that disconnect the administrator."""

    def __init__(
        self,
        settings: Settings,
        network: NetworkInterface,
        listen: ListenAddress,
        key_values: KeyValueStore,
        note: Callable[[str], None],
        confirm_s: float = CONFIRM_S,
    ) -> None:
        """`note` writes a failure to the event log."""
        self._settings = settings
        self._network = network
        self._listen = listen
        self._key_values = key_values
        self._note = note
        self._confirm_s = confirm_s
        self._pending: _Pending | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_undoing = False
        self._lock = asyncio.Lock()
        self._applying: asyncio.TimerHandle | None = None
        """True while an interface has its old configuration, when a request proves nothing about the new one."""
        self._tasks: set[asyncio.Task[object]] = set()

    @property
    def address(self) -> str:
        """New address to be reached while a change is unconfirmed; "": any one, or no change."""
        return self._pending.address if self._pending else ""

    @property
    def remaining_s(self) -> float | None:
        """Seconds until an unconfirmed change is reverted; None without one."""
        return max(0.0, self._timer.when() - asyncio.get_running_loop().time()) if self._timer else None

    @property
    def is_waiting(self) -> bool:
        """Whether a change is unconfirmed."""
        return self._timer is not None

    def start(self) -> None:
        """Follow the settings. An unconfirmed change from before a restart is applied again, with another minute."""
        self._settings.guard(NETWORK.name, self.guard)
        for group in (NETWORK, PPPOE):
            self._settings.watch(group.name, lambda _: self._apply_soon())
        if not self._network.is_configurable:
            self._spawn(self._configure())
        if (kept := _load(self._key_values.get(PENDING))) and (
            self._network.is_configurable or kept.address in self._listen.hosts
        ):
            self._pending = kept
            self._await_request()
            if self._network.is_configurable:
                self._apply_soon()  # it may not have been applied, or the driver has reverted it

    def note_login(self, account: Account, arrived_at: str) -> None:
        """Confirm a change if this request arrived at the new address."""
        if not self.is_waiting or self._pending is None or self._applying or account is ANONYMOUS:
            return
        if self._pending.address in ("", arrived_at):
            self._stop_waiting()
            self._spawn(self._confirm())

    @asynccontextmanager
    async def guard(self, before: Values, after: Values) -> AsyncIterator[None]:
        """Record the values to restore, before the change is stored (a guard of `Settings`)."""
        pending, kept = self._pending, self._pending
        if not self._is_undoing and self._may_cut_off(before, after):
            pending = _Pending(dict(kept.before if kept else before), after["IPAddress"])
            await self._key_values.set(PENDING, _dump(pending))
        yield
        if pending is not kept:
            self._pending = pending
            self._await_request()

    async def close(self) -> None:
        """Stop waiting; the next start waits again."""
        self._stop_waiting()
        if self._applying:
            self._applying.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _may_cut_off(self, before: Values, after: Values) -> bool:
        if self._network.is_configurable:
            return before != after
        return bool(after["IPAddress"]) and self._listen.hosts_of(before) != self._listen.hosts_of(after)

    def _apply_soon(self) -> None:
        if self._is_undoing and self._network.is_configurable:
            return  # the driver restores the configuration that it found
        if self._applying:
            self._applying.cancel()  # one configuration for both groups
        if self._network.is_configurable:
            loop = asyncio.get_running_loop()
            self._applying = loop.call_later(APPLY_DELAY_S, lambda: self._spawn(self._apply()))
        else:
            self._spawn(self._configure())

    async def _apply(self) -> None:
        """Configure the interface; the minute starts when it has its new address."""
        applying = self._applying
        async with self._lock:
            is_done = await self._configure()
        if self._applying is not applying:
            return  # there is a newer change
        self._applying = None
        if not is_done:
            await self._undo("it could not be configured")
        elif self._pending:
            self._await_request()
        else:
            await self._confirm()

    async def _configure(self) -> bool:
        try:
            await self._network.configure(self._settings[NETWORK.name], self._settings[PPPOE.name])
        except IpcamdError as error:
            self._note(f"the network could not be configured: {error}")
            _log.error("the network could not be configured: %s", error)
            return False
        return True

    def _await_request(self) -> None:
        self._stop_waiting()
        self._timer = asyncio.get_running_loop().call_later(self._confirm_s, self._expire)

    def _expire(self) -> None:
        where = self._pending.address if self._pending else ""
        self._spawn(self._undo(f"no request arrived at {where or 'the camera'} within {self._confirm_s:g} s"))

    def _stop_waiting(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    async def _confirm(self) -> None:
        self._pending = None
        await self._network.confirm()
        await self._forget()

    async def _undo(self, reason: str) -> None:
        """Restore the configuration before the change."""
        pending, self._pending = self._pending, None
        self._stop_waiting()
        self._is_undoing = True
        try:
            await self._network.roll_back()
            if pending:
                await self._restore(pending.before)
            self._report_undo(reason)
        except IpcamdError as error:
            _log.error("the change of the network could not be undone: %s", error)
        finally:
            self._is_undoing = False
        await self._forget()

    async def _restore(self, before: dict[str, str]) -> None:
        changes = [Change(NETWORK.name, name, value) for name, value in before.items() if name in _STORED]
        await self._settings.update(changes, by=CAMERA)

    def _report_undo(self, reason: str) -> None:
        message = f"{reason}: the change of the network is undone"
        _log.warning("%s", message)
        self._note(message)

    async def _forget(self) -> None:
        await self._key_values.set(PENDING, "")

    def _spawn(self, work: Coroutine[object, object, object]) -> None:
        start_task(work, self._tasks)


_STORED = frozenset(param.name for param in NETWORK.params if param.set is not None)


def _dump(pending: _Pending) -> str:
    return json.dumps({"before": pending.before, "address": pending.address})


def _load(text: str | None) -> _Pending | None:
    if not text:
        return None
    found = json.loads(text)
    return _Pending(found["before"], found["address"])
