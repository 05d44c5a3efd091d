"""Debian's mosquitto on loopback, and a client that receives all messages."""

import getpass
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

import paho.mqtt.client as paho
from tests.e2e.camera import PATIENCE
from tests.ports import free_port

USER, PASSWORD = "camera", "broker secret"


class Broker:
    """One broker, with a login, that keeps its state in a folder."""

    def __init__(self, folder: Path, tls: Path | None = None) -> None:
        """`tls` is a file with certificate and key."""
        self.folder = folder
        self.port = free_port()
        subprocess.run(["mosquitto_passwd", "-b", "-c", str(folder / "passwords"), USER, PASSWORD], check=True)
        (folder / "passwords").chmod(0o644)
        lines = [f"listener {self.port} 127.0.0.1", "allow_anonymous false", f"password_file {folder / 'passwords'}"]
        lines += ["persistence true", f"persistence_location {folder}/", "autosave_interval 1", "max_queued_messages 0"]
        lines += ["autosave_on_changes true", "set_tcp_nodelay true"]
        # started by root, it would change to a user that cannot read this folder
        lines += [f"user {getpass.getuser()}"]
        if tls:
            lines += [f"certfile {tls}", f"keyfile {tls}"]
        (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                ["mosquitto", "-c", str(self.folder / "mosquitto.conf")], stderr=log, stdout=log
            )
        return self

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)


class Listener:
    """Subscriber that keeps all messages, in order, over disconnections."""

    def __init__(self, broker: Broker, *topics: str, name: str = "listener") -> None:
        self.messages: list[tuple[str, bytes, bool]] = []
        """Topic, payload, and whether it was retained."""
        self._changed = threading.Condition()
        self._topics = topics
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2, name, clean_session=False)
        self._client.username_pw_set(USER, PASSWORD)
        self._client.on_connect = self._subscribe
        self._client.on_message = self._keep
        self._client.reconnect_delay_set(1, 1)
        self._subscribed = threading.Event()
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.connect_async("127.0.0.1", broker.port)
        self._client.loop_start()
        assert self._subscribed.wait(PATIENCE)

    def _subscribe(self, client: paho.Client, *_: object) -> None:
        client.subscribe([(topic, 1) for topic in self._topics])

    def _keep(self, _: object, __: object, message: paho.MQTTMessage) -> None:
        with self._changed:
            self.messages.append((message.topic, message.payload, message.retain))
            self._changed.notify_all()

    def wait_for(
        self, condition: Callable[[list[tuple[str, bytes, bool]]], object], patience: float = PATIENCE
    ) -> None:
        """Wait until the messages so far fulfil a condition."""
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self.messages), patience), self.messages[-20:]

    def last(self, topic: str) -> bytes | None:
        """Return the last payload of a topic."""
        return next((payload for name, payload, _ in reversed(self.messages) if name == topic), None)

    def await_last(self, topic: str, payload: bytes) -> None:
        self.wait_for(lambda _: self.last(topic) == payload)

    def publish(self, topic: str, payload: bytes | str, retain: bool = False) -> None:
        self._client.publish(topic, payload, 1, retain).wait_for_publish(PATIENCE)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
