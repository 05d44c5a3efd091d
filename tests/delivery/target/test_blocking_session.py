"""Sessions with other hosts in threads of their own."""

import asyncio
import threading
from itertools import chain, repeat

from ipcamd.delivery.target.blocking_session import BlockingSession
from ipcamd.egress.policy import EgressPolicy


async def test_all_actions_of_a_stalled_session_report_the_missing_progress() -> None:
    """The waiting action is checked first: it must not end the session before the present one has its reason."""
    readings = chain([0.0, 0.0, 0.0, 0.04, 0.04, 0.04], repeat(1.0))
    session, aborted = BlockingSession("test", 0.05, EgressPolicy(), lambda: next(readings)), threading.Event()
    session.on_abort(aborted.set)

    def fail_when_aborted() -> None:
        aborted.wait(30)
        raise ConnectionResetError

    present = asyncio.create_task(session.run(fail_when_aborted))
    await asyncio.sleep(0)
    waiting = asyncio.create_task(session.run(lambda: None))
    reasons = await asyncio.gather(present, waiting, return_exceptions=True)
    assert [type(reason) for reason in reasons] == [TimeoutError, TimeoutError]
