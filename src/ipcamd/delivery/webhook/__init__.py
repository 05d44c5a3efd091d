"""Webhooks: events as signed JSON, by HTTP POST (Standard Webhooks)."""
