"""Deadlines on the client's clock, in the calendars people already use."""

__version__ = "0.1.0"
"""The release; pyproject.toml reads it from here, because `importlib.metadata` would make start-up half as long again."""
