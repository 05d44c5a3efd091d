"""ONVIF services of a camera, with their events and the metadata track."""

from ipcamd.app.shutdown import ShutdownStack
from ipcamd.camera import Camera
from ipcamd.dataclass import dataclass
from ipcamd.onvif.dispatcher import Dispatcher
from ipcamd.onvif.events.consumer import NotificationConsumers
from ipcamd.onvif.events.producer import NotificationProducer
from ipcamd.onvif.events.service import EventService
from ipcamd.onvif.metadata.hub import MetadataHub
from ipcamd.onvif.services import build_services


@dataclass(frozen=True, slots=True)
class OnvifServices:
    """Parts that serve ONVIF clients."""

    dispatcher: Dispatcher
    metadata: MetadataHub


def build_onvif(stack: ShutdownStack, camera: Camera) -> OnvifServices:
    """Build the services; subscriptions end at shutdown."""
    producer = NotificationProducer(camera.event_bus, camera.settings, camera.accounts, camera.clock.now_ns)
    consumers = NotificationConsumers(camera.egress)
    stack.push(consumers.close)
    stack.push(producer.close)
    metadata = MetadataHub(producer, camera.settings, camera.clock.now_ns)
    services = build_services(EventService(producer, consumers), metadata, camera.card.slot)
    return OnvifServices(Dispatcher(services), metadata)
