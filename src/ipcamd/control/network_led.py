"""Light at the network socket: lit while ``NetworkLED`` allows it (SDK 10.30)."""

from ipcamd.device.drivers import Led
from ipcamd.params.device.networkled import NETWORKLED
from ipcamd.params.group import Values
from ipcamd.settings.settings import Settings


def follow_led_setting(led: Led, settings: Settings) -> None:
    """Set `led` as in the group, now and after each change."""

    def set_lit(values: Values) -> None:
        led.set_lit(values.flag("Usage"))

    settings.check_hardware(NETWORKLED.name, led.check)
    settings.follow(NETWORKLED.name, set_lit)
