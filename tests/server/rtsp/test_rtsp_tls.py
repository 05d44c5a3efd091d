"""RTSPS: the same over TLS."""

import asyncio
import ssl
from pathlib import Path

import pytest
from tests.server.rtsp.player import Player, Stage


@pytest.fixture(scope="session")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate of its own, and a client's that takes any."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1)
    )
    pem = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = Path(tmp_path_factory.mktemp("tls")) / "both.pem"
    file.write_bytes(secret + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    return server, client


async def test_play(stage: Stage, contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    server, client = contexts
    port = (await stage.service.open(["127.0.0.1"], 0, server)).port
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client)
    player = Player(reader, writer, f"rtsps://127.0.0.1:{port}")
    plain = await stage.player()
    await player.play()
    await plain.play()
    for number in range(20):
        sent = stage.lens.picture(key=number % 10 == 0, size=20_000)
        assert await player.frame() == sent
        assert await plain.frame() == sent
    player.close()
    await stage.quiet()
    assert len(stage.service) == 1


async def test_who_reads_nothing_over_tls_is_cut(stage: Stage, contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    server, client = contexts
    port = (await stage.service.open(["127.0.0.1"], 0, server)).port
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client)
    player = Player(reader, writer, f"rtsps://127.0.0.1:{port}")
    await player.play()
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    for number in range(300):
        stage.lens.picture(key=number % 10 == 0, size=60_000)
        await asyncio.sleep(0)
    (connection,) = stage.service._connections
    assert connection.line.waiting < 1_000_000
    stage.later(1)
    stage.later(11)
    await stage.quiet()
    assert len(stage.service) == 0
    writer.transport.abort()
