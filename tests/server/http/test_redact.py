"""Request targets in logs."""

import pytest

from ipcamd.server.http.log_redaction import redacted


@pytest.mark.parametrize(
    ("target", "logged"),
    [
        ("/", "/"),
        ("/x?metricsToken=abc&a=1", "/x?metricsToken=***&a=1"),
        (
            "/cgi/admin/pwdgrp.cgi?action=add&user=paul&pwd=foo&grp=admin",
            "/cgi/admin/pwdgrp.cgi?action=add&user=paul&pwd=***&grp=admin",
        ),
        ("/x?Password=a=b?PWD=c&p%77d=d", "/x?Password=***?PWD=***&p%77d=***"),
        ("/x?a=pwd", "/x?a=pwd"),
        ("/x?pwd", "/x?pwd"),
        ("/x?SecretKey=1&keys=2", "/x?SecretKey=***&keys=***"),
        ("/x?HttpUrl=http://u:pw@h/a&b=1@2", "/x?HttpUrl=http://***@h/a&b=1@2"),
        ("/x?HttpUrl=http%3A%2f%2Fu%3Apw%40h", "/x?HttpUrl=http%3A%2f%2F***%40h"),
        ("/x?HttpUrl=http%3A%2F%2Fh%2Fa%3Ftoken%3Dpw&b=1", "/x?HttpUrl=http%3A%2F%2Fh%2Fa%3F***&b=1"),
        ("/x?a=\x1b[31m\xe9", "/x?a=?[31m?"),
    ],
)
def test_redacted(target: str, logged: str) -> None:
    assert redacted(target) == logged
