"""The composition root: the only place that names concrete adapters, each built on first use."""
