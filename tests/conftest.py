"""Hypothesis searches the same examples on every machine, and never by the clock."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")


def pytest_configure(config):
    """Leave the long sweeps out unless `-m` asks for them."""
    config.option.markexpr = config.option.markexpr or "not slow"


def pytest_collection_modifyitems(items):
    """Start with the tour, which is made once a process: work is shared out from the end."""
    items.sort(key=lambda item: "tour" not in item.path.parent.parts)
