"""The camera's TLS certificate, met by a real TLS client."""

import asyncio
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ipcamd.access.certificate import CERTIFICATE, KEY, Certificate


async def met(certificate: Certificate, **options: object) -> tuple[bytes, str]:
    """Return the certificate that a client is shown, and the version of TLS."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=certificate.context)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    for name, value in options.items():
        setattr(client, name, value)
    try:
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname(), ssl=client)
        peer = writer.get_extra_info("ssl_object")
        shown = peer.getpeercert(binary_form=True), peer.version()
        writer.close()
    finally:
        server.close()
    return shown


def test_one_is_made_once_and_its_key_is_private(tmp_path: Path) -> None:
    Certificate(tmp_path).load()
    made = (tmp_path / CERTIFICATE).read_bytes()
    assert stat.S_IMODE((tmp_path / KEY).stat().st_mode) == 0o600
    Certificate(tmp_path).load()
    assert (tmp_path / CERTIFICATE).read_bytes() == made


async def test_a_client_that_trusts_it_accepts_it_for_localhost(tmp_path: Path) -> None:
    certificate = Certificate(tmp_path)
    certificate.load()
    trusting = ssl.create_default_context(cafile=str(tmp_path / CERTIFICATE))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=certificate.context)
    port = server.sockets[0].getsockname()[1]
    for name in ("localhost", "127.0.0.1"):
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting, server_hostname=name)
        writer.close()
    server.close()


async def test_nothing_older_than_tls_1_2(tmp_path: Path) -> None:
    certificate = Certificate(tmp_path)
    certificate.load()
    assert (await met(certificate))[1] == "TLSv1.3"
    assert (await met(certificate, maximum_version=ssl.TLSVersion.TLSv1_2))[1] == "TLSv1.2"
    assert certificate.context.minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("spoilt", [CERTIFICATE, KEY])
@pytest.mark.parametrize("content", [b"", b"rubbish", None])
def test_files_of_no_use_are_kept_aside_and_replaced(tmp_path: Path, spoilt: str, content: bytes | None) -> None:
    Certificate(tmp_path).load()
    before = (tmp_path / CERTIFICATE).read_bytes()
    (tmp_path / spoilt).unlink()
    if content is not None:
        (tmp_path / spoilt).write_bytes(content)
        Certificate(tmp_path).load()
        assert (tmp_path / f"{spoilt}.unusable").read_bytes() == content
    else:
        Certificate(tmp_path).load()
    assert (tmp_path / CERTIFICATE).read_bytes() != before


def test_an_expired_one_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Certificate(tmp_path).load()
    old = (tmp_path / CERTIFICATE).read_bytes()
    later = datetime.now(UTC) + timedelta(days=4000)
    monkeypatch.setattr("ipcamd.access.certificate._now", lambda: later)
    Certificate(tmp_path).load()
    assert (tmp_path / CERTIFICATE).read_bytes() != old


async def test_the_owners_own_is_taken_and_a_new_one_after_a_reload(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    Certificate(other).load()
    certificate = Certificate(tmp_path)
    certificate.load()
    before = (await met(certificate))[0]
    for name in (CERTIFICATE, KEY):
        (other / name).replace(tmp_path / name)
    certificate.reload()
    after = (await met(certificate))[0]
    assert before != after
    assert ssl.DER_cert_to_PEM_cert(after).encode() == (tmp_path / CERTIFICATE).read_bytes()
