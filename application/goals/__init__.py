"""From a goal to a team: a workflow is drafted, seen and edited by a person, and only then published."""
