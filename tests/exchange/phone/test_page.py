"""The page carries data as data, and lets nothing in."""

from __future__ import annotations

import dataclasses
import re

from kanpo.exchange import phone_page, walk_of
from kanpo.locale import use_language
from kanpo.store import Project

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>`${alert(3)}`\u2028"


def test_names_are_data_and_the_policy_names_every_script(field_project: Project) -> None:
    walk = walk_of(field_project, "T60")
    evil = dataclasses.replace(
        walk, title=EVIL, trial_code=EVIL, plots=(dataclasses.replace(walk.plots[0], treatment=EVIL),)
    )
    page = phone_page(evil, "2026-06-01")
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "\u2028" not in page.partition('id="content">')[2]
    policy = re.search(r'content="(default-src[^"]*)"', page)
    assert policy is not None
    assert policy[1].count("sha256-") == page.count("<script>") == 1
    assert "connect-src" not in policy[1] and "unsafe-eval" not in policy[1]
    assert "'unsafe-inline'" not in policy[1].partition("script-src")[2]


def test_a_page_is_made_twice_the_same_and_carries_no_person(field_project: Project) -> None:
    walk = walk_of(field_project, "T60")
    page = phone_page(walk, "2026-06-01")
    assert page == phone_page(walk_of(field_project, "T60"), "2026-06-01")
    assert "検査担当" not in page, "who recorded the last value is nobody's business on a phone"
    with use_language("en"):
        assert '<html lang="en">' in phone_page(walk)
