"""What the engine does for each kind of task.

It follows no instructions: of a prompt it reads the questions in it, and how many points or phrases are wanted.
"""

import re

from application.models.failure import ModelError
from application.models.request import Document, ModelRequest, Part, Text
from infrastructure.models.offline import brief
from infrastructure.models.offline.material import Material
from infrastructure.models.offline.sentences import Sentence, sentences

_WANTED = re.compile(
    r"\b(\d{1,2})(?:\s+\w+){0,2}?\s+(?:sentences?|points?|bullets?|items?|phrases?|terms?|sätze|punkte|begriffe|stichworte)\b",
    re.IGNORECASE,
)
_PHRASES = 12
_MOST_QUESTIONS = 50


def perform(request: ModelRequest) -> str:
    """The answer to the request as Markdown; raises ModelError `model_request_refused` where there is none."""
    parts = [part for message in request.messages if message.role == "user" for part in message.parts]
    match request.task:
        case "summarise":
            return _summary(parts)
        case "key_phrases":
            return _key_phrases(parts)
        case "answer":
            return _answers(parts)
        case "compose":
            return brief.compose([part for part in parts if isinstance(part, Document)] or _as_documents(parts))


def _summary(parts: list[Part]) -> str:
    material = _material(parts)
    chosen = material.best(_wanted(parts) or material.usual_number())
    return "".join(f"- {sentence}\n" for sentence in chosen)


def _key_phrases(parts: list[Part]) -> str:
    material = _material(parts)
    found = material.phrases(_wanted(parts) or _PHRASES)
    if not found:
        return f"{brief.wording(material).no_phrase}\n"
    one, more = brief.wording(material).spread
    return "".join(
        f"- **{phrase.text}** ({(one if phrase.sentences == 1 else more).format(phrase.sentences)})\n"
        for phrase in found
    )


def _answers(parts: list[Part]) -> str:
    questions = [sentence.text for part in parts if isinstance(part, Text) for sentence in _questions(part)]
    if not questions:
        raise ModelError(
            "model_request_refused", "there is no question in the prompt: none of its sentences ends with ?"
        )
    if len(questions) > _MOST_QUESTIONS:
        detail = f"there are {len(questions)} questions in the prompt; the engine takes up to {_MOST_QUESTIONS} at once"
        raise ModelError("model_request_refused", detail)
    material = _material(parts)
    nothing = brief.wording(material).no_answer
    return "\n".join(
        brief.answered(question, material.passages(question), nothing) for question in dict.fromkeys(questions)
    )


def _material(parts: list[Part]) -> Material:
    """The documents; where there are none, the prompt itself without its questions."""
    documents = [part.text for part in parts if isinstance(part, Document)]
    return Material(documents or [_without_questions(part) for part in parts if isinstance(part, Text)])


def _as_documents(parts: list[Part]) -> list[Document]:
    return [Document("Source", part.text) for part in parts if isinstance(part, Text)]


def _questions(part: Text) -> list[Sentence]:
    return [sentence for sentence in sentences(part.text) if sentence.question]


def _without_questions(part: Text) -> str:
    text = part.text
    for question in _questions(part):
        text = text.replace(question.text, "")
    return text


def _wanted(parts: list[Part]) -> int | None:
    """A number of points or phrases that the prompt asks for."""
    for part in parts:
        match = _WANTED.search(part.text) if isinstance(part, Text) else None
        if match and int(match.group(1)) > 0:
            return int(match.group(1))
    return None
