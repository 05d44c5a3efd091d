"""Self-signed certificates follow clock, names and addresses; the owner's files are used, and never written."""

import datetime
import logging
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.access.certificate.authority import DAY, NOW, Authority, new_key, pem_of

from ipcamd.access.certificate.certificate_check import CertifiedKey
from ipcamd.access.certificate.files import CERTIFICATE
from ipcamd.access.certificate.self_signed import names_of
from ipcamd.access.certificate.stored import StoredCertificate
from ipcamd.access.certificate.subject_names import MAX_NAMES
from ipcamd.errors import RequestFailed

MINUTE = datetime.timedelta(minutes=1)


@dataclass
class CertificateRig:
    """A machine with a clock and names, and its certificate."""

    folder: Path
    given: tuple[Path, Path] | None = None
    now: datetime.datetime = NOW
    names: list[str] = field(default_factory=lambda: ["camera", "camera.local", "192.0.2.7"])

    def __post_init__(self) -> None:
        self.stored = StoredCertificate(self.folder, self.given, lambda: self.names, lambda: self.now)
        self.used = self.stored.read()

    def refresh(self) -> bool:
        """Return whether another certificate is used now."""
        before, self.used = self.used, self.stored.refreshed(self.used)
        return self.used != before


@pytest.fixture
def machine(tmp_path: Path) -> CertificateRig:
    return CertificateRig(tmp_path)


def test_its_names_and_addresses_are_those_of_the_machine(machine: CertificateRig) -> None:
    assert names_of(machine.used.certificate) == (
        "localhost",
        "camera",
        "camera.local",
        "127.0.0.1",
        "::1",
        "192.0.2.7",
    )
    machine.names += ["fe80::1", "fe80::1%eth0", "127.0.0.2", "a name", "", "n" * 64, "2001:db8::1", "0.0.0.0"]
    assert machine.refresh()
    assert names_of(machine.used.certificate)[-2:] == ("192.0.2.7", "2001:db8::1")


def test_it_is_renewed_a_month_before_its_end(machine: CertificateRig) -> None:
    begin, end = machine.used.certificate.not_valid_before_utc, machine.used.certificate.not_valid_after_utc
    assert end - begin == 825 * DAY
    machine.now = end - 31 * DAY
    assert not machine.refresh()
    machine.now = end - 29 * DAY
    assert machine.refresh()
    assert machine.used.certificate.not_valid_after_utc > end
    assert CertificateRig(machine.folder, now=machine.now).used == machine.used


def test_a_new_address_is_added_soon_and_one_that_comes_back_needs_no_change(machine: CertificateRig) -> None:
    machine.names[-1] = "192.0.2.8"
    machine.now += 9 * MINUTE
    assert machine.refresh()
    assert names_of(machine.used.certificate)[-2:] == ("192.0.2.8", "192.0.2.7")
    machine.now += 11 * MINUTE
    machine.names[-1] = "192.0.2.7"
    assert not machine.refresh()
    machine.names.append("other.example")
    assert not machine.refresh()
    machine.now += 50 * MINUTE
    assert machine.refresh()
    assert not machine.refresh()


def test_a_machine_with_too_many_addresses_signs_once(machine: CertificateRig) -> None:
    machine.names += [f"198.51.100.{number}" for number in range(1, MAX_NAMES + 9)]
    assert machine.refresh()
    assert len(names_of(machine.used.certificate)) == MAX_NAMES
    assert not machine.refresh()


def test_a_clock_that_is_unset_or_was_ahead_changes_nothing(machine: CertificateRig) -> None:
    before = machine.used
    assert CertificateRig(machine.folder, now=NOW.replace(year=1970)).used == before
    assert CertificateRig(machine.folder, now=NOW - 90 * DAY).used != before


def owned(folder: Path, **more: object) -> CertifiedKey:
    """Return a certificate of an authority and its key."""
    key = new_key()
    return CertifiedKey(Authority().issue(key, **more), pem_of(key))


def given_in(folder: Path, pair: CertifiedKey) -> tuple[Path, Path]:
    files = folder / "fullchain.pem", folder / "privkey.pem"
    for path, content in zip(files, (pair.chain, pair.key), strict=True):
        path.write_bytes(content)
    return files


def test_the_owners_certificate_is_kept_until_it_expires(machine: CertificateRig) -> None:
    owner = owned(machine.folder)
    machine.used = machine.stored.install(owner.chain, owner.key, "")
    machine.names.append("other.example")
    machine.now = machine.used.certificate.not_valid_after_utc - MINUTE
    assert not machine.refresh()
    machine.now += 2 * MINUTE
    assert machine.refresh()
    assert "other.example" in names_of(machine.used.certificate)
    assert (machine.folder / f"{CERTIFICATE}.unusable").read_bytes() == owner.chain
    assert not machine.refresh()


def test_given_files_are_used_and_never_written(tmp_path: Path) -> None:
    files = given_in(tmp_path, owned(tmp_path))
    contents = [path.read_bytes() for path in files]
    machine = CertificateRig(tmp_path / "state", files)
    assert machine.used.chain == contents[0]
    assert machine.stored.exists()
    for action in (
        machine.stored.sign_anew,
        lambda: machine.stored.request(()),
        lambda: machine.stored.install(*contents, ""),
    ):
        with pytest.raises(RequestFailed, match=r"^certificate: it comes from --tls-certificate; replace /"):
            action()
    assert [path.read_bytes() for path in files] == contents
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("fault", ["expired", "encrypted", "mismatch", "missing"])
def test_unusable_given_files_are_named_and_replaced_temporarily(
    tmp_path: Path, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    good, key = owned(tmp_path), new_key()
    faults = {
        "expired": (owned(tmp_path, end=-MINUTE), "it expired on "),
        "encrypted": (
            CertifiedKey(Authority().issue(key), pem_of(key, "x")),
            "decrypt it (openssl pkey -in KEY -out KEY)",
        ),
        "mismatch": (CertifiedKey(good.chain, pem_of(key)), "key: it does not belong to the certificate"),
        "missing": (good, "No such file"),
    }
    files = given_in(tmp_path, faults[fault][0])
    if fault == "missing":
        files[1].unlink()
    state = tmp_path / "state"
    state.mkdir()
    with caplog.at_level(logging.ERROR):
        machine = CertificateRig(state, files)
    assert faults[fault][1] in caplog.text
    assert "localhost" in names_of(machine.used.certificate)
    assert not machine.refresh()
    given_in(tmp_path, good)
    assert machine.stored.reread().chain == good.chain


def test_a_signing_request_without_names_is_for_what_others_can_reach(machine: CertificateRig) -> None:
    machine.used = machine.stored.install(Authority().answer(machine.stored.request(())), b"", "")
    assert names_of(machine.used.certificate) == ("camera", "camera.local", "192.0.2.7")
