"""The camera's TLS certificate, as a real TLS client gets it."""

import asyncio
import errno
import ssl
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.access.certificate.authority import Authority, new_key, pem_of

from ipcamd.access.certificate.certificate import Certificate
from ipcamd.access.certificate.certificate_check import CertifiedKey
from ipcamd.access.certificate.files import CERTIFICATE, KEY, CertificateFiles
from ipcamd.access.certificate.stored import StoredCertificate
from ipcamd.errors import RequestFailed, StoreError


def certificate_in(folder: Path, *more: object) -> Certificate:
    return Certificate(StoredCertificate(folder, *more))  # type: ignore[arg-type]


async def loaded(folder: Path) -> Certificate:
    certificate = certificate_in(folder)
    await certificate.ensure()
    return certificate


async def handshake(certificate: Certificate, client: ssl.SSLContext | None = None) -> tuple[bytes, str]:
    """Return the certificate that a client is shown, and the version of TLS."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=certificate.context())
    try:
        host, port = server.sockets[0].getsockname()
        _, writer = await asyncio.open_connection(host, port, ssl=client or trusting_all(), server_hostname="localhost")
        peer = writer.get_extra_info("ssl_object")
        shown = peer.getpeercert(binary_form=True), peer.version()
        writer.close()
    finally:
        server.close()
    return shown


def trusting_all(**options: object) -> ssl.SSLContext:
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    for name, value in options.items():
        setattr(client, name, value)
    return client


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def of(chain: bytes) -> bytes:
    """Return the first certificate of a PEM text as a client is shown it."""
    return ssl.PEM_cert_to_DER_cert(chain.decode().partition("-----END")[0] + "-----END CERTIFICATE-----")


async def test_one_is_made_once_and_its_key_is_private(tmp_path: Path) -> None:
    first = certificate_in(tmp_path)
    await first.make_first()
    made = (tmp_path / CERTIFICATE).read_bytes()
    assert stat.S_IMODE((tmp_path / KEY).stat().st_mode) == 0o600
    again = certificate_in(tmp_path)
    await again.make_first()
    await again.ensure()
    assert (tmp_path / CERTIFICATE).read_bytes() == made
    assert (await handshake(again))[0] == of(made)


async def test_a_strict_client_with_the_certificate_accepts_it_for_localhost(tmp_path: Path) -> None:
    certificate = await loaded(tmp_path)
    client = ssl.create_default_context(cafile=str(tmp_path / CERTIFICATE))
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    await handshake(certificate, client)


async def test_nothing_older_than_tls_1_2(tmp_path: Path) -> None:
    certificate = await loaded(tmp_path)
    assert (await handshake(certificate))[1] == "TLSv1.3"
    assert (await handshake(certificate, trusting_all(maximum_version=ssl.TLSVersion.TLSv1_2)))[1] == "TLSv1.2"
    assert certificate.context().minimum_version == ssl.TLSVersion.TLSv1_2
    assert all(cipher["aead"] for cipher in certificate.context().get_ciphers())  # type: ignore[typeddict-item]


@pytest.mark.parametrize("spoilt", [CERTIFICATE, KEY])
@pytest.mark.parametrize("content", [b"", b"rubbish", None])
async def test_unusable_files_are_moved_aside_and_replaced(tmp_path: Path, spoilt: str, content: bytes | None) -> None:
    await loaded(tmp_path)
    before = (tmp_path / CERTIFICATE).read_bytes()
    (tmp_path / spoilt).unlink()
    if content is not None:
        (tmp_path / spoilt).write_bytes(content)
        await loaded(tmp_path)
        assert (tmp_path / f"{spoilt}.unusable").read_bytes() == content
    else:
        await loaded(tmp_path)
    assert (tmp_path / CERTIFICATE).read_bytes() != before


async def test_the_owners_own_is_taken_and_a_new_one_after_a_reload(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    await loaded(other)
    certificate = await loaded(tmp_path)
    before = (await handshake(certificate))[0]
    for name in (CERTIFICATE, KEY):
        (other / name).replace(tmp_path / name)
    await certificate.reload()
    after = (await handshake(certificate))[0]
    assert before != after
    assert ssl.DER_cert_to_PEM_cert(after).encode() == (tmp_path / CERTIFICATE).read_bytes()
    (tmp_path / KEY).write_bytes(b"rubbish")
    await certificate.reload()
    assert (await handshake(certificate))[0] == after


async def test_a_key_of_another_kind_replaces_the_present_one_for_every_client(tmp_path: Path) -> None:
    """A context that has both would go on to show the old one to clients that prefer its kind."""
    certificate, key = await loaded(tmp_path), rsa.generate_private_key(65537, 2048)
    chain = Authority().issue(key)
    await certificate.install(chain, pem_of(key))
    assert (await handshake(certificate))[0] == of(chain)
    again = await loaded(tmp_path)
    assert (await handshake(again))[0] == of(chain)


async def test_an_upload_that_is_refused_changes_nothing(tmp_path: Path) -> None:
    certificate = await loaded(tmp_path)
    before, files = await handshake(certificate), contents(tmp_path)
    chain = Authority().issue(new_key())
    for key, message in ((new_key(), "does not belong"), (None, "it is missing")):
        with pytest.raises(RequestFailed, match=message):
            await certificate.install(chain, pem_of(key) if key else b"")
    assert await handshake(certificate) == before
    assert contents(tmp_path) == files


async def test_a_signing_request_is_answered_by_an_authority_that_clients_trust(tmp_path: Path) -> None:
    certificate, authority = await loaded(tmp_path), Authority()
    before = await handshake(certificate)
    request = await certificate.request(("camera.example", "*.example", "192.0.2.7"))
    assert (await certificate.report()).is_request_pending
    assert await handshake(certificate) == before
    assert stat.S_IMODE((tmp_path / "tls.request.key").stat().st_mode) == 0o600
    certificate = await loaded(tmp_path)  # a restart
    await certificate.install(authority.answer(request) + authority.pem, b"")
    report = await certificate.report()
    assert report.names == ("camera.example", "*.example", "192.0.2.7")
    assert not report.is_self_signed
    assert not report.is_request_pending
    assert report.issuer == "CN=Test Root"
    assert report.key == "EC secp256r1"
    shown = x509.load_der_x509_certificate((await handshake(certificate))[0])
    assert report.fingerprint.replace(":", "").lower() == shown.fingerprint(hashes.SHA256()).hex()


async def test_a_renewed_certificate_for_the_same_key_needs_no_key(tmp_path: Path) -> None:
    certificate, authority, key = await loaded(tmp_path), Authority(), new_key()
    await certificate.install(authority.issue(key), pem_of(key, "secret"), "secret")
    renewed = authority.issue(key)
    await certificate.install(renewed, b"")
    assert (await handshake(certificate))[0] == of(renewed)


async def test_it_is_signed_anew(tmp_path: Path) -> None:
    certificate = await loaded(tmp_path)
    before = await handshake(certificate)
    await certificate.sign_anew()
    after = await handshake(certificate)
    assert after[0] != before[0]
    assert (await handshake(await loaded(tmp_path)))[0] == after[0]


def fill_disk(patch: pytest.MonkeyPatch, after: int) -> None:
    """Simulate a disk that is full after this number of files: the next file is written in part."""
    kept, left = Path.write_bytes, [after]

    def write(path: Path, data: bytes) -> int:
        left[0] -= 1
        if left[0] >= 0:
            return kept(path, data)
        kept(path, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    patch.setattr(Path, "write_bytes", write)


@pytest.mark.parametrize("after", [0, 1])
async def test_a_full_disk_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    certificate, key = await loaded(tmp_path), new_key()
    before, files = await handshake(certificate), contents(tmp_path)
    chain = Authority().issue(key)
    with monkeypatch.context() as patch:
        fill_disk(patch, after)
        with pytest.raises(StoreError, match="No space left"):
            await certificate.install(chain, pem_of(key))
    assert await handshake(certificate) == before
    assert contents(tmp_path) == files
    await certificate.install(chain, pem_of(key))
    assert (await handshake(certificate))[0] == of(chain)


async def test_on_a_full_disk_a_first_one_is_used_without_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        fill_disk(patch, 0)
        await handshake(await loaded(tmp_path))
    assert not contents(tmp_path)


OLD, NEW = (CertifiedKey(*(text * 3000,) * 2) for text in (b"1", b"2"))
"""Pairs for which a mixture can be told."""


class ProcessKilled(BaseException):
    """The process ends here."""


def kill_after(lines: int) -> Callable[[FrameType, str, object], object]:
    """Return a trace function that kills the writer of the files after so many lines of code."""
    left = [lines]

    def trace(frame: FrameType, event: str, _: object) -> object:
        if not frame.f_code.co_filename.endswith("files.py"):
            return None
        left[0] -= event == "line"
        if left[0] < 0:
            raise ProcessKilled
        return trace

    return trace


def test_an_end_at_any_line_leaves_the_old_pair_or_the_new_one(tmp_path: Path) -> None:
    found, kept, killed = [], sys.gettrace(), True
    while killed:
        CertificateFiles(tmp_path).replace(OLD)
        sys.settrace(kill_after(len(found)))
        try:
            CertificateFiles(tmp_path).replace(NEW)
            killed = False
        except ProcessKilled:
            pass
        finally:
            sys.settrace(kept)
        chain, key = CertificateFiles(tmp_path).read()
        assert chain == key
        found.append(chain)
    assert len(found) > 20
    assert found[0] == OLD.chain
    assert found == sorted(found)
    assert found.count(NEW.chain) > 5
