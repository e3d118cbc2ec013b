"""Webhooks: events brought to an address of the subscriber's (CloudEvents, HTTP 1.1 Web Hooks for Event Delivery)."""
