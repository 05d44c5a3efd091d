"""aiortc sender: sends the H.264 of a file, without encoding it again, to each viewer that posts an offer.

usage: python -m bench.aiortc_whep PORT FILE
"""

import asyncio
import sys
from fractions import Fraction

import av
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription

FPS = 30


class FileTrack(MediaStreamTrack):
    """The pictures of the file in real time, in a loop."""

    kind = "video"

    def __init__(self, pictures: list[bytes]) -> None:
        super().__init__()
        self._pictures, self._number = pictures, 0
        self._began_s = asyncio.get_running_loop().time()

    async def recv(self) -> av.Packet:
        due_s = self._began_s + self._number / FPS
        await asyncio.sleep(max(0.0, due_s - asyncio.get_running_loop().time()))
        packet = av.Packet(self._pictures[self._number % len(self._pictures)])
        packet.pts, packet.time_base = self._number, Fraction(1, FPS)
        self._number += 1
        return packet


async def answer(offer: str, pictures: list[bytes], connections: list[RTCPeerConnection]) -> bytes:
    connection = RTCPeerConnection()
    connections.append(connection)
    connection.addTrack(FileTrack(pictures))
    await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
    await connection.setLocalDescription(await connection.createAnswer())
    return connection.localDescription.sdp.encode()


async def serve(port: int, file: str) -> None:
    with av.open(file, format="h264") as container:
        pictures = [data for packet in container.demux(video=0) if (data := bytes(packet))]
    connections: list[RTCPeerConnection] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length:")[2].partition("\r\n")[0] or 0)
        body = await answer((await reader.readexactly(length)).decode(), pictures, connections) if length else b""
        status = b"201 Created" if length else b"404 Not Found"
        writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (status, len(body), body))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))
