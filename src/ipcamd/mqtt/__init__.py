"""MQTT: states and events to a broker, and its commands (MQTT 3.1.1; contract: clarifications, MQTT)."""
