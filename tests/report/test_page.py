"""The page of a report: one file that asks for nothing, in which no text of the data becomes an element."""

import json
import re
from base64 import b64encode
from hashlib import sha256

import pytest

from npnet.report.elements import Markup, element, text
from npnet.report.page import DATA, Page, Section, html_of, json_text

HOSTILE = "</script><script>alert(1)</script>\x00\u202e\u2028]]>&amp;"


def page_of(words: str) -> str:
    section = Section("one", words, words, element("p", words, title=words))
    return html_of(Page(words, element("h1", words), [section], data={words: [words]})).decode()


def test_text_of_the_data_stays_text() -> None:
    html = page_of(HOSTILE)
    assert html.count("<script") == 2  # the data and the script of every page
    assert "alert(1)</script>" not in html
    assert not set("\x00\u202e\u2028") & set(html)


def test_the_data_read_back_as_they_were() -> None:
    found = re.search(rf'<script type="application/json" id="{DATA}">(.*?)</script>', page_of(HOSTILE), re.DOTALL)
    assert found is not None
    assert json.loads(found[1]) == {HOSTILE: [HOSTILE]}


def test_numbers_that_json_lacks_are_refused() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        json_text([float("nan")])


def test_the_policy_names_the_style_and_the_scripts_and_nothing_else() -> None:
    html = page_of("x")
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    inlined = re.findall(r"<style>(.*?)</style>|<script>(.*?)</script>", html, re.DOTALL)
    for style, script in inlined:
        assert b64encode(sha256((style or script).encode()).digest()).decode() in policy
    assert "default-src &#x27;none&#x27;" in policy
    assert "unsafe" not in policy
    assert policy.count("sha256") == len(inlined) == 2


def test_a_page_refers_to_nothing_outside_itself() -> None:
    html = page_of("x")
    assert not re.findall(r"(?:src|href)=\"(?!#)|url\(|@import|https?://", html)
    assert " style=" not in html


def test_elements_escape_all_but_markup() -> None:
    assert element("p", "<", Markup("<br>"), None, hidden=True, open=False) == "<p hidden>&lt;<br></p>"
    assert element("path", d="M0 0", stroke_width=0.25) == '<path d="M0 0" stroke-width="0.25"/>'
    assert text("שלום") == "שלום"
