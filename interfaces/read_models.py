"""All read models, by their names."""

from typing import Any

from infrastructure import compression
from projections import (
    agents,
    api_keys,
    calls,
    costs,
    evaluations,
    goals,
    logins,
    memories,
    prompts,
    runs,
    schedules,
    session_words,
    sessions,
    suites,
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
        prompts.projection,
        runs.projection,
        webhooks.projection,
        api_keys.projection,
        logins.projection,
        workspaces.projection,
        calls.projection,
        costs.projection,
        schedules.projection,
        sessions.projection,
        session_words.projection(compression.unpack),
        triggers.projection,
        memories.projection(compression.unpack),
        goals.projection,
        suites.projection,
        evaluations.projection,
    )
}
