"""VISCA: messages against the command list of Sony's manuals."""

import pytest

from ipcamd.wire.visca import build_visca_home, build_visca_move, build_visca_preset, build_visca_stop


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (build_visca_move(1, ("left",), 9, 9), "81 01 04 07 00 ff 81 01 06 01 18 14 01 03 ff"),
        (build_visca_move(2, ("up", "right"), 0, 0), "82 01 04 07 00 ff 82 01 06 01 01 01 02 01 ff"),
        (build_visca_move(1, ("down",), 9, 9), "81 01 04 07 00 ff 81 01 06 01 18 14 03 02 ff"),
        (build_visca_move(1, ("zoomin",), 5, 5), "81 01 06 01 01 01 03 03 ff 81 01 04 07 02 ff"),
        (build_visca_move(1, ("zoomout",), 5, 5), "81 01 06 01 01 01 03 03 ff 81 01 04 07 03 ff"),
        (build_visca_stop(7), "87 01 06 01 01 01 03 03 ff 87 01 04 07 00 ff"),
        (build_visca_home(1), "81 01 06 04 ff"),
        (build_visca_preset(1, "set", 1), "81 01 04 3f 01 00 ff"),
        (build_visca_preset(1, "go", 8), "81 01 04 3f 02 07 ff"),
        (build_visca_preset(1, "clear", 2), "81 01 04 3f 00 01 ff"),
    ],
)
def test_messages_are_built_as_the_manual_shows(message: bytes, expected: str) -> None:
    assert message == bytes.fromhex(expected)


def test_an_address_that_the_protocol_does_not_have_is_refused() -> None:
    for address in (0, 8):
        with pytest.raises(ValueError, match="1 to 7"):
            build_visca_home(address)
