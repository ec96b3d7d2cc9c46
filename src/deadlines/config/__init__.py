"""The configuration file: TOML to `Settings`, and edits that keep its comments."""
