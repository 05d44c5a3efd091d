"""Certificates from owners: only valid ones are accepted; the refusal of others gives the reason."""

import datetime
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from tests.access.certificate.authority import DAY, NOW, Authority, Key, new_key, pem_of

from ipcamd.access.certificate.certificate_check import MAX_CERTIFICATES
from ipcamd.access.certificate.tls_context import checked
from ipcamd.errors import RequestFailed

ROOT = Authority()
MIDDLE = Authority("Test Issuer", ROOT)
KEY = new_key()
LEAF = MIDDLE.issue(KEY)
CLIENT = x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH


def day(offset: datetime.timedelta) -> str:
    return f"{NOW + offset:%Y-%m-%d}"


def rsa_key(bits: int) -> Key:
    return rsa.generate_private_key(65537, bits)


WEAK, CURVE = rsa_key(1024), ec.generate_private_key(ec.SECP256K1())


@pytest.mark.parametrize(
    ("chain", "key", "password"),
    [
        (LEAF + MIDDLE.pem + ROOT.pem, pem_of(KEY), ""),
        (LEAF, pem_of(KEY), ""),
        (LEAF, pem_of(KEY, "secret"), "secret"),
        (b"a note\n" + LEAF.replace(b"\n", b"\r\n") + MIDDLE.pem, pem_of(KEY).replace(b"\n", b"\r\n"), ""),
        (ROOT.pem, pem_of(ROOT.key), ""),
    ],
)
def test_it_is_accepted_and_written_plainly(chain: bytes, key: bytes, password: str) -> None:
    found = checked(chain, key, password, NOW)
    assert load_pem_private_key(found.key, None).public_key() == found.certificate.public_key()
    assert found.chain.startswith(b"-----BEGIN CERTIFICATE-----\n")
    assert found.chain.count(b"BEGIN") == chain.count(b"BEGIN")


@pytest.mark.parametrize(
    ("chain", "key", "password", "message"),
    [
        (b"", pem_of(KEY), "", "certificate: no certificate in PEM (-----BEGIN CERTIFICATE-----)"),
        (LEAF[:300] + LEAF[-30:], pem_of(KEY), "", "certificate: it cannot be read ("),
        (LEAF * (MAX_CERTIFICATES + 1), pem_of(KEY), "", "certificate: 9 certificates; allowed: 8"),
        (LEAF, b"", "", "key: no private key in PEM (-----BEGIN PRIVATE KEY-----)"),
        (LEAF, LEAF, "", "key: no private key in PEM (-----BEGIN PRIVATE KEY-----)"),
        (LEAF, pem_of(KEY, "x"), "", "key: it is encrypted: send its password, or decrypt it (openssl pkey -in KEY "),
        (
            LEAF,
            pem_of(KEY, "x"),
            "y",
            "key: no private key in PEM (-----BEGIN PRIVATE KEY-----); or the password is wr",
        ),
        (LEAF, pem_of(KEY), "y", "key: it is not encrypted: send no password"),
        (LEAF, pem_of(new_key()), "", "key: it does not belong to the certificate"),
        (
            MIDDLE.pem + LEAF,
            pem_of(KEY),
            "",
            "certificate: number 2 is the server's and must come first; after it its ",
        ),
        (
            LEAF + ROOT.pem,
            pem_of(KEY),
            "",
            "certificate: number 2 is not the issuer of number 1; order: the server's, ",
        ),
        (LEAF + MIDDLE.pem + LEAF, pem_of(KEY), "", "certificate: number 3 is not the issuer of number 2"),
        (
            MIDDLE.issue(KEY, end=-DAY / 2),
            pem_of(KEY),
            "",
            f"certificate: it expired on {day(-DAY / 2)}; this machine's date ",
        ),
        (
            MIDDLE.issue(KEY, begin=2 * DAY),
            pem_of(KEY),
            "",
            f"certificate: it is valid from {day(2 * DAY)}; this machine's",
        ),
        (
            MIDDLE.issue(KEY, use=CLIENT),
            pem_of(KEY),
            "",
            "certificate: it is not for servers (extended key usage lacks",
        ),
        (MIDDLE.issue(WEAK), pem_of(WEAK), "", "key: RSA of 1024 bits is too weak; allowed: EC on P-256 or P-384, RSA"),
        (MIDDLE.issue(CURVE), pem_of(CURVE), "", "key: not all browsers support this kind of key; allowed"),
    ],
)
def test_it_is_refused_with_the_reason(chain: bytes, key: bytes, password: str, message: str) -> None:
    with pytest.raises(RequestFailed) as refusal:
        checked(chain, key, password, NOW)
    assert str(refusal.value).startswith(message)
    assert "\n" not in str(refusal.value)


def test_an_expired_issuer_is_named() -> None:
    expired = ROOT.sign(MIDDLE.name, MIDDLE.key.public_key(), is_authority=True, end=-DAY / 2)
    with pytest.raises(RequestFailed, match=f"^certificate 2: it expired on {day(-DAY / 2)}"):
        checked(LEAF + expired.public_bytes(Encoding.PEM), pem_of(KEY), "", NOW)


def test_a_signature_with_sha1_is_refused(tmp_path: Path) -> None:
    files = str(tmp_path / "key"), str(tmp_path / "crt")
    options = ("-newkey", "rsa:2048", "-nodes", "-sha1", "-subj", "/CN=old", "-keyout", files[0], "-out", files[1])
    subprocess.run(("openssl", "req", "-x509", *options), check=True, capture_output=True)
    key, chain = (Path(file).read_bytes() for file in files)
    with pytest.raises(RequestFailed, match=r"^certificate: its signature uses SHA1, which is too weak"):
        checked(chain, key, "", datetime.datetime.now(datetime.UTC))


def test_a_machine_whose_clock_is_not_set_uses_the_certificate_of_its_files() -> None:
    early = NOW.replace(year=1970)
    assert checked(LEAF, pem_of(KEY), "", early, may_begin_later=True)
