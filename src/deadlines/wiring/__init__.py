"""The composition root: the only place that names concrete adapters, each built on first use."""

from deadlines.wiring.workshop import Workshop, embedded_server, is_configured, present

__all__ = ["Workshop", "embedded_server", "is_configured", "present"]
