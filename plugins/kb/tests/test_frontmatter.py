"""Reading and writing of article files."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deskctl.plugins import UsageError
from deskctl_kb.article import Content, State, validate_slug, validate_tags, validate_text, validate_title
from deskctl_kb.frontmatter import first_heading, read, revise, write

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
STORABLE = WORDS.filter(lambda words: "\0" not in words)
LINES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=400)


@st.composite
def contents(draw: st.DrawFn) -> Content:
    def usable(check: object, strategy: st.SearchStrategy[str]) -> str:
        def is_valid(words: str) -> bool:
            try:
                check(words)  # type: ignore[operator]
            except UsageError:
                return False
            return True

        return str(check(draw(strategy.filter(is_valid))))  # type: ignore[operator]

    return Content(
        title=usable(validate_title, WORDS),
        text=usable(validate_text, LINES),
        language=draw(st.sampled_from(["ko", "en", "no", "pt-br"])),
        public=draw(st.booleans()),
        state=draw(st.sampled_from(State)),
        tags=validate_tags(tuple(draw(st.lists(WORDS, max_size=4)))),
        translation_of=draw(st.sampled_from([None, "환불-방법", "a/b", "1"])),
        extra=draw(
            st.dictionaries(
                st.sampled_from(["author", "date", "layout"]),
                st.lists(STORABLE, max_size=2),
            )
        ),
    )


@settings(max_examples=60, deadline=None)
@given(contents())
@example(Content("0", "0\n", "ko", extra={"author": ["\x85", "\u2028"]}))
@example(Content("007", "---\n\n---\n", "no", tags=("1.0", "true", "~")))
def test_written_file_is_read_back_unchanged(content: Content) -> None:
    text = write("환불-방법", content)
    file = read(text, language="de", public=True)
    assert (file.slug, file.content) == ("환불-방법", content)
    assert write("환불-방법", file.content) == text


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
@example("---\na: &x [*x]\n---\n# T\n")
@example("---\n" + "[" * 5000 + "\n---\n# T\n")
@example("---\n" + "- " * 5000 + "\n---\n# T\n")
@example("---\n" + "{a: " * 3000 + "\n---\n# T\n")
@example("---\n- 1\n---\n# T\n")
@example("---\n? [a]\n: b\n---\n# T\n")
@example("---\ntitle: [a]\n---\n# T\n")
def test_arbitrary_text_is_read_or_rejected_with_a_message(text: str) -> None:
    try:
        read(text)
    except UsageError as error:
        assert error.what


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# C# 시작하기\n\nx", "C# 시작하기"),
        ("intro\n\n#  결제 *오류* `E-17`  ##\n", "결제 *오류* `E-17`"),
        ("```\n# no heading\n```\n# Yes\n", "Yes"),
        ("## Second\n# First\n", "First"),
        ("#hashtag\n# Real: 100 % sure?\n", "Real: 100 % sure?"),
    ],
)
def test_first_heading_is_the_title(text: str, title: str) -> None:
    assert first_heading(text) == title
    assert read(text).content.title == title


def test_front_matter_overrides_the_heading_and_stays_text() -> None:
    content = read("---\ntitle: 007\nlanguage: no\npublic: yes\ntags: a, B\ndate: 2026-01-01\n---\n# Other\n").content
    assert (content.title, content.language, content.public, content.tags) == ("007", "no", True, ("a", "b"))
    assert content.extra == {"date": "2026-01-01"}


def test_article_is_internal_by_default() -> None:
    assert not read("# T\nx").content.public
    assert read("# T\nx", public=True).content.public
    assert not read("---\npublic: false\n---\n# T\nx", public=True).content.public


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no title here", "no title"),
        ("# \n\n", "no title"),
        ("", "needs a text"),
        ("---\npublic: perhaps\n---\n# T\n", "public"),
        ("---\nstate: gone\n---\n# T\n", "state"),
        ("---\nslug: ../../etc/passwd\n---\n# T\n", "slug"),
        ("---\na: b: c\n---\n# T\n", "line 2"),
        ("---\nlanguage: Koreanish language\n---\n# T\n", "language"),
        ("# T\n" + "x" * 1_000_001, "characters"),
    ],
)
def test_invalid_file_is_rejected_with_its_reason(text: str, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        read(text)
    assert says in refused.value.what


def test_revision_keeps_fields_that_it_does_not_name() -> None:
    old = Content("Old", "# Old\nx\n", "ko", public=True, tags=("a",), extra={"author": "x"})
    new = revise("# New\n\ny", old)
    assert (new.title, new.text, new.language, new.public, new.tags) == ("New", "# New\n\ny\n", "ko", True, ("a",))
    assert revise("---\ntags: []\npublic: no\n---\nz", old) == Content("Old", "z\n", "ko", extra={"author": "x"})
    assert revise("y", Content("Own title", "# Heading\n", "en")).title == "Own title"


@pytest.mark.parametrize("slug", ["환불", "a/b.c-d", "x_1"])
def test_valid_slug_is_accepted(slug: str) -> None:
    assert validate_slug(slug) == slug


@pytest.mark.parametrize("slug", ["", "/a", "a/", "..", "a/../b", ".hidden", "a//b", "a b", "a\\b", "x" * 300])
def test_slug_outside_the_folder_is_rejected(slug: str) -> None:
    with pytest.raises(UsageError):
        validate_slug(slug)
