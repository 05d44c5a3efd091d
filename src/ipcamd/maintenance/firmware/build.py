"""Builder of firmware images: from a wheel, or from the running installation."""

import base64
import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

import ipcamd
from ipcamd.errors import ConfigError, RequestFailed
from ipcamd.maintenance.firmware.image import LIMIT_BYTES, VERSION, FirmwareImage, read_image, verify_image, write_image
from ipcamd.maintenance.firmware.keys import load_private_key
from ipcamd.maintenance.firmware.wheel import PACKAGE

_VERSION_LINE = re.compile(rb'(?m)^__version__ = ".*"$')
_METADATA_LINE = re.compile(rb"(?m)^Version: .*$")
_WHEEL = b"Wheel-Version: 1.0\nGenerator: ipcamd\nRoot-Is-Purelib: true\nTag: py3-none-any\n"

Files = Mapping[str, bytes]
"""Paths in an archive to contents."""


def build_image(out: Path, key: Path, version: str | None, wheel: Path | None) -> FirmwareImage:
    """Write a signed image of `wheel`, or of the running installation, as `version`. Raises ``ConfigError``."""
    signer = load_private_key(key)
    files = _files_of_wheel(wheel) if wheel else _files_of_installation()
    chosen = version or _version_of(files)
    if not VERSION.fullmatch(chosen):
        raise ConfigError(f"--version {chosen}: X.Y.Z, three numbers")
    try:
        write_image(out, chosen, _pack(files, chosen), signer)
        if out.stat().st_size > LIMIT_BYTES:
            out.unlink()
            raise ConfigError(f"the image is larger than {LIMIT_BYTES >> 20} MB")
        return verify_image(out, frozenset({signer.public_key().public_bytes_raw()}))
    except (OSError, RequestFailed) as error:
        raise ConfigError(f"--out {out}: {error}") from error


def inspect_image(path: Path) -> list[str]:
    """Return lines that describe an image. Raises ``ConfigError`` for an invalid one."""
    try:
        image = read_image(path)
        is_good = image.is_signature_good()
    except (OSError, RequestFailed) as error:
        raise ConfigError(f"{path}: {error}") from error
    return [
        f"version={image.version}",
        f"size={image.size_bytes}",
        f"key={image.key_id}",
        f"signature={'good' if is_good else 'wrong'}",
    ]


def _files_of_wheel(path: Path) -> Files:
    try:
        with zipfile.ZipFile(path) as archive:
            return {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
    except (OSError, zipfile.BadZipFile) as error:
        raise ConfigError(f"--wheel {path}: {error}") from error


def _files_of_installation() -> Files:
    package = Path(ipcamd.__file__).parent
    paths = (path for path in sorted(package.rglob("*")) if path.is_file() and path.suffix != ".pyc")
    files = {f"{PACKAGE}/{path.relative_to(package).as_posix()}": path.read_bytes() for path in paths}
    described = metadata.distribution(PACKAGE).read_text("METADATA") or ""
    return files | {f"{PACKAGE}-{ipcamd.__version__}.dist-info/METADATA": described.encode()}


def _version_of(files: Files) -> str:
    found = _VERSION_LINE.search(files.get(f"{PACKAGE}/__init__.py", b""))
    return found[0].split(b'"')[1].decode() if found else ""


def _pack(files: Files, version: str) -> bytes:
    """Return a wheel of the package with the version number `version`. Raises ``ConfigError``."""
    own = {name: data for name, data in files.items() if name.startswith(f"{PACKAGE}/")}
    described = [data for name, data in files.items() if name.endswith(".dist-info/METADATA")]
    if f"{PACKAGE}/__init__.py" not in own or not described:
        raise ConfigError(f"this is not a wheel of {PACKAGE}")
    own[f"{PACKAGE}/__init__.py"] = _VERSION_LINE.sub(
        f'__version__ = "{version}"'.encode(), own[f"{PACKAGE}/__init__.py"]
    )
    info = f"{PACKAGE}-{version}.dist-info"
    own[f"{info}/METADATA"] = _METADATA_LINE.sub(f"Version: {version}".encode(), described[0], count=1)
    own[f"{info}/WHEEL"] = _WHEEL
    own[f"{info}/RECORD"] = _record(own, f"{info}/RECORD")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in own:
            archive.writestr(zipfile.ZipInfo(name), own[name], zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _record(files: Files, own_name: str) -> bytes:
    lines = []
    for name, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(data)}\n")
    return "".join([*lines, f"{own_name},,\n"]).encode()
