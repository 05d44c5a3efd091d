"""The certificate's upkeep while the machine lacks something for a moment."""

import asyncio
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from ipcamd.app.core import Core
from ipcamd.app.network_services import certificate_upkeep
from ipcamd.app.network_services.certificate_upkeep import CertificateUpkeep
from ipcamd.app.shutdown import ShutdownStack


async def test_a_renewal_that_fails_for_lack_of_threads_is_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    dns, left, start = {"DNSName": ""}, [0], threading.Thread.start

    def start_unless_scarce(thread: threading.Thread) -> None:
        if left[0]:
            left[0] -= 1
            raise RuntimeError("can't start new thread")
        start(thread)

    core = SimpleNamespace(
        options=SimpleNamespace(tls_files=None, state_dir=tmp_path, allowed_host=()),
        settings={"Network.DNSUpdate": dns},
        drivers=SimpleNamespace(network=SimpleNamespace(addresses=tuple)),
    )
    monkeypatch.setattr(certificate_upkeep, "RENEWAL_CHECK_S", 0.01)
    monkeypatch.setattr(threading.Thread, "start", start_unless_scarce)
    upkeep = CertificateUpkeep(ShutdownStack(), cast(Core, core))
    await upkeep.certificate.ensure()
    left[0], dns["DNSName"] = 3, "yard.example.com"  # for the first certificate and two renewals
    upkeep.start()
    async with asyncio.timeout(30):
        while left[0] or "yard.example.com" not in await _names(upkeep):  # noqa: ASYNC110 - nothing tells when it is done
            await asyncio.sleep(0.01)
    assert "could not be renewed" in caplog.text
    upkeep._close()


async def _names(upkeep: CertificateUpkeep) -> tuple[str, ...]:
    return (await upkeep.certificate.report()).names
