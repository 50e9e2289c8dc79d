"""What every test of the project may ask for: the real servers, an SMTP sink, and a way to wait without sleeping."""

pytest_plugins = ["tests.servers.fixtures", "deskctl.testing.pytest_plugin"]
