"""Limits that fit into the process's limit on open files."""

import logging
import resource

import pytest

from ipcamd.server.connection_limits import Limits
from ipcamd.server.open_file_limit import OWN_FILES, fit_limits, raise_file_limit

LIMITS = Limits(viewers=1000, connections=12_000)


def test_the_soft_limit_becomes_the_hard_one() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard // 2, hard))
    try:
        assert raise_file_limit() == hard
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("files", [13_192, 1_000_000, resource.RLIM_INFINITY])
def test_enough_files_leave_the_limits_unchanged(files: int, caplog: pytest.LogCaptureFixture) -> None:
    assert fit_limits(LIMITS, files) is LIMITS
    assert not caplog.text


@pytest.mark.parametrize("files", [13_127, 4096, 1024, 256])
def test_too_few_files_lower_the_limits_and_the_log_says_what_is_missing(
    files: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        limits = fit_limits(LIMITS, files)
    assert 8 <= limits.viewers <= 1000
    assert limits.viewers < limits.connections < 12_000
    assert OWN_FILES + limits.connections + limits.viewers <= files
    words = f"{files} open files are allowed (hard limit): at most {limits.viewers} viewers and {limits.connections} "
    assert words in caplog.text
    assert "13192 are needed (systemd: LimitNOFILE=" in caplog.text
