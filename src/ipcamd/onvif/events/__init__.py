"""Event service (ONVIF Core, 9): topics, filters, subscriptions, pull points and notifications."""
