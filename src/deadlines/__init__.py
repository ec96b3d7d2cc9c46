"""Deadlines on the client's clock, in the calendars people already use."""
