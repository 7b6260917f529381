"""The reference is what the code says."""

import pytest

from deploy import reference


@pytest.mark.parametrize("name", reference.pages())
def test_a_page_of_the_reference_is_what_the_code_says(name: str) -> None:
    written = (reference.FOLDER / name).read_text(encoding="utf-8")
    assert written == reference.pages()[name], "run `python -m deploy.reference` and commit what it writes"
