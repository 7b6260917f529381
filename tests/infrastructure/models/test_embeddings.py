"""A service of embeddings, as the real SDK asks it: vectors of one length, and no wait for one that fails."""

from collections.abc import AsyncIterator
from operator import mul
from time import monotonic

import pytest

from application.errors import Invalid
from application.models.failure import ModelError
from infrastructure.models.embeddings import EmbeddingsSettings, RemoteEmbeddings, embedding
from tests.support import embeddings_server
from tests.support.model_script import Script
from tests.support.model_server import ModelServer

QUESTION = "Please tell me in one sentence why the tides of the sea come and go."
NEARLY = "Please tell me in one sentence why the tides of the seas come and go!"


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with embeddings_server.running() as server:
        yield server


@pytest.fixture
async def embeddings(server: ModelServer) -> AsyncIterator[RemoteEmbeddings]:
    async with embedding(at(f"{server.url}/v1")) as made:
        assert made is not None
        yield made


def at(url: str, *, key: str = "", seconds: float = 20.0) -> EmbeddingsSettings:
    return EmbeddingsSettings(url, embeddings_server.MODEL, key, seconds)


async def alike(embeddings: RemoteEmbeddings, one: str, other: str) -> float:
    return float(sum(map(mul, await embeddings.vector(one), await embeddings.vector(other))))


async def test_texts_that_say_nearly_the_same_are_near_each_other(embeddings: RemoteEmbeddings) -> None:
    assert await alike(embeddings, QUESTION, QUESTION) == pytest.approx(1.0)
    assert 0.95 < await alike(embeddings, QUESTION, NEARLY) < 1.0
    assert await alike(embeddings, QUESTION, "How is bread made?") < 0.5


async def test_the_request_has_the_model_the_text_and_the_key_and_nothing_of_another_account(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-openai")
    for key in ("", "local-key"):
        async with embedding(at(f"{server.url}/v1", key=key)) as made:
            assert made is not None
            await made.vector(QUESTION)
    without, with_one = server.calls
    assert without.body == {"input": QUESTION, "model": "trigrams", "encoding_format": "float"}
    assert "of-openai" not in str(without.headers)
    assert with_one.key == "local-key"


@pytest.mark.parametrize(
    ("script", "code", "told"),
    [
        (Script(status=500), "model_unavailable", "the service of embeddings answered 500"),
        (Script(fault="reset_first"), "model_unavailable", "broke the connection off"),
        (Script(status=400, code="invalid_request"), "model_request_refused", "answered 400"),
        (Script(status=401), "model_key_refused", "check Z2_EMBEDDINGS_URL"),
        (Script(fault="html"), "model_bad_answer", "no vector of numbers"),
        (Script(fault="wrong_shape"), "model_bad_answer", "no vector of numbers"),
        (Script(fault="empty"), "model_bad_answer", "no vector of numbers"),
        (Script(fault="malformed"), "model_bad_answer", "no vector of numbers"),
    ],
)
async def test_whatever_it_does_wrong_is_told_without_a_word_of_the_text(
    server: ModelServer, embeddings: RemoteEmbeddings, script: Script, code: str, told: str
) -> None:
    server.will(script)
    with pytest.raises(ModelError, match=told) as failed:
        await embeddings.vector(QUESTION)
    assert failed.value.code == code
    assert "tides" not in str(failed.value)
    assert len(server.calls) == 1


async def test_a_model_that_is_not_there_is_told_by_its_name(server: ModelServer) -> None:
    async with embedding(EmbeddingsSettings(f"{server.url}/v1", "absent")) as made:
        assert made is not None
        with pytest.raises(ModelError, match='it knows no model "absent"'):
            await made.vector(QUESTION)


async def test_it_is_not_waited_for_long_and_after_an_outage_not_at_all(server: ModelServer) -> None:
    server.will(Script(fault="hang_first"))
    async with embedding(at(f"{server.url}/v1", seconds=0.2)) as made:
        assert made is not None
        for _ in range(3):
            with pytest.raises(ModelError, match=r"nothing came for 0\.2 s"):
                await made.vector(QUESTION)
        assert len(server.calls) == 1
        begun = monotonic()
        with pytest.raises(ModelError):
            await made.vector(QUESTION)
        assert monotonic() - begun < 0.2


async def test_one_refused_text_keeps_no_other_from_being_asked_for(
    server: ModelServer, embeddings: RemoteEmbeddings
) -> None:
    server.will(Script(status=400))
    with pytest.raises(ModelError):
        await embeddings.vector(QUESTION)
    assert await embeddings.vector(QUESTION)


async def test_without_an_address_there_is_none_and_half_a_setting_is_refused() -> None:
    async with embedding(EmbeddingsSettings()) as made:
        assert made is None
    for settings in (EmbeddingsSettings("http://127.0.0.1:1/v1"), EmbeddingsSettings("127.0.0.1:1", "m")):
        with pytest.raises(Invalid, match="Z2_EMBEDDINGS_"):
            async with embedding(settings):
                pass
    assert "secret" not in repr(at("http://127.0.0.1:1/v1", key="secret"))
