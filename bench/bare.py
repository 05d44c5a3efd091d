"""Bare aiohttp server: the least work of a Python web server for an answer, a picture, a stream and a file.

usage: python -m bench.bare PORT PICTURE [FILE] [--uvloop]
"""

import argparse
import asyncio
from pathlib import Path

from aiohttp import web

ANSWER = "Image.H264.Framerate=30\r\n" * 12
"""About as long as the camera's list of one group."""
BOUNDARY = b"--myboundary\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"


def application(picture: bytes, file: Path | None) -> web.Application:
    """Return an application without a login, a log or any other work."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=ANSWER)

    async def answer_body(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(text=ANSWER)

    async def snapshot(_: web.Request) -> web.Response:
        return web.Response(body=picture, content_type="image/jpeg")

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "multipart/x-mixed-replace;boundary=myboundary"})
        await response.prepare(request)
        while True:
            await response.write(BOUNDARY % len(picture) + picture + b"\r\n")
            await asyncio.sleep(1)

    async def download(_: web.Request) -> web.FileResponse:
        assert file
        return web.FileResponse(file)

    made = web.Application()
    made.add_routes([web.get(path, f) for path, f in (("/answer", answer), ("/picture", snapshot))])
    made.add_routes([web.post("/answer", answer_body), web.get("/stream", stream), web.get("/file", download)])
    return made


def main() -> None:
    parser = argparse.ArgumentParser("python -m bench.bare", description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("picture", type=Path)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--uvloop", action="store_true")
    options = parser.parse_args()
    loop = asyncio.new_event_loop()
    if options.uvloop:
        import uvloop

        loop = uvloop.new_event_loop()
    made = application(options.picture.read_bytes(), options.file)
    web.run_app(made, host="127.0.0.1", port=options.port, access_log=None, print=None, loop=loop)


if __name__ == "__main__":
    main()
