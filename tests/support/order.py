"""How several processes share a run: each takes whole modules, and the longest are begun first."""

import os

LONGEST = (
    "browser",
    "crash/test_kills",
    "crash/test_storm",
    "infrastructure/test_silence",
    "http/test_secret_rotation",
    "processes/test_life_of_a_machine",
    "cli/test_with_a_running_z2",
    "tests/test_canary",
    "processes/test_first_start",
    "offline/test_provider",
    "identity/test_canary",
    "cli/test_up",
    "http/test_profile",
    "crash/test_deluge",
    "http/test_provider_runs",
    "http/test_access_matrix",
    "cli/test_terminal",
    "http/test_secret_canary",
    "http/test_limits",
    "crash/test_lost_servers",
    "crash/test_failover",
    "http/test_members_canary",
    "http/test_live_end",
    "http/test_live_run",
    "embedded/test_postgres",
    "models/test_remote_providers",
    "http/test_ended_credentials",
)


def module(nodeid: str) -> str:
    """Those of the browser are one, so that no two browsers compete."""
    path = nodeid.partition("::")[0]
    return "browser" if path.startswith("tests/browser/") else path.removesuffix(".py")


def turn(nodeid: str) -> int:
    """When the test's module is begun; those that are not named here come last, in the usual order."""
    whole = module(nodeid)
    return next((place for place, name in enumerate(LONGEST) if whole.endswith(name)), len(LONGEST))


def processes() -> int:
    """One more than there are processors, as tests often wait for others; but many at once need room."""
    return min((os.cpu_count() or 1) + 1, 6)
