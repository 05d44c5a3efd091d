"""ONVIF events of a camera: the event service, and the metadata track."""

from dataclasses import dataclass

from ipcamd.app.shutdown import ShutdownStack
from ipcamd.camera import Camera
from ipcamd.onvif.events.consumer import NotificationConsumers
from ipcamd.onvif.events.producer import NotificationProducer
from ipcamd.onvif.events.service import EventService
from ipcamd.onvif.metadata.hub import MetadataHub


@dataclass(frozen=True, slots=True)
class OnvifEvents:
    """Parts that tell ONVIF clients of events."""

    service: EventService
    metadata: MetadataHub


def build_onvif_events(stack: ShutdownStack, camera: Camera) -> OnvifEvents:
    """Build them; subscriptions end at a shutdown."""
    producer = NotificationProducer(camera.event_bus, camera.settings, camera.accounts, camera.clock.now_ns)
    consumers = NotificationConsumers(camera.egress)
    stack.push(consumers.close)
    stack.push(producer.close)
    metadata = MetadataHub(producer, camera.settings, camera.clock.now_ns)
    return OnvifEvents(EventService(producer, consumers), metadata)
