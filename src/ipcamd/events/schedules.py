"""Schedules (SDK 11): list, add, change and remove; stored like all settings."""

import asyncio
from collections.abc import Collection, Iterator, Mapping

from ipcamd.errors import RequestFailed, shown
from ipcamd.events.schedule import Schedule
from ipcamd.params.event.schedule import FIELDS, SCHEDULES, SLOTS
from ipcamd.settings.change_records import CAMERA, Change, Requester
from ipcamd.settings.settings import Settings

_BY_NAME = {field.name.lower(): field for field in FIELDS}


class Schedules:
    """All existing schedules."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = asyncio.Lock()  # two concurrent additions must not use the same slot or name

    def __iter__(self) -> Iterator[Schedule]:
        """Iterate in the order of their numbers."""
        for number, group in enumerate(SCHEDULES, 1):
            values = self._settings[group.name]
            if values["Name"]:
                yield Schedule(number, values)

    def named(self, name: str) -> Schedule:
        """Return the schedule with this name. Raises ``RequestFailed``."""
        for schedule in self:
            if schedule.name == name:
                return schedule
        raise RequestFailed(f"Name={shown(name)}: there is no such schedule; there are: {self._names()}")

    def numbered(self, number: str) -> Schedule:
        """Return the schedule with this number. Raises ``RequestFailed``."""
        for schedule in self:
            if str(schedule.number) == number:
                return schedule
        numbers = ", ".join(str(schedule.number) for schedule in self) or "none"
        raise RequestFailed(f"group={shown(number)}: there is no such schedule; there are: {numbers}")

    async def add(self, fields: Mapping[str, str], by: Requester = CAMERA) -> Schedule:
        """Add a schedule in the lowest free slot; missing `fields` have their defaults. Durable on return.

        Raises ``RequestFailed`` and ``StoreError``; then nothing has changed, as in the other methods.
        """
        values = _parsed(fields)
        name = values.get("Name", "")
        async with self._lock:
            taken = {schedule.number: schedule.name for schedule in self}
            free = next((n for n in range(1, SLOTS + 1) if n not in taken), None)
            if free is None:
                raise RequestFailed(f"Name={name}: there are {SLOTS} schedules already; remove one first")
            self._judge_name(name, taken.values())
            return await self._put(free, values, by)

    async def update(self, schedule: Schedule, fields: Mapping[str, str], by: Requester = CAMERA) -> Schedule:
        """Change some fields of a schedule. Raises like `add`."""
        changed = _parsed(fields)
        async with self._lock:
            present = self.numbered(str(schedule.number))
            if present.name != changed.get("Name", present.name):
                self._judge_name(changed["Name"], [other.name for other in self])
            return await self._put(schedule.number, changed, by)

    async def remove(self, schedule: Schedule, by: Requester = CAMERA) -> None:
        """Remove a schedule. Raises like `add`."""
        async with self._lock:
            present = self.numbered(str(schedule.number))
            await self._put(present.number, {f.name: None for f in FIELDS if present.values[f.name] != f.default}, by)

    async def _put(self, number: int, values: Mapping[str, str | None], by: Requester) -> Schedule:
        group = SCHEDULES[number - 1].name
        await self._settings.update([Change(group, name, value) for name, value in values.items()], by=by)
        return Schedule(number, self._settings[group])

    def _names(self) -> str:
        return ", ".join(schedule.name for schedule in self) or "none"

    @staticmethod
    def _judge_name(name: str, taken: Collection[str]) -> None:
        if not name:
            raise RequestFailed("Name: it is needed; allowed: 1 to 16 printable characters, no blank at either end")
        if name in taken:
            raise RequestFailed(f"Name={name}: this schedule already exists; action=update changes it")


def _parsed(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the sent fields under their proper names, with canonical values."""
    return dict(_field(name, value) for name, value in fields.items())


def _field(name: str, value: str) -> tuple[str, str]:
    field = _BY_NAME.get(name.lower())
    if field is None:
        raise RequestFailed(f"{shown(name)}: unknown; allowed: {', '.join(field.name for field in FIELDS)}")
    try:
        return field.name, field.kind.normalize(value)
    except ValueError:
        raise RequestFailed(f"{field.name}={shown(value)}: allowed: {field.kind.allowed}") from None
