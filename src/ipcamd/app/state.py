"""State of the device for pages: its readings, and the reactions to its changes."""

from collections.abc import Callable

from ipcamd.app.control import ControlParts
from ipcamd.app.core import Core
from ipcamd.app.events import EventParts
from ipcamd.app.media import MediaParts
from ipcamd.params.device.privacy import PRIVACY
from ipcamd.state_feed import StateFeed
from ipcamd.storage.card_state import card_state


def build_state_feed(
    core: Core, media: MediaParts, control: ControlParts, events: EventParts, viewers: Callable[[], int]
) -> StateFeed:
    """Build the state feed; `viewers` returns the number of watched streams."""

    def read() -> dict[str, object]:
        return {
            "motion": list(media.motion.levels()),
            "inputs": [driver.level for driver in core.drivers.inputs],
            "outputs": [core.drivers.output.level] if core.drivers.has("TriggerOut") else [],
            "ptz": control.ptz.state() if control.ptz.is_supported else None,
            "lens": control.lens.state() if control.lens.is_supported else None,
            "preset_thumbnails": control.ptz.thumbnails.tags() if control.ptz.is_supported else [],
            "day_night": control.day_night.state() if core.drivers.ir_cut.is_present else None,
            "privacy": core.settings[PRIVACY.name].flag("Enabled"),
            "viewers": viewers(),
            "recording": events.recording.recorder.recording,
            "card": read_card(),
            "event_log": core.event_log.revision,
        }

    def read_card() -> dict[str, object]:
        card = events.recording.card
        return {"state": card_state(card), "formatted": card.formatted, "revision": card.index.revision}

    feed = StateFeed(core.settings, read)
    core.settings.watch(PRIVACY.name, feed.refresh)
    events.bus.subscribe(feed.refresh)
    core.event_log.watch(feed.refresh)
    events.recording.card.watch(feed.refresh)
    control.motors.watch(feed.refresh)
    control.day_night.watch(feed.refresh)
    return feed
