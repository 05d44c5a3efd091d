"""Webhooks of a camera: all of them; each follows its own parameters."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from ipcamd.delivery.counts import DeliveryCounts
from ipcamd.delivery.target.target_test import RunningTests
from ipcamd.delivery.webhook.config import WebhookConfig
from ipcamd.delivery.webhook.worker import WebhookParts, WebhookWorker
from ipcamd.errors import RequestFailed
from ipcamd.event_bus import Event
from ipcamd.params.event.webhook import WEBHOOKS
from ipcamd.params.group import Values

WEBHOOK_TARGETS = tuple(f"webhook{number}" for number in range(1, len(WEBHOOKS) + 1))
"""Names of the webhooks as targets."""


class WebhookService:
    """Webhooks of a camera. For the event loop."""

    def __init__(self, parts: WebhookParts) -> None:
        self._parts = parts
        self._workers = {
            name: WebhookWorker(group, name, parts) for group, name in zip(WEBHOOKS, WEBHOOK_TARGETS, strict=True)
        }
        self._tests = RunningTests()

    def start(self) -> None:
        """Start, and follow the settings."""
        settings = self._parts.settings
        for group, worker in zip(WEBHOOKS, self._workers.values(), strict=True):
            settings.guard(group.name, self._guard)
            settings.watch(group.name, worker.start)
            worker.start()

    async def close(self) -> None:
        """Stop; waiting messages are sent after the next start."""
        await asyncio.gather(*(worker.close() for worker in self._workers.values()))

    def wants(self, event: Event) -> bool:
        """Whether a webhook wants an event."""
        return any(
            config.enabled and event.kind in config.kinds
            for config in (worker.config for worker in self._workers.values())
        )

    async def test(self, target: str) -> None:
        """Send a test message to one webhook. Raises ``RequestFailed`` with the reason of a failure."""
        with self._tests.enter(target):
            await self._workers[target].test()

    def counts(self) -> Mapping[str, DeliveryCounts]:
        """Return the counts of the webhooks with a URL."""
        return {name: self._parts.outbox.counts(name) for name, worker in self._workers.items() if worker.config.url}

    @asynccontextmanager
    async def _guard(self, _: Values, after: Values) -> AsyncIterator[None]:
        """Refuse a URL that the egress policy forbids."""
        config = WebhookConfig.read(after)
        if config.url and not self._parts.egress.may_be(config.host, config.port):
            raise RequestFailed(
                f"URL: the camera does not call {config.host}:{config.port}: "
                "to allow it, start it with --allow-local-targets"
            )
        yield
