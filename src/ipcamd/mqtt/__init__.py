"""MQTT: publishes states and events to a broker, and executes its commands (MQTT 3.1.1; contract: clarifications,
MQTT)."""
