"""Read limit: connections receive their bytes in small pieces, so that a waiting client occupies little memory."""

import asyncio
from contextlib import suppress
from typing import Any

READ_BYTES = 16 * 1024
"""Maximum bytes of one read; asyncio's default is 256 KB."""


def limit_reads(transport: asyncio.BaseTransport) -> None:
    """Limit the reads of a transport of asyncio, and what TLS buffers while reading is paused."""
    selector: Any = transport
    with suppress(AttributeError):  # of another event loop
        selector.max_size = READ_BYTES
    if transport.get_extra_info("ssl_object"):
        selector.set_read_buffer_limits(READ_BYTES)
