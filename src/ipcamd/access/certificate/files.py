"""Files of the certificate in the state directory: both are replaced, or none."""

from pathlib import Path

from ipcamd.access.certificate.certificate_check import CertifiedKey
from ipcamd.store.durable_files import draft_of, sync_directory, write_durably

CERTIFICATE = "tls.crt"
"""Certificate chain."""
KEY = "tls.key"
"""Its private key."""
PENDING_KEY = "tls.request.key"
"""Key of a pending signing request."""
_NEXT = ".next"


class CertificateFiles:
    """``tls.crt`` and ``tls.key`` in a folder. All methods block, and raise ``OSError``."""

    def __init__(self, folder: Path) -> None:
        self._certificate = folder / CERTIFICATE
        self._key = folder / KEY
        self._pending = folder / PENDING_KEY

    def exist(self) -> bool:
        """Whether there is a certificate, usable or not."""
        return self._certificate.exists()

    def read(self) -> tuple[bytes, bytes]:
        """Return certificates and key unchecked; empty for a missing file."""
        self._finish_replacement()
        return _content(self._certificate), _content(self._key)

    def replace(self, new: CertifiedKey) -> None:
        """Replace both durably. After a power cut either both old ones or both new ones exist.

        The new certificate's file is written last and under another name: once it is complete, `read` finishes an
        interrupted replacement.
        """
        self._finish_replacement()
        try:
            write_durably(_next(self._key), new.key)
            write_durably(_next(self._certificate), new.chain)
        except OSError:
            self._discard_drafts()
            raise
        self._finish_replacement()

    def set_aside(self) -> None:
        """Rename unusable files."""
        for path in (self._certificate, self._key):
            if path.exists():
                path.replace(path.with_name(f"{path.name}.unusable"))

    def pending_key(self) -> bytes:
        """Return the key of the pending signing request; empty if there is none."""
        return _content(self._pending)

    def keep_pending_key(self, key: bytes) -> None:
        """Store the key of a signing request."""
        write_durably(self._pending, key)

    def drop_pending_key(self) -> None:
        """Delete the key of a signing request."""
        self._pending.unlink(missing_ok=True)

    def _finish_replacement(self) -> None:
        complete = _next(self._certificate).exists()
        for path in (self._key, self._certificate):  # the certificate last, so that an interruption is repeated
            if complete and _next(path).exists():
                _next(path).replace(path)
                sync_directory(path.parent)
            else:
                _next(path).unlink(missing_ok=True)

    def _discard_drafts(self) -> None:
        for path in (_next(self._certificate), _next(self._key)):
            path.unlink(missing_ok=True)
            draft_of(path).unlink(missing_ok=True)


def _next(path: Path) -> Path:
    return path.with_name(path.name + _NEXT)


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""
