"""What deals with goals, put together."""

from application.goals.goals import Goals, Means
from application.orchestration.texts import Texts
from application.orchestration.tools import ToolBox
from application.workflows.publishing import Publisher
from infrastructure.models.offline.likeness import likeness
from interfaces.composition import Core, starter


def goals(core: Core, publisher: Publisher, tools: ToolBox) -> Goals:
    means = Means(
        core.executor,
        Texts(core.payloads),
        starter(core),
        publisher,
        core.models,
        core.providers,
        likeness,
        tuple(tools.all()),
        core.settings.default_model,
    )
    return Goals(means)
