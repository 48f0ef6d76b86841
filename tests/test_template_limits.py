"""A template that loops for ever, or makes much out of little, ends in an error and soon."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mails.letters import Templates
from mails.template_errors import MailTemplateError

KIND = "notice"
VALUES = {
    "item": {"name": "Blue Orchid", "price": "75.00", "amount": "75.00"},
    "many": ["a", "b", "c"],
    "number": 7,
}
_NESTED = "{% set ns = namespace(a=[1]) %}{% for i in range(9999) %}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("templates")
    (made / KIND).mkdir()
    (made / KIND / "subject.txt").write_text("Subject")
    (made / KIND / "body.html").write_text("Body")
    return made


def rendered(folder: Path, content: str, **values: Any) -> str:
    (folder / KIND / "body.txt").write_text(content, encoding="utf-8", errors="replace")
    return Templates(folder).render(KIND, VALUES | values).text


def refusal(folder: Path, content: str) -> str:
    with pytest.raises(MailTemplateError) as refused:
        rendered(folder, content)
    return str(refused.value)


LOOP = "{% for i in range(9999) %}"
END = "{% endfor %}"


@pytest.mark.parametrize(
    "content",
    [
        f"{LOOP}{LOOP}{END}{END}",
        f"{LOOP}{LOOP}{LOOP}{END}{END}{END}",
        f"{LOOP}{LOOP}{{% if i > 9 %}}{{% endif %}}{END}{END}",
        f"{{% macro m() %}}{END.replace('for', 'macro')}{LOOP}{LOOP}{{{{ m() }}}}{END}{END}",
        f"{LOOP}{LOOP}{{% set x = i|upper %}}{END}{END}",
        "{% for i in range(9999) if range(9999)|map('upper')|list %}{% endfor %}",
        "{% macro m(n) %}{{ m(n - 1) if n }}{{ m(n - 1) if n }}{% endmacro %}{{ m(60) }}",
        "{% for i in [range(9999)] recursive %}{{ loop([range(9999)]) }}{% endfor %}",
    ],
)
def test_a_loop_without_end_is_ended(folder: Path, content: str) -> None:
    said = refusal(folder, content)
    assert "takes more than" in said or "recursion" in said or "makes values" in said


@pytest.mark.parametrize(
    "content",
    [
        LOOP + "x" * 200 + END,
        LOOP + "{{ 'x' * 200 }}" + END,
        "{% macro m() %}" + LOOP + "x" * 200 + END + "{% endmacro %}{{ m() }}",
        "{% set s %}" + LOOP + "x" * 200 + END + "{% endset %}{{ s }}",
        "{% filter upper %}" + LOOP + "x" * 200 + END + "{% endfilter %}",
        "{% set big = 'x' * 90000 %}" + LOOP + "{{ big }}" + END,
    ],
)
def test_a_mail_has_a_largest_size(folder: Path, content: str) -> None:
    assert "writes more than 1,000,000 characters" in refusal(folder, content)


@pytest.mark.parametrize(
    "expression",
    [
        "'x' * 10 ** 10",
        "10 ** 10 * 'x'",
        "[1] * 10 ** 8",
        "many * 10 ** 8",
        "9 ** (9 ** 9)",
        "2 ** (10 ** 8)",
        "(2 ** 90000) * (2 ** 90000) * (2 ** 90000)",
        "'%9999999999d' % 1",
        "'%.9999999999f' % 1.5",
        "'%*d' % (10 ** 9, 1)",
        "'%(a)9999999999s' % {'a': 1}",
        "'%9999999999d'|format(1)",
        "'%*d'|format(10 ** 9, 1)",
        "'{:9999999999}'.format(1)",
        "'{0:{1}}'.format(1, 10 ** 10)",
        "'x'|center(10 ** 10)",
        "'x'.center(10 ** 10)",
        "'x'.ljust(10 ** 10)",
        "'x'.rjust(10 ** 10)",
        "'x'.zfill(10 ** 10)",
        "'x'.encode().center(10 ** 10)",
        "'\\t'.expandtabs(10 ** 10)",
        "(7).to_bytes(10 ** 10)",
        "number.to_bytes(10 ** 10)",
        "('a' * 100000).replace('a', 'b' * 100000)",
        "('a' * 100000)|replace('a', 'b' * 100000)",
        "('b' * 100000).join('a' * 100000)",
        "('a' * 100000)|join('b' * 100000)",
        "('a' * 100000).translate({97: 'b' * 100000})",
        "('%s' * 50000) % (('b' * 100000,) * 9)",
        "('a\\n' * 100000)|indent(10 ** 10)",
        "('a ' * 100000)|wordwrap(1, wrapstring='b' * 100000)",
        "many|batch(10 ** 10, 'x')|list",
        "many|slice(10 ** 10)|list",
        "many|tojson(indent=10 ** 10)",
        "1.5|round(10 ** 10, 'ceil')",
        "range(10 ** 10)",
        "range(10 ** 10)|list",
        "range(9999)|map('center', 99999)|join",
        "('http://a.b ' * 10000)|urlize(rel='b' * 100000)",
        "lipsum(n=10 ** 9)",
    ],
)
def test_much_is_not_made_out_of_little(folder: Path, expression: str) -> None:
    before = psutil.Process().memory_info().rss
    refusal(folder, f"{{{{ {expression} }}}}")
    assert psutil.Process().memory_info().rss - before < 256 * 1024**2


@pytest.mark.parametrize(
    "content",
    [
        _NESTED + "{% set ns.a = ns.a + ns.a %}" + END,
        _NESTED + "{% set ns.a = ns.a ~ ns.a %}" + END,
        _NESTED + "{% set ns.a = [ns.a, ns.a] %}" + END + "{{ ns.a }}",
        _NESTED + "{% set ns.a = (ns.a, ns.a) %}" + END + "{{ ns.a }}",
        _NESTED + "{% set ns.a = {1: ns.a, 2: ns.a} %}" + END + "{{ ns.a }}",
        _NESTED + "{% set ns.a = dict(a=ns.a, b=ns.a) %}" + END + "{{ ns.a }}",
        _NESTED + "{% set ns.a = ns.a|string + ns.a|string %}" + END,
        _NESTED + "{% set ns.a = ns.a * 2 %}" + END,
        _NESTED + "{% set ns.a = 'x' ~ ns.a|tojson|tojson %}" + END,
    ],
)
def test_what_doubles_at_each_turn_is_noticed(folder: Path, content: str) -> None:
    assert refusal(folder, content)


def test_namespaces_in_each_other_are_not_shown(folder: Path) -> None:
    grow = "{% set ns.a = namespace(a=ns.a, b=ns.a) %}"
    nested = "{% set ns = namespace(a=1) %}{% for i in range(100) %}" + grow + END
    assert rendered(folder, nested + "{{ ns.a }}") == "<Namespace>"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("{% for each in many %}{{ loop.index }}{{ each }} {% endfor %}", "1a 2b 3c "),
        ("{{ many|join(', ') }} {{ 'ab'|center(6) }}|", "a, b, c   ab  |"),
        ("{{ '%05.2f'|format(number) }} {{ '%s: %d%%' % ('a', 5) }}", "07.00 a: 5%"),
        ("{{ item.amount|float * 1000000 }}", "75000000.0"),
        ("{{ 'x' * 3 }}{{ 2 ** 10 }}{{ 7 % 4 }}{{ 1 + 2 }}{{ 'a' ~ 1 }}", "xxx102433a1"),
        ("{{ ('word ' * 2000)|truncate(12) }}", "word..."),
        ("{{ range(3)|map('string')|list|tojson }}", '["0", "1", "2"]'),
        ("{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(1) }}{{ m('b') }}", "<1><b>"),
        ("{% macro m() %}{{ caller() }}!{% endmacro %}{% call m() %}a{% endcall %}", "a!"),
        ("{% set ns = namespace(n=0) %}{% for i in many %}{% set ns.n = ns.n + 1 %}{% endfor %}"
         "{{ ns.n }}", "3"),
        ("{% for a, b in [(1, 2), (3, 4)] %}{{ a + b }} {% endfor %}", "3 7 "),
        ("{% for k, v in {'a': 1}.items() %}{{ k }}{{ v }}{% endfor %}", "a1"),
        ("{{ 'x' if 'Orchid' in item.name else 'y' }}{{ item.name[:4] }}", "xBlue"),
        ("{{ missing|default('none') }}{{ (1, 2, 3)|sum }}{{ [3, 1]|sort|first }}", "none61"),
        ("{% set s %}a{{ number }}{% endset %}{{ s|upper }}", "A7"),
        ("{% filter upper %}a{% endfilter %}{% with a = 1 %}{{ a }}{% endwith %}", "A1"),
        ("{{ 'a,b'.split(',')|last }}{{ ' x '.strip() }}{{ 'ab'.replace('a', 'c') }}", "bxcb"),
        ("{{ cycler('a', 'b').next() }}{{ dict(a=1).a }}{{ 8.456|round(1) }}", "a18.5"),
    ],
)  # fmt: skip
def test_what_mails_need_goes_on_working(folder: Path, content: str, text: str) -> None:
    assert rendered(folder, content) == text


_SIMPLE = ["item", "item.name", "many", "number", "1", "'ab'", "10 ** 9", "[]", "{}", "range(99)"]
_FILTERS = ["join", "center", "list", "upper", "tojson", "replace", "batch", "format", "indent"]
_FILTERS += ["length", "sort", "map", "urlize", "wordwrap", "pprint", "string", "round", "sum"]
_expressions = st.recursive(
    st.sampled_from(_SIMPLE),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "*", "**", "%", "~"]), inner),
        st.builds("({}|{})".format, inner, st.sampled_from(_FILTERS)),
        st.builds("({}|{}({}))".format, inner, st.sampled_from(_FILTERS), inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("{}.{}({})".format, inner, st.sampled_from(["join", "center", "format"]), inner),
    ),
    max_leaves=8,
)
_templates = st.recursive(
    st.builds("{{{{ {} }}}}".format, _expressions) | st.text(max_size=20),
    lambda inner: st.one_of(
        st.builds("{{% for x in {} %}}{}{{% endfor %}}".format, _expressions, inner),
        st.builds("{{% if {} %}}{}{{% endif %}}".format, _expressions, inner),
        st.builds("{{% set x = {} %}}{}".format, _expressions, inner),
        st.builds("{{% macro m(x) %}}{}{{% endmacro %}}{{{{ m(1) }}}}".format, inner),
        st.builds("{}{}".format, inner, inner),
    ),
    max_leaves=6,
)


@given(content=_templates)
def test_any_template_is_a_mail_or_an_error_of_templates(folder: Path, content: str) -> None:
    with suppress(MailTemplateError):
        assert len(rendered(folder, content)) <= 5_000_000
