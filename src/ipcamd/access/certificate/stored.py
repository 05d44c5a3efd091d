"""Stored certificate: the owner's files, or those of the state directory; a self-signed one if none is usable."""

import datetime
import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ipcamd.access.certificate.certificate_check import CertifiedKey, load_key, same_key
from ipcamd.access.certificate.files import CertificateFiles
from ipcamd.access.certificate.renewal import needs_renewal
from ipcamd.access.certificate.self_signed import is_own, names_of, request_signature, sign_itself
from ipcamd.access.certificate.subject_names import subject_names, with_former_addresses, without_loopback
from ipcamd.access.certificate.tls_context import checked
from ipcamd.errors import RequestFailed, StoreError

_log = logging.getLogger(__name__)


class StoredCertificate:
    """Reads, checks and replaces files. All methods block, and are called one at a time."""

    def __init__(
        self,
        folder: Path,
        given: tuple[Path, Path] | None = None,
        names: Callable[[], Iterable[str]] = lambda: (),
        now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
    ) -> None:
        """`given` are the owner's files of certificate and key, outside `folder` and never written. `names` returns the
        host names and IP addresses for a self-signed one, in addition to those of the loopback. `now` returns the time
        in UTC, to check the validity."""
        self._files = CertificateFiles(folder)
        self._given = given
        self._find_names = names
        self._now = now

    def exists(self) -> bool:
        """Whether there is one, usable or not."""
        return self._given is not None or self._files.exist()

    def read(self) -> CertifiedKey:
        """Return the owner's certificate, else that of the folder; create a self-signed one if neither is usable."""
        if self._given:
            try:
                return self._checked(*(path.read_bytes() for path in self._given))
            except (OSError, RequestFailed) as error:
                _log.error("the given TLS certificate cannot be used (%s): the camera uses one of its own", error)
        try:
            found = self._checked(*self._files.read())
        except (OSError, RequestFailed) as error:
            return self._in_place_of_unusable(error)
        return self._renewed(found)

    def reread(self) -> CertifiedKey:
        """Return the present contents of the files. Raises ``OSError``, ``RequestFailed``."""
        return self._checked(*(path.read_bytes() for path in self._given) if self._given else self._files.read())

    def refreshed(self, used: CertifiedKey) -> CertifiedKey:
        """Return the present certificate, or its replacement."""
        certificate = used.certificate
        if is_own(certificate):
            return self._renewed(used)
        return used if certificate.not_valid_after_utc > self._now() else self.read()

    def install(self, chain: bytes, key: bytes, password: str) -> CertifiedKey:
        """Store the owner's certificate. Without `key` it must belong to a key of the camera. Raises as `_store`."""
        self._refuse_given()
        found = checked(chain, key or self._key_for(chain), password, self._now())
        self._store(found)
        self._files.drop_pending_key()
        return found

    def sign_anew(self) -> CertifiedKey:
        """Store a new self-signed one. Raises as `_store`."""
        self._refuse_given()
        made = sign_itself(self._names(), self._now())
        self._store(made)
        return made

    def request(self, names: Sequence[str]) -> str:
        """Return a signing request, and store its key. Raises ``RequestFailed``, ``StoreError``."""
        self._refuse_given()
        request, key = request_signature(names or without_loopback(self._names()))
        try:
            self._files.keep_pending_key(key)
        except OSError as error:
            raise StoreError(f"the key of the signing request cannot be stored ({error.strerror})") from error
        return request.decode()

    def is_request_pending(self) -> bool:
        """Whether a signing request is pending."""
        return bool(self._files.pending_key())

    def _checked(self, chain: bytes, key: bytes) -> CertifiedKey:
        return checked(chain, key, "", self._now(), may_begin_later=True)

    def _names(self) -> tuple[str, ...]:
        return subject_names(self._find_names())

    def _renewed(self, found: CertifiedKey) -> CertifiedKey:
        """Return the certificate, or a new self-signed one if it needs replacement."""
        if not is_own(found.certificate):
            return found
        names, former = self._names(), names_of(found.certificate)
        if not needs_renewal(found.certificate, {*names} - {*former}, self._now()):
            return found
        _log.info("the camera creates a self-signed TLS certificate for %s", ", ".join(names))
        return self._keep(sign_itself(with_former_addresses(names, former), self._now()))

    def _in_place_of_unusable(self, error: Exception) -> CertifiedKey:
        if self._files.exist():
            _log.error("the TLS certificate cannot be used (%s): the camera creates a self-signed one", error)
        try:
            self._files.set_aside()
        except OSError as failure:
            _log.error("the unusable TLS certificate could not be moved aside: %s", failure)
        return self._keep(sign_itself(self._names(), self._now()))

    def _keep(self, made: CertifiedKey) -> CertifiedKey:
        """Store a self-signed one; a full disk does not prevent its use."""
        try:
            self._files.replace(made)
        except OSError as error:
            _log.error("the TLS certificate could not be stored and is replaced at the next start: %s", error)
        return made

    def _store(self, new: CertifiedKey) -> None:
        """Replace the files. Raises ``StoreError``."""
        try:
            self._files.replace(new)
        except OSError as error:
            raise StoreError(f"the certificate cannot be stored ({error.strerror})") from error

    def _key_for(self, chain: bytes) -> bytes:
        """Return the camera's private key for the first certificate. Raises ``RequestFailed``."""
        from cryptography import x509

        _, present = self._files.read()
        try:
            public = x509.load_pem_x509_certificate(chain).public_key()
        except Exception:  # the check reports the defect
            return present
        for key in filter(None, (self._files.pending_key(), present)):
            if same_key(load_key(key).public_key(), public):
                return key
        raise RequestFailed(
            "key: it is missing; the certificate belongs neither to the signing request nor to the present key"
        )

    def _refuse_given(self) -> None:
        if self._given:
            raise RequestFailed(
                f"certificate: it comes from --tls-certificate; replace {self._given[0]}, which the camera then reads"
            )
