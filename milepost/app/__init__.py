"""The application: settings, logging, metrics, and the wiring of a service."""
