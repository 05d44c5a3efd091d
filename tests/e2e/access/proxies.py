"""Real reverse proxies in front of a camera, configured like the recipes in docs/with."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.camera import eventually, reachable
from tests.ports import free_port

NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  {server}
}}
"""
"""Configuration around a site of Debian's nginx, for a test."""

NGINX_SITE = """
server {{
  listen 127.0.0.1:{port};
  location {prefix}/ {{
    proxy_pass http://127.0.0.1:{camera}/;
    proxy_buffering off;
    {host}
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_set_header X-Forwarded-Prefix "{prefix}";
  }}
}}
"""

NGINX_BARE_SITE = """
server {{
  listen 127.0.0.1:{port};
  location / {{ proxy_pass http://127.0.0.1:{camera}; }}
}}
"""
"""Without a single option for the camera."""

CADDY = """
{{
  admin off
  auto_https off
}}
http://:{port} {{
  bind 127.0.0.1
  handle_path {prefix}/* {{
    reverse_proxy 127.0.0.1:{camera} {{
      header_up X-Forwarded-Prefix "{prefix}"
      {host}
    }}
  }}
}}
"""

HAPROXY = """
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend front
  bind 127.0.0.1:{port}
  option forwardfor
  http-request set-header X-Forwarded-Host %[req.hdr(Host)]
  http-request set-header X-Forwarded-Proto http
  {strip}
  {host}
  default_backend camera
backend camera
  server camera 127.0.0.1:{camera}
"""

NAMES = ("nginx", "caddy", "haproxy")


def _nginx(folder: Path, preserve: bool, **values: object) -> tuple[str, list[str]]:
    host = "proxy_set_header Host $http_host;" if preserve else ""
    return _run_nginx(folder, NGINX_SITE.format(host=host, **values))


def _bare_nginx(folder: Path, preserve: bool, **values: object) -> tuple[str, list[str]]:
    return _run_nginx(folder, NGINX_BARE_SITE.format(**values))


def _run_nginx(folder: Path, site: str) -> tuple[str, list[str]]:
    text = NGINX.format(folder=folder, server=site)
    return text, ["nginx", "-p", str(folder), "-e", str(folder / "error.log"), "-c"]


def _caddy(folder: Path, preserve: bool, **values: object) -> tuple[str, list[str]]:
    host = "" if preserve else "header_up Host {upstream_hostport}"
    return CADDY.format(host=host, **values), ["caddy", "run", "--adapter", "caddyfile", "--config"]


def _haproxy(folder: Path, preserve: bool, prefix: str, camera: int, **values: object) -> tuple[str, list[str]]:
    strip = f"http-request set-header X-Forwarded-Prefix {prefix}\n  http-request replace-path {prefix}(/.*) \\1"
    host = "" if preserve else f"http-request set-header Host 127.0.0.1:{camera}"
    text = HAPROXY.format(host=host, strip=strip if prefix else "", camera=camera, **values)
    return text, ["haproxy", "-q", "-db", "-f"]


@contextmanager
def proxy(name: str, folder: Path, camera: int, *, preserve: bool, prefix: str = "") -> Iterator[int]:
    """Run the proxy in front of the camera on port `camera`; give its port.

    `preserve` keeps the Host that the browser sent. `prefix` is the path under which the camera is.
    """
    program = shutil.which(name.removeprefix("bare-"), path="/usr/sbin:/usr/bin:/usr/local/bin")
    assert program, f"install {name} (Debian: {name})"
    port = free_port()
    configure = {"nginx": _nginx, "bare-nginx": _bare_nginx, "caddy": _caddy, "haproxy": _haproxy}[name]
    text, command = configure(folder, preserve, prefix=prefix, camera=camera, port=port)
    file = folder / f"{name}.conf"
    file.write_text(text)
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen([program, *command[1:], str(file)], stdout=log, stderr=log, env=environment)
    try:
        eventually(lambda: reachable(port) or process.poll() is not None)
        assert process.poll() is None, (folder / f"{name}.log").read_text()
        yield port
    finally:
        process.terminate()
        process.wait(20)
