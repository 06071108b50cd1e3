"""The schema says everything once, and completely."""

from __future__ import annotations

import re

import pytest

from kanpo.locale import use_language
from kanpo.schema import FACTORS, RECORD_KINDS, TABLES, TRAITS, VOCABULARIES, Audience, Privacy, document


def test_every_field_is_named_in_both_languages_and_typed() -> None:
    for table in TABLES:
        assert len(set(table.keys)) == len(table.keys)
        for field in table.fields:
            assert re.fullmatch(r"[a-z][a-z0-9_]*", field.key)
            assert field.label.ja and field.label.en
            assert field.vocabulary is None or field.vocabulary in VOCABULARIES


def test_every_factor_has_a_range_or_classes_with_labels() -> None:
    assert len(FACTORS) == 17
    for factor in FACTORS.values():
        if factor.kind == "number":
            assert factor.minimum is not None and factor.maximum is not None
            assert factor.minimum < factor.maximum
        else:
            assert tuple(factor.class_labels) == factor.classes


def test_traits_have_a_method() -> None:
    for trait in TRAITS.values():
        assert trait.method.ja and trait.method.en


@pytest.mark.parametrize("audience", list(Audience))
def test_no_audience_sees_personal_data(audience: Audience) -> None:
    for table in TABLES:
        assert all(field.privacy is not Privacy.PERSONAL for field in table.visible_to(audience))


def test_free_text_and_people_are_for_the_office_at_most() -> None:
    """A new column is shown to nobody outside until somebody says so: the default is the office."""
    for table in RECORD_KINDS.values():
        for field in table.fields:
            if field.key in ("note", "grower_code"):
                assert field.privacy >= Privacy.OFFICE


def test_the_document_names_every_field() -> None:
    page = document()
    with use_language("en"):
        assert page == document()
    for table in TABLES:
        for field in table.fields:
            assert f"`{field.key}`" in page
