"""Values of a group: as texts, and as what they mean."""

import pytest

from ipcamd.params import STORED
from ipcamd.params.image import H264
from ipcamd.params.network import HTTPS
from ipcamd.params.time import TIME


def test_values_are_texts_by_name() -> None:
    values = HTTPS.values(HttpsPort="443")
    assert values == {"Enabled": "no", "HttpsPort": "443", "RtspsPort": "8322"}
    assert values | {"Enabled": "yes"} == {"Enabled": "yes", "HttpsPort": "443", "RtspsPort": "8322"}
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
    for group in STORED:
        for name, text in group.values().items():
            assert isinstance(group.kind(name).value(text), bool | int | str), name
