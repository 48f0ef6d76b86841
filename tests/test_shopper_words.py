"""The words of the pages for shoppers."""

import re

import pytest

from api.shopper.words import languages, words_for, words_for_browser

ENGLISH = languages()["en"].sentences


@pytest.mark.parametrize("locale", sorted(languages()))
def test_every_language_says_everything_with_the_same_values(locale: str) -> None:
    sentences = languages()[locale].sentences
    assert list(sentences) == list(ENGLISH)
    for key, sentence in sentences.items():
        assert sorted(re.findall(r"{\w+}", sentence)) == sorted(re.findall(r"{\w+}", ENGLISH[key]))
        assert sentence.strip() == sentence != ""


def test_the_languages_of_the_shop_page_are_there() -> None:
    assert {"en", "de", "fr", "es", "sv", "he"} <= set(languages())


def test_the_closest_language_is_taken_and_english_at_last() -> None:
    assert words_for("fi", "de_CH").locale == "de"
    assert words_for(None, "fi").locale == "en"
    assert words_for_browser("fi, sv-SE;q=0.8, de;q=0.5").locale == "sv"
    assert words_for_browser("*").locale == "en"
    assert (words_for("he").direction, words_for("sv").direction) == ("rtl", "ltr")
