"""Recipes of reverse proxies: TLS, a name and a path in front of the camera, as in docs/with."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.conftest import stop_all
from tests.e2e.access.proxies import NGINX
from tests.e2e.camera import CameraProcess, eventually, reachable
from tests.e2e.recipes.recipe import SECRET, block, filled, program
from tests.ports import free_port

from ipcamd.access.certificate.self_signed import sign_itself

pytestmark = pytest.mark.slow

NAME = "cam.example.com"
CADDY = """
{{
  admin off
  auto_https disable_redirects
  local_certs
  skip_install_trust
  default_bind 127.0.0.1
  https_port {port}
}}
{site}
"""
"""Configuration around a site of Caddy, for a test: certificates of its own authority, which need no public name."""


@dataclass(frozen=True)
class ProxySetup:
    """Directory and ports of a test's proxy."""

    folder: Path
    port: int

    def certificate(self) -> str:
        """Write certificate and key into one file, and the key into another one beside it; return the first path."""
        made = sign_itself([NAME], datetime.now(UTC))
        (self.folder / "cam.pem").write_bytes(made.chain + made.key)
        (self.folder / "cam.key").write_bytes(made.key)
        return str(self.folder / "cam.pem")


def nginx(camera: CameraProcess, place: ProxySetup) -> tuple[str, list[str]]:
    changes = {
        "listen 443 ssl": f"listen 127.0.0.1:{place.port} ssl",
        "/etc/ssl/cam.example.com.pem": place.certificate(),
        "/etc/ssl/cam.example.com.key": str(place.folder / "cam.key"),
    }
    text = NGINX.format(folder=place.folder, server=filled(block("nginx", "nginx"), camera, changes))
    return text, [program("nginx", "nginx"), "-p", str(place.folder), "-e", str(place.folder / "error.log"), "-c"]


def caddy(camera: CameraProcess, place: ProxySetup) -> tuple[str, list[str]]:
    text = CADDY.format(port=place.port, site=filled(block("caddy", "caddy"), camera, {}))
    return text, [program("caddy", "caddy"), "run", "--adapter", "caddyfile", "--config"]


def haproxy(camera: CameraProcess, place: ProxySetup) -> tuple[str, list[str]]:
    changes = {"bind :443": f"bind 127.0.0.1:{place.port}", "/etc/ssl/cam.example.com.pem": place.certificate()}
    return filled(block("haproxy", "haproxy"), camera, changes), [program("haproxy", "haproxy"), "-q", "-db", "-f"]


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    """A camera with the options of the recipes, which are the same for all proxies."""
    options = {block(recipe, "toml") for recipe in ("nginx", "caddy", "haproxy")}
    assert len(options) == 1
    folder = tmp_path_factory.mktemp("recipes")
    (folder / "ipcamd.toml").write_text(options.pop())
    arguments = ("--source=scene", f"--config={folder}/ipcamd.toml", f"--admin-password={SECRET}")
    camera = CameraProcess(folder / "state", *arguments).start()
    yield camera
    stop_all([camera])


@contextmanager
def running(text: str, program: list[str], place: ProxySetup) -> Iterator[None]:
    """Run a proxy until it is no longer needed."""
    file = place.folder / "proxy.conf"
    file.write_text(text)
    environment = {"HOME": str(place.folder), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    with (place.folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen([*program, str(file)], stdout=log, stderr=log, env=environment)
    try:
        eventually(lambda: reachable(place.port) or process.poll() is not None)
        assert process.poll() is None, (place.folder / "proxy.log").read_text()
        # Caddy signs its certificate after it listens
        eventually(lambda: subprocess.run(command(place, "/yard/"), check=False, capture_output=True).returncode == 0)
        yield
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.parametrize("proxy", [nginx, caddy, haproxy])
def test_pages_pictures_streams_and_changes_pass_with_the_name_and_the_path(
    camera: CameraProcess, tmp_path: Path, proxy: Callable[[CameraProcess, ProxySetup], tuple[str, list[str]]]
) -> None:
    place = ProxySetup(tmp_path, free_port())
    with running(*proxy(camera, place), place):
        origin = f"https://{NAME}:{place.port}"
        assert b"<title>" in curl(place, "/yard/", "-H", "Accept: text/html")
        assert curl(place, "/yard/cgi/jpg/image.cgi").startswith(b"\xff\xd8")
        assert first_bytes(place, "/yard/cgi/mjpg/mjpg.cgi").startswith(b"--")
        change = "/yard/cgi/admin/param.cgi?action=update&group=System.Info&ServerLocation=gate"
        assert curl(place, change, "-H", f"Origin: {origin}") == b"System.Info.ServerLocation=gate\r\n"
        assert curl(place, change, "-H", "Origin: https://elsewhere.example", "-w", "%{http_code}").endswith(b"403")


def command(place: ProxySetup, path: str, *options: str) -> list[str]:
    """Return curl's command line for a path of the camera, by the proxy's name."""
    resolve = ("--resolve", f"{NAME}:{place.port}:127.0.0.1")
    login = ("--user", f"admin:{SECRET}", "--insecure", "-sS", "--no-buffer", "--max-time", "60")
    return ["curl", *resolve, *login, *options, f"https://{NAME}:{place.port}{path}"]


def curl(place: ProxySetup, path: str, *options: str) -> bytes:
    return subprocess.run(command(place, path, *options), check=True, capture_output=True).stdout


def first_bytes(place: ProxySetup, path: str) -> bytes:
    """Return the beginning of a stream that does not end."""
    with subprocess.Popen(command(place, path), stdout=subprocess.PIPE) as process:
        assert process.stdout
        found = process.stdout.read(20_000)
        process.kill()
    return found
