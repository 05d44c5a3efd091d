"""Values of a group: as texts, and as Python values."""

import pytest

from ipcamd.params import ALL_GROUPS
from ipcamd.params.device.ptz import PRESETLIST
from ipcamd.params.image import H264
from ipcamd.params.motion import MOTION
from ipcamd.params.network import HTTPS
from ipcamd.params.time import TIME


def test_values_are_texts_by_name() -> None:
    values = HTTPS.values(HttpsPort="443")
    assert values == {"Enabled": "no", "HttpMode": "on", "HttpsPort": "443", "RtspsPort": "8322"}
    assert values | {"Enabled": "yes"} == dict(values) | {"Enabled": "yes"}
    assert values["Enabled"] == "no"
    assert "ServerTime" not in TIME.values(), "it is the running device's"


def test_values_are_typed() -> None:
    values = HTTPS.values(Enabled="yes")
    assert (values.flag("Enabled"), values.number("HttpsPort")) == (True, 8443)
    assert H264.values().number("Framerate") == 30
    assert TIME.values(DaylightSaving="on").flag("DaylightSaving") is True


def test_a_type_that_a_parameter_has_not_is_a_mistake() -> None:
    values = HTTPS.values()
    with pytest.raises(TypeError):
        values.flag("HttpsPort")
    with pytest.raises(TypeError):
        values.number("Enabled")
    with pytest.raises(KeyError):
        values.number("httpsport")


def test_each_default_has_a_python_value() -> None:
    for group in ALL_GROUPS:
        for name, text in group.values().items():
            assert isinstance(group.kind(name).value(text), bool | int | str | tuple), name


def test_presets_and_windows_are_tuples() -> None:
    assert PRESETLIST.values(Preset2="1|30|gate").value("Preset2") == (True, 30, "gate")
    values = MOTION.values(
        mddata="1,0,0,320,480,50|0,0,0,0,0,1|0,0,0,0,0,2", mdname="Gate", mddatanormalize="1248f10030"
    )
    assert values.value("mddata")[0] == (1, 0, 0, 320, 480, 50)
    assert (values.value("mdname"), values.value("mdpercent")) == (("Gate", "", ""), (50, 50, 50))
    assert values.value("mddatanormalize") == (
        ((0, 0), (1, 1), (2, 2)),
        ((0, 3), (1, 0), (1, 1), (1, 2), (1, 3), (2, 0)),
        ((2, 0), (2, 1)),
    )
