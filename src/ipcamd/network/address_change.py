"""Address change: a change that may cut the administrator off is undone unless a request arrives at the new address."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ipcamd.access.accounts import ANONYMOUS, Account
from ipcamd.device.drivers import NetworkInterface
from ipcamd.errors import IpcamdError
from ipcamd.network.listen_address import ListenAddress
from ipcamd.params.group import Values
from ipcamd.params.network import NETWORK, PPPOE
from ipcamd.settings.change_records import CAMERA, Change
from ipcamd.settings.settings import Settings
from ipcamd.store.keyvalue import KeyValueStore

CONFIRM_S = 60.0
"""Seconds for a request to arrive at the new address."""
APPLY_DELAY_S = 1.0
"""Seconds for the answer to go out before an interface loses its address."""
PENDING = "network.unconfirmed"
"""Key of the change that is not confirmed yet."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Pending:
    before: dict[str, str]
    """The stored values of ``Network`` to return to."""
    address: str
    """The address that must be reached; "" for any one."""


class AddressChange:
    """Applies the groups ``Network`` and ``Network.PPPoE``, and undoes what cuts the administrator off."""

    def __init__(
        self,
        settings: Settings,
        network: NetworkInterface,
        listen: ListenAddress,
        facts: KeyValueStore,
        note: Callable[[str], None],
        confirm_s: float = CONFIRM_S,
    ) -> None:
        """`note` writes a failure to the event log."""
        self._settings = settings
        self._network = network
        self._listen = listen
        self._facts = facts
        self._note = note
        self._confirm_s = confirm_s
        self._pending: _Pending | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_undoing = False
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_waiting(self) -> bool:
        """Whether a change waits for a request at the new address."""
        return self._timer is not None

    def start(self) -> None:
        """Follow the settings. A change that was not confirmed before a restart gets another minute."""
        self._settings.guard(NETWORK.name, self.guard)
        for group in (NETWORK, PPPOE):
            self._settings.watch(group.name, lambda _: self._apply_soon())
        if not self._network.is_configurable:
            self._spawn(self._configure())
        if (kept := _load(self._facts.get(PENDING))) and (
            self._network.is_configurable or kept.address in self._listen.hosts
        ):
            self._pending = kept
            self._await_request()

    def note_login(self, account: Account, arrived_at: str) -> None:
        """Confirm a change if this request came in by the new address."""
        if not self.is_waiting or self._pending is None or account is ANONYMOUS:
            return
        if self._pending.address in ("", arrived_at):
            self._stop_waiting()
            self._spawn(self._confirm())

    @asynccontextmanager
    async def guard(self, before: Values, after: Values) -> AsyncIterator[None]:
        """Note what to return to, before the change is stored (a guard of `Settings`)."""
        pending, kept = self._pending, self._pending
        if not self._is_undoing and self._may_cut_off(before, after):
            pending = _Pending(dict(kept.before if kept else before), after["IPAddress"])
            await self._facts.set(PENDING, _dump(pending))
        yield
        if pending is not kept:
            self._pending = pending
            self._await_request()

    async def close(self) -> None:
        """Stop waiting; the next start waits anew."""
        self._stop_waiting()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _may_cut_off(self, before: Values, after: Values) -> bool:
        if self._network.is_configurable:
            return before != after
        return bool(after["IPAddress"]) and self._listen.hosts_of(before) != self._listen.hosts_of(after)

    def _apply_soon(self) -> None:
        if self._is_undoing and self._network.is_configurable:
            return  # the driver rolls back by itself, to what it found
        delay_s = APPLY_DELAY_S if self._network.is_configurable else 0.0
        asyncio.get_running_loop().call_later(delay_s, lambda: self._spawn(self._configure()))

    async def _configure(self) -> None:
        try:
            await self._network.configure(self._settings[NETWORK.name], self._settings[PPPOE.name])
        except IpcamdError as error:
            self._note(f"the network could not be configured: {error}")
            _log.error("the network could not be configured: %s", error)
            if self._pending:
                await self._undo()

    def _await_request(self) -> None:
        self._stop_waiting()
        self._timer = asyncio.get_running_loop().call_later(self._confirm_s, lambda: self._spawn(self._undo()))

    def _stop_waiting(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    async def _confirm(self) -> None:
        self._pending = None
        await self._network.confirm()
        await self._forget()

    async def _undo(self) -> None:
        """Return to the configuration from before the change."""
        pending, self._pending = self._pending, None
        self._stop_waiting()
        if pending is None:
            return
        self._is_undoing = True
        try:
            await self._network.roll_back()
            changes = [Change(NETWORK.name, name, value) for name, value in pending.before.items() if name in _STORED]
            await self._settings.update(changes, by=CAMERA)
            self._report_undo(pending)
        except IpcamdError as error:
            _log.error("the change of the network could not be undone: %s", error)
        finally:
            self._is_undoing = False
        await self._forget()

    def _report_undo(self, pending: _Pending) -> None:
        where = pending.address or "the camera"
        message = f"no request arrived at {where} within {self._confirm_s:g} s: the change of the network is undone"
        _log.warning("%s", message)
        self._note(message)

    async def _forget(self) -> None:
        await self._facts.set(PENDING, "")

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


_STORED = frozenset(param.name for param in NETWORK.params if param.set is not None)


def _dump(pending: _Pending) -> str:
    return json.dumps({"before": pending.before, "address": pending.address})


def _load(text: str | None) -> _Pending | None:
    if not text:
        return None
    found = json.loads(text)
    return _Pending(found["before"], found["address"])
