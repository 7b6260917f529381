"""Stories about prompt templates."""

import msgspec
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from domain import prompt
from domain.kernel import Rejected
from domain.prompt import Case, Labelled, Published, Sections
from tests.support.given import CONTEXT, given

CASES = (Case("short", {"ask": "Sum up."}, has=("Sum up.",)),)
SECTIONS = Sections(role="You are a reader.", task="{{ ask }}")
PUBLISH = prompt.PublishPrompt("support", SECTIONS, {"type": "object"}, CASES)
PUBLISHED = Published("support", SECTIONS, {"type": "object"}, CASES)
AGAIN = Published("support", Sections(task="{{ ask }}"), {"type": "object"}, CASES)
LABELLED = Labelled("production", 1)


def test_a_prompt_is_published() -> None:
    given(prompt.decider).when(PUBLISH).then(PUBLISHED)


def test_publishing_the_same_prompt_again_changes_nothing() -> None:
    given(prompt.decider, PUBLISHED).when(PUBLISH).then_nothing()


@pytest.mark.parametrize(
    "other",
    [
        msgspec.structs.replace(PUBLISH, sections=Sections(task="{{ ask }}")),
        msgspec.structs.replace(PUBLISH, variables={}),
        msgspec.structs.replace(PUBLISH, cases=()),
    ],
)
def test_each_change_is_published_as_a_version(other: prompt.PublishPrompt) -> None:
    change = Published(other.name, other.sections, other.variables, other.cases)
    given(prompt.decider, PUBLISHED).when(other).then(change)
    assert prompt.decider.fold([PUBLISHED, change]).version == 2


def test_a_prompt_keeps_the_name_by_which_agents_know_it() -> None:
    other = msgspec.structs.replace(PUBLISH, name="other")
    given(prompt.decider, PUBLISHED).when(other).then_rejected("'support'", code="invalid_prompt", field="name")


def test_a_prompt_that_says_nothing_is_refused() -> None:
    empty = prompt.PublishPrompt("support", Sections())
    given(prompt.decider).when(empty).then_rejected("empty", code="invalid_prompt", field="sections")


def test_test_cases_have_names_of_their_own() -> None:
    twice = msgspec.structs.replace(PUBLISH, cases=CASES * 2)
    given(prompt.decider).when(twice).then_rejected("'short'", code="invalid_prompt", field="cases")


def test_a_version_has_to_fit_into_an_event() -> None:
    long = prompt.PublishPrompt("support", Sections(role="é" * 20_000, task="é" * 20_000))
    given(prompt.decider).when(long).then_rejected("bytes", code="invalid_prompt", field="sections")


def test_a_value_that_json_does_not_know_is_refused() -> None:
    odd = msgspec.structs.replace(PUBLISH, variables={"maximum": float("nan")})
    given(prompt.decider).when(odd).then_rejected("JSON", code="invalid_prompt", field="variables")


def test_a_label_is_put_on_a_version_and_moved_to_another() -> None:
    given(prompt.decider, PUBLISHED).when(prompt.LabelPrompt("production", 1)).then(LABELLED)
    given(prompt.decider, PUBLISHED, LABELLED).when(prompt.LabelPrompt("production", 1)).then_nothing()
    moved = Labelled("production", 2)
    given(prompt.decider, PUBLISHED, LABELLED, AGAIN).when(prompt.LabelPrompt("production", 2)).then(moved)


def test_a_label_is_taken_away() -> None:
    away = prompt.UnlabelPrompt("production")
    given(prompt.decider, PUBLISHED, LABELLED).when(away).then(prompt.Unlabelled("production"))
    given(prompt.decider, PUBLISHED).when(away).then_nothing()


def test_a_label_for_a_version_that_is_not_there_is_refused() -> None:
    wish = prompt.LabelPrompt("production", 2)
    given(prompt.decider, PUBLISHED).when(wish).then_rejected("newest is 1", code="invalid_prompt", field="version")


def test_what_stands_for_the_newest_version_is_no_label() -> None:
    wish = prompt.LabelPrompt("newest", 1)
    given(prompt.decider, PUBLISHED).when(wish).then_rejected("newest", code="invalid_prompt", field="label")


def test_labels_are_bounded() -> None:
    labels = [Labelled(f"l{number}", 1) for number in range(prompt.MAX_LABELS)]
    wish = prompt.LabelPrompt("one-more", 1)
    given(prompt.decider, PUBLISHED, *labels).when(wish).then_rejected(
        "20 labels", code="invalid_prompt", field="label"
    )
    given(prompt.decider, PUBLISHED, AGAIN, *labels).when(prompt.LabelPrompt("l0", 2)).then(Labelled("l0", 2))


@pytest.mark.parametrize("wish", [prompt.LabelPrompt("production", 1), prompt.ArchivePrompt()])
def test_nothing_is_done_to_a_prompt_that_is_not_there(wish: prompt.Commands) -> None:
    given(prompt.decider).when(wish).then_rejected("no such prompt", code="not_found")


def test_a_prompt_is_archived_once_and_published_anew_with_its_labels() -> None:
    archived = prompt.Archived()
    given(prompt.decider, PUBLISHED).when(prompt.ArchivePrompt()).then(archived)
    given(prompt.decider, PUBLISHED, archived).when(prompt.ArchivePrompt()).then_nothing()
    given(prompt.decider, PUBLISHED, archived).when(prompt.LabelPrompt("production", 1)).then_rejected("archived")
    given(prompt.decider, PUBLISHED, LABELLED, archived).when(PUBLISH).then(PUBLISHED)
    state = prompt.decider.fold([PUBLISHED, LABELLED, archived, PUBLISHED])
    assert (state.status, state.version, state.labels) == ("active", 2, {"production": 1})


def test_without_a_word_the_version_in_production_is_meant_and_before_there_is_one_the_newest() -> None:
    before = prompt.decider.fold([PUBLISHED, AGAIN])
    assert (before.at(""), before.at("newest"), before.at("2"), before.at("production")) == (2, 2, 2, None)
    after = prompt.decider.fold([PUBLISHED, AGAIN, LABELLED])
    assert (after.at(""), after.at("newest"), after.at("production")) == (1, 2, 1)


@pytest.mark.parametrize("word", ["0", "3", "candidate", "9" * 30])
def test_a_version_or_label_that_is_not_there_is_none(word: str) -> None:
    assert prompt.decider.fold([PUBLISHED, AGAIN]).at(word) is None


WISHES = st.one_of(
    st.builds(
        prompt.PublishPrompt,
        st.sampled_from(["support", "other"]),
        st.builds(Sections, role=st.text("ab{}", max_size=3), task=st.text("ab", max_size=2)),
        st.sampled_from([{}, {"type": "object"}]),
    ),
    st.builds(prompt.LabelPrompt, st.sampled_from(["production", "candidate", "newest"]), st.integers(1, 4)),
    st.builds(prompt.UnlabelPrompt, st.sampled_from(["production", "candidate"])),
    st.just(prompt.ArchivePrompt()),
)


@drawn(st.lists(WISHES, max_size=15))
def test_whatever_is_wished_labels_are_on_versions_that_there_are_and_stored_facts_fold_the_same(
    wishes: list[prompt.Commands],
) -> None:
    state, events = prompt.initial, list[prompt.Events]()
    for wish in wishes:
        try:
            decided = prompt.decide(wish, state, CONTEXT)
        except Rejected:
            continue
        state = prompt.decider.fold(decided, state)
        events += decided
        assert prompt.decide(wish, state, CONTEXT) == []
    assert all(0 < version <= state.version for version in state.labels.values())
    stored = msgspec.json.decode(msgspec.json.encode(events), type=list[prompt.Events])
    assert prompt.decider.fold(stored) == state
