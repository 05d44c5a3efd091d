"""Names of Bonjour services."""

import pytest

from ipcamd.discovery.bonjour.announcer import label_of


@pytest.mark.parametrize(("name", "label"), [("Front door", "Front door"), ("a.b.", "a b"), ("ä" * 63, "ä" * 30)])
def test_a_name_is_one_label(name: str, label: str) -> None:
    assert label_of(name) == label
