"""Prompts as files have them: YAML or JSON."""

from typing import Any

import msgspec
import yaml

from domain.prompt import PublishPrompt
from interfaces.cli.client import workflow_files
from interfaces.cli.failure import BadInput

MOST_CHARACTERS = 256 * 1024


def read(place: str) -> PublishPrompt:
    """The prompt of a file, or of what comes in. Raises BadInput."""
    text = workflow_files.text(place)
    if len(text) > MOST_CHARACTERS:
        raise BadInput(f"{place} has more than {MOST_CHARACTERS:,} characters", "give long material as documents")
    try:
        if any(isinstance(each, yaml.AliasToken) for each in yaml.scan(text)):
            raise BadInput(f"{place} refers to parts of itself by `*`", "write them out")
        return msgspec.convert(yaml.safe_load(text), PublishPrompt)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise BadInput(f"{place}, line {line}: {error.problem}", "mend it") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise BadInput(f"{place} is no YAML: {error}", "mend it") from None
    except msgspec.ValidationError as error:
        raise BadInput(f"{place} is no prompt: {error}", "see docs/prompts.md") from None


def written(told: dict[str, Any]) -> str:
    """As a file has it, texts of several lines as such."""
    return yaml.dump(told, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)
