import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deadlines.config.outline import Entry, outline

TEXT = '''\
# [not.a] = "header"
top = 1 # x = 2
[clients.acme] # key = 1
name = "a # b = [c]"
"quoted key" = \'\'\'
fake = 1
[fake]\'\'\'
emails = [ # comment ]
  "x = 1",
  "]",
]
quota = { per = "week", deep = { "a.b" = 1979-05-27 07:32:00, c = 3.14 } }
dotted . "k" = """one \\""" two"""""
[[array]]
x = -1.5e+3
[ "with space" . b ]
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("clients",), 3),
        (("clients", "acme"), 3),
        (("clients", "acme", "name"), 4),
        (("clients", "acme", "quoted key"), 5),
        (("clients", "acme", "emails"), 8),
        (("clients", "acme", "quota", "per"), 12),
        (("clients", "acme", "quota", "deep", "a.b"), 12),
        (("clients", "acme", "quota", "deep", "c"), 12),
        (("clients", "acme", "dotted", "k"), 13),
        (("clients", "acme", "dotted"), 13),
        (("array",), 14),
        (("array", "x"), 15),
        (("with space", "b"), 16),
        (("with space", "missing"), 16),
        (("clients", "acme", "missing", "deeper"), 3),
        (("fake",), 0),
        (("not", "a"), 0),
    ],
)
def test_line_of_a_path(path: tuple[str, ...], line: int) -> None:
    tomllib.loads(TEXT)

    assert outline(TEXT).lines()(path) == line


def test_a_header_says_where_a_table_is_also_when_a_part_came_first() -> None:
    assert outline("[a.b.c]\nx = 1\n[a.b]\ny = 1\n").lines()(("a", "b")) == 3


KEYS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=4).map(
    lambda key: f"'k{key.replace(chr(39), '')}'"
)
VALUES = st.recursive(
    st.sampled_from(
        ["1", "-2.5", "true", '"a # \\" ]"', "'x = {'", "'''\nm ] '' '''", '"""\n"" """', "07:32:00", "1979-05-27 07:32:00Z"]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[ # c ]\n" + ",\n".join(items) + "]"),
        st.lists(inner, max_size=3).map(lambda items: "{" + ", ".join(f"k{n} = {item}" for n, item in enumerate(items)) + "}"),
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.lists(st.tuples(KEYS, VALUES), max_size=5, unique_by=lambda pair: pair[0]))
def test_every_value_is_where_the_outline_says(pairs: list[tuple[str, str]]) -> None:
    text = "[t] # head\n" + "".join(f"{key} = {value} # end\n" for key, value in pairs)
    data = tomllib.loads(text)["t"]

    statements = [item for item in outline(text).items if isinstance(item, Entry) and item.statement]

    assert [text[item.value : item.end] for item in statements] == [value for _, value in pairs]
    assert [item.path[1] for item in statements] == list(data)
