"""ONVIF event service of a camera."""

from ipcamd.app.shutdown import ShutdownStack
from ipcamd.camera import Camera
from ipcamd.onvif.events.consumer import NotificationConsumers
from ipcamd.onvif.events.producer import NotificationProducer
from ipcamd.onvif.events.service import EventService


def build_event_service(stack: ShutdownStack, camera: Camera) -> EventService:
    """Build it; subscriptions end at a shutdown."""
    producer = NotificationProducer(camera.event_bus, camera.settings, camera.accounts, camera.clock.now_ns)
    consumers = NotificationConsumers(camera.egress)
    stack.push(consumers.close)
    stack.push(producer.close)
    return EventService(producer, consumers)
