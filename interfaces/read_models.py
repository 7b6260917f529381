"""All read models, by their names."""

from typing import Any

from projections import (
    agents,
    api_keys,
    calls,
    costs,
    goals,
    logins,
    runs,
    schedules,
    triggers,
    webhooks,
    workflows,
    workspaces,
)
from projections.table import Projection

PROJECTIONS: dict[str, Projection[Any]] = {
    projection.name: projection
    for projection in (
        agents.projection,
        workflows.projection,
        runs.projection,
        webhooks.projection,
        api_keys.projection,
        logins.projection,
        workspaces.projection,
        calls.projection,
        costs.projection,
        schedules.projection,
        triggers.projection,
        goals.projection,
    )
}
