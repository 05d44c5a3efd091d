"""Session of a worker with its target: one login, with all failures as one kind of error."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from ipcamd.dataclass import dataclass
from ipcamd.delivery.target.blocking_session import STALL_TIMEOUT_S, BlockingSession
from ipcamd.delivery.target.config import TargetConfig
from ipcamd.delivery.target.error_text import explain_error, redact
from ipcamd.delivery.target.missing_rights import TargetState
from ipcamd.delivery.target.uploader import Uploader, UploadSession
from ipcamd.egress.policy import EgressPolicy
from ipcamd.errors import DeliveryError, RequestFailed
from ipcamd.settings.settings import Settings

LOGOUT_TIMEOUT_S = 2.0
"""Seconds for an orderly end of a session."""

Sleep = Callable[[float], Awaitable[None]]
"""Coroutine that waits for a number of seconds, as ``asyncio.sleep`` does."""


@dataclass(frozen=True, slots=True)
class WorkerResources:
    """Resources shared by all workers."""

    settings: Settings
    egress: EgressPolicy
    sleep: Sleep = asyncio.sleep
    now_s: Callable[[], float] = time.monotonic
    """Seconds of a monotonic clock."""
    chance: Callable[[], float] = random.random
    """Returns random numbers from 0 to 1."""
    stall_timeout_s: float = STALL_TIMEOUT_S
    """Seconds without progress before an attempt is aborted."""


@dataclass(frozen=True, slots=True)
class TargetSession:
    """One login at the target."""

    config: TargetConfig
    state: TargetState
    blocking: BlockingSession
    upload: UploadSession


@asynccontextmanager
async def connect_to_target(
    uploader: Uploader, config: TargetConfig, state: TargetState, resources: WorkerResources, thread: str
) -> AsyncIterator[TargetSession]:
    """Log in, in a thread with this name, and log out at the end. Raises ``DeliveryError`` for every failure in
    between."""
    blocking = BlockingSession(thread, resources.stall_timeout_s, resources.egress, resources.now_s)
    try:
        address = await resources.egress.resolve(config.host, config.port)
        session = await blocking.run(lambda: uploader.open(config, address, blocking, state))
        yield TargetSession(config, state, blocking, session)
        with suppress(Exception):  # everything has arrived; a failing logout is harmless
            async with asyncio.timeout(LOGOUT_TIMEOUT_S):
                await blocking.run(session.close)
    except DeliveryError as error:
        raise _shown(error, config) from error
    except RequestFailed as error:
        raise DeliveryError(str(error)) from error
    except Exception as error:
        raise _shown(explain_error(error, config.host, config.port), config) from error
    finally:
        blocking.abort()


def _shown(error: DeliveryError, config: TargetConfig) -> DeliveryError:
    """Return the error with the target's message in a form for the log."""
    said = redact(error.said, config.password)
    return DeliveryError(f"{error} ({said})" if said else str(error), away=error.away, transient=error.transient)
