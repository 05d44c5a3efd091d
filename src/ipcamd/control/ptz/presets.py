"""Presets: the parameters of ``PTZ.PresetList``, and a position of each enabled preset (SDK 8, 10.31)."""

from ipcamd.control.ptz.thumbnails import PresetThumbnails
from ipcamd.control.stored_positions import StoredPtzPositions
from ipcamd.device.position import PtzPosition
from ipcamd.errors import RequestFailed
from ipcamd.params.device.ptz import PRESETLIST, PRESETS
from ipcamd.settings.change_records import Change, Requester
from ipcamd.settings.settings import Settings


class Presets:
    """Eight presets, numbered from 1."""

    def __init__(self, settings: Settings, stored: StoredPtzPositions, thumbnails: PresetThumbnails) -> None:
        self._settings = settings
        self._stored = stored
        self._thumbnails = thumbnails

    def stops(self) -> dict[int, int]:
        """Return the enabled presets in their order: number to the duration of the stay in seconds."""
        values = [self._settings[PRESETLIST.name].value(name) for name in PRESETS]
        return {number: seconds for number, (enabled, seconds, _) in enumerate(values, 1) if enabled}

    def position(self, number: int) -> PtzPosition:
        """Return the position of a preset. Raises ``RequestFailed`` if it is not set."""
        place = self._stored.preset(number)
        if number not in self.stops() or place is None:
            numbers = ", ".join(map(str, self.stops())) or "none is"
            raise RequestFailed(f"ptzpreset={number}: it is not set; set: {numbers}")
        return place

    async def update(self, number: int, value: str, position: PtzPosition, by: Requester) -> None:
        """Set a preset to ``ENABLE|DURATION|NAME``: at `position`, with a thumbnail, or removed. Raises the errors of
        ``Settings.update``."""
        enabled = value.startswith("1|")
        parts = self._stored.preset_part(number, position if enabled else None), self._thumbnails.forget(number)
        change = Change(PRESETLIST.name, PRESETS[number - 1], value if enabled else None)
        await self._settings.update([change], *parts, by=by)
        if enabled:
            self._thumbnails.make(number)

    async def follow(self, position: PtzPosition) -> None:
        """Store the present `position` for presets that were enabled as parameters. Raises ``StoreError``."""
        for number in self.stops():
            if self._stored.preset(number) is None:
                await self._stored.save_preset(number, position)
                self._thumbnails.make(number)
