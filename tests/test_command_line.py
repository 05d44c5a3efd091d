"""Secrets on the command line in the process list."""

import pytest

from ipcamd.command_line import masked


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("ipcamd run --port=1", "ipcamd run --port=1"),
        ("run --admin-password=two", "run --admin-password=***"),
        ("run --admin-password two --port 2", "run --admin-password *** --port 2"),
        ("run --source rtsp://me:p@ss@10.0.0.9/a@b", "run --source rtsp://*******@10.0.0.9/a@b"),
        ("run --source=http://me:pw@[::1]:80/?x=a@b", "run --source=http://*****@[::1]:80/?x=a@b"),
        (
            "run --source srt://cam:1?passphrase=abc&latency=9&streamid=x",
            "run --source srt://cam:1?passphrase=***&latency=9&streamid=*",
        ),
        ("run --source gst:rtspsrc", "run --source gst:*******"),
        ("run --source=gst:rtspsrc", "run --source=gst:*******"),
        ("run --admin-password", "run --admin-password"),
    ],
)
def test_secrets_are_overwritten(given: str, shown: str) -> None:
    arguments = given.encode().replace(b" ", b"\0") + b"\0"
    assert masked(arguments) == shown.encode().replace(b" ", b"\0") + b"\0"
