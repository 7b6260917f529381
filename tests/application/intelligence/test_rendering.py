"""Templates are filled in with values, and whatever is wrong with one is told with its line, soon and for little."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.intelligence.effort import MOST_CHARACTERS
from application.intelligence.faults import WrongTemplate
from application.intelligence.rendering import rendered, variables

ITEMS = [{"name": "b", "price": 2}, {"name": "a", "price": 3.5}]
VALUES = {"name": "Ada", "items": ITEMS, "order": {"id": 7, "open": True}, "nothing": None, "long": "z" * 5_000}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Hello {{ name }}.", "Hello Ada."),
        ("{{ order.id }} {{ order['id'] }} {{ order.open }}", "7 7 true"),
        ("{{ order }}{{ nothing }}", '{"id":7,"open":true}'),
        ("{% for each in items %}\n{{ loop.index }}. {{ each.name }}\n{% endfor %}", "1. b\n2. a"),
        ("{% for each in items if each.price > 3 %}{{ each.name }}{% else %}none{% endfor %}", "a"),
        ("{% if name == 'Ada' and items | length > 1 %}yes{% else %}no{% endif %}", "yes"),
        ("{% set total = items | map('price') | sum %}{{ total * 2 }}", "11.0"),
        ("{{ items | sort('name') | map('name') | join(', ') }}", "a, b"),
        ("{{ other | default('none') }} {{ nothing | default('-', true) }}", "none -"),
        ("{% for key, value in order | items %}{{ key }}={{ value }};{% endfor %}", "id=7;open=true;"),
        ("{{ name | upper }}{{ name | replace('A', 'I') }}{{ name[0] }}{{ name[1:] }}", "ADAIdaAda"),
        ("{% for n in range(3) %}{{ n }}{% endfor %}", "012"),
        ("{{ '  x\ny ' | trim | indent(2) }}", "x\n  y"),
        ("{{ [3, 1, 3] | unique | reverse | tojson }}", "[1,3]"),
        ("{{ name | truncate(2) }}", "Ad…"),
        ("{% raw %}{{ name }}{% endraw %}", "{{ name }}"),
        ("{# nobody is told this #}x", "x"),
        ("<b>{{ '<i>' }}</b>", "<b><i></b>"),
    ],
)
def test_a_template_is_filled_in(source: str, text: str) -> None:
    assert rendered(source, VALUES) == text


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("{{ ''.__class__ }}", "reaches for the attribute '__class__'"),
        ("{{ name['__class__'] }}", "reaches for the attribute"),
        ("{{ name | attr('__class__') }}", "no filter 'attr'"),
        ("{{ items | map('__class__') }}", "no '__class__'"),
        ("{{ name.upper }}", "reaches for 'upper'"),
        ("{{ name.upper() }}", "it calls something"),
        ("{{ name.format() }}", "it calls something"),
        ("{{ self._TemplateReference__context }}", "reaches for the attribute"),
        ("{{ self }}", "no self"),
        ("{{ cycler }}", "'cycler' is undefined"),
        ("{% set x = namespace() %}", "it calls something"),
        ("{% include 'other' %}", "no include"),
        ("{% import 'other' as x %}", "no import"),
        ("{% from 'other' import x %}", "no import"),
        ("{% extends 'other' %}", "no extends"),
        ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "no macro"),
        ("{% for x in items recursive %}{{ loop(x) }}{% endfor %}", "recursive"),
        ("{{ '%s' % name }}", "a number is wanted"),
        ("{{ range }}", "no value that could be shown"),
        ("{% set range = name %}{{ range(2) }}", "not safely callable"),
    ],
)
def test_a_template_that_reaches_beyond_its_values_is_refused_with_its_line(source: str, why: str) -> None:
    with pytest.raises(WrongTemplate, match=why) as wrong:
        rendered(f"First.\n\n{source}", VALUES)
    assert wrong.value.line == 3
    assert str(wrong.value).startswith("line 3: ")


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("{% for a in range(10000) %}{% for b in range(10000) %}{% endfor %}{% endfor %}", "10,000 turns"),
        ("{% for a in range(1000000000000) %}{% endfor %}", "10,000 numbers"),
        ("{% for a in range(10000) %}{{ long }}{% endfor %}", "200,000 characters"),
        ("{{ 'x' * 10000000 }}", "a number is wanted"),
        ("{{ [0] * 10000000 }}", "a number is wanted"),
        ("{{ 9 ** 9 ** 9 }}", r"no \*\*"),
        ("{% set x = 9 %}" + "{% set x = x * x %}" * 30 + "{{ x }}", "numbers of more than"),
        ("{% set x = long %}" + "{% set x = x + x %}" * 30 + "{{ x }}", "200,000 characters"),
        ("{% set x = [name, name] %}", "constants only"),
        ("{{ long | replace('z', long) }}", "200,000 characters"),
        ("{{ long | indent(10000000) }}", "0 to 40"),
        ("{{ name ~ name }}", "no ~"),
        ("{{ " + "not " * 100 + "name }}", "40 deep"),
        ("{% for a in [1] %}" * 6 + "{% endfor %}" * 6, "more than 4"),
    ],
)
def test_what_would_take_too_much_is_stopped_with_its_line(source: str, why: str) -> None:
    with pytest.raises(WrongTemplate, match=why) as wrong:
        rendered(f"\n{source}", VALUES)
    assert wrong.value.line == 2


@pytest.mark.parametrize("source", ["{{ " + "(" * 3_000, "{{ " + "-" * 5_000 + "1 }}"])
def test_what_nests_without_end_is_refused(source: str) -> None:
    with pytest.raises(WrongTemplate, match="nested too deep"):
        rendered(source, VALUES)


def test_ten_megabytes_are_not_made() -> None:
    with pytest.raises(WrongTemplate, match="200,000 characters"):
        rendered("x" * (MOST_CHARACTERS + 1), {})


@pytest.mark.parametrize(
    ("source", "line", "why"),
    [
        ("a\n{% if name %}\nb", 3, "endif"),
        ("a\n{{ name | }}", 2, "expected"),
        ("a\nb\n{{ 1 / 0 }}", 3, "division by zero"),
        ("{{ missing }}", 1, "'missing' is undefined; give it a value"),
        ("\n{{ order.missing }}", 2, "missing"),
        ("\n{{ items[5] }}", 2, "5"),
        ("\n{{ name | indent('x') }}", 2, "a number is wanted here, and this is a text"),
        ("\n{{ name | upper(3) }}", 2, "cannot be done"),
        ("\n{{ nothing | length }}", 2, "nothing has no length"),
        ("\n{{ items | sort }}", 2, "put in order"),
        ("\n{% for x in name %}{% endfor %}", 2, "a list is wanted here, and this is a text"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(source: str, line: int, why: str) -> None:
    with pytest.raises(WrongTemplate, match=why) as wrong:
        rendered(source, VALUES)
    assert wrong.value.line == line


def test_a_template_says_which_values_it_wants() -> None:
    source = "{% set a = b %}{{ a }}{% for x in c %}{{ x }}{{ loop.index }}{% endfor %}{{ range(2) }}{{ d.e }}"
    assert variables(source) == {"b", "c", "d"}


PIECES = st.sampled_from(
    [
        *(
            "{{ ",
            " }}",
            "{% ",
            " %}",
            "{# ",
            " #}",
            "for x in ",
            "endfor",
            "if ",
            "else",
            "endif",
            "set x = ",
            "x",
            "items",
        ),
        *(
            "name",
            "order",
            "nothing",
            "loop.index",
            "range(",
            ")",
            "(",
            "[",
            "]",
            "{",
            "}",
            ", ",
            ":",
            " | ",
            "join",
            "sort",
        ),
        *(
            "default",
            "map",
            "items",
            "1",
            "-",
            "+",
            "*",
            " // ",
            " % ",
            ".",
            "'a'",
            '"',
            "\\",
            "\n",
            " in ",
            " is ",
            "not ",
        ),
        *("__class__", "string", " = ", "self", "raw", "endraw", "\x00", "é", "-%}", "{%-", "macro m()", "import"),
    ]
)


@given(st.lists(PIECES, max_size=25))
def test_whatever_is_written_comes_to_a_text_or_to_a_reason(pieces: list[str]) -> None:
    source = "".join(pieces)
    try:
        text = rendered(source, VALUES)
    except WrongTemplate as wrong:
        assert wrong.detail
        assert 0 <= wrong.line <= source.count("\n") + 1
    else:
        assert "object at 0x" not in text
