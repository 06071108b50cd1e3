"""Text of data never becomes anything else, in any field and under any button."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from kanpo.locale import Text
from kanpo.maps import MapContent, SourceOnMap, write_map

from . import made_up

pytestmark = pytest.mark.browser

RUN = "window.pwned=1"
PAYLOADS = (
    f"<script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"</SCRIPT ><SCRIPT>{RUN}</SCRIPT>",
    f"<!--<script>{RUN}//-->",
    f"--><script>{RUN}</script>",
    f"<![CDATA[<script>{RUN}</script>]]>",
    f"<img src=x onerror={RUN}>",
    f"<img/src='x'/onerror={RUN}>",
    f"<svg onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<math><mtext><script>{RUN}</script></mtext></math>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<iframe src='javascript:parent.{RUN}'></iframe>",
    f"<object data='javascript:{RUN}'></object>",
    f"<embed src='javascript:{RUN}'>",
    f"<a href='javascript:{RUN}'>x</a>",
    f"<form action='javascript:{RUN}'><button>x</button></form>",
    f"<body onload={RUN}>",
    f"<details open ontoggle={RUN}>",
    f"<video><source onerror={RUN}></video>",
    f"<input autofocus onfocus={RUN}>",
    f"<style>@import 'javascript:{RUN}';*{{background:url(https://x.invalid/)}}</style>",
    "<link rel=stylesheet href=https://x.invalid/x.css>",
    f"<meta http-equiv=refresh content='0;url=javascript:{RUN}'>",
    "<base href=https://x.invalid/>",
    f"<template><script>{RUN}</script></template>",
    f'"><script>{RUN}</script>',
    f"'><script>{RUN}</script>",
    f'" onmouseover={RUN} x="',
    f"' autofocus onfocus='{RUN}",
    f"`${{{RUN}}}`",
    f"\\`${{{RUN}}}\\`",
    f"';{RUN};//",
    f"\\u0027;{RUN};//",
    f"\u2028{RUN}\u2029",
    "{{ 7*7 }}{% for x in () %}{{ ''.__class__ }}{% endfor %}{# #}",
    f"&lt;script&gt;{RUN}&lt;/script&gt;&#60;script&#62;",
    f"\u202e\u2066{RUN}\u2069\u202c\u200f\ufeff",
    f"\x00\x01\x1b[31m\t\r\n<script>{RUN}</script>",
)


def everywhere() -> MapContent:
    """A map with one payload in each parcel, and all of them in every other field."""
    count = len(PAYLOADS)
    plain = made_up.found_content(count)
    texts = list(PAYLOADS)
    ids = [f"{text}{nth}" for nth, text in enumerate(texts)]
    long = "".join(texts)
    all_of = Text(long, long)
    parcels = plain.parcels.assign(
        parcel_id=ids,
        settlement=texts,
        lot_number=texts,
        land_type=texts,
        idle_class=texts,
        located_by=texts,
        extra=texts,
    )
    herbs = tuple(
        dataclasses.replace(
            herb,
            herb_id=text,
            label=Text(text, text),
            requirements=tuple(
                dataclasses.replace(need, source=long, confidence=long) for need in herb.requirements
            ),
        )
        for herb, text in zip(made_up.herbs(count), texts, strict=True)
    )
    plots = gpd.GeoDataFrame(
        {
            "trial_code": texts,
            "plot_code": texts,
            "treatment": texts,
            "herb": texts,
            "parcel_id": ids,
            "kg": 1.5,
        },
        geometry=[shapely.box(139.76 + n / 1e4, 38.6, 139.76005 + n / 1e4, 38.60004) for n in range(count)],
        crs=6668,
    )
    return dataclasses.replace(
        plain,
        title=all_of, note=all_of, made_at=long, audience=all_of, seal=long, stale=True,
        parcels=parcels,
        factors=plain.factors.set_index(pd.Index(ids)),
        factor_sources=plain.factor_sources.map(lambda _: "layer:" + long).set_index(pd.Index(ids)),
        herbs=herbs,
        plots=plots,
        results=("kg",),
        visits=pd.DataFrame({"parcel_id": ids, "date": texts}),
        blocks=pd.Series(texts, index=ids),
        excluded_by={ids[0]: long},
        labels={"extra": all_of, "kg": all_of, "land_type": all_of},
        value_labels={"land_type": {text: Text(text, text) for text in texts}, "idle_class": dict.fromkeys(texts, all_of)},
        layers_sources=(SourceOnMap(all_of, long, long, long),),
        first_herb=texts[0],
    )  # fmt: skip


TOUR = """async () => {
  const { app } = kanpo;
  const rest = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const click = (selector) => document.querySelector(selector).click();
  app.list.update(app.list.all(), false);
  for (let row = 0; row < app.data.n; row++) {
    app.setHerb(app.data.herbs[row].id);
    app.choose(row, {});
    app.favourites.toggle(row);
    if (row % 8 < 2) app.compare.take(row);
    await rest();
  }
  for (const tab of ["kept", "blocks", "parcels"]) click(`#kanpo-tab-${tab}`);
  click("#kanpo-adjust-open");
  click("#kanpo-about-open");
  app.setLanguage("en");
  app.filters.render();
  app.map.setView([38.60002, 139.762], 18, { animate: false });
  await rest();
  app.map.eachLayer((layer) => layer.getPopup && layer.getPopup() && layer.openPopup());
  dispatchEvent(new Event("beforeprint"));
  await rest();
  app.tell(kanpo.share.write(app));
  location.hash = kanpo.share.write(app);
  await new Promise((done) => setTimeout(done, 300));
  return [...document.querySelectorAll("script")].length;
}"""


def test_forty_payloads_in_every_field_run_nowhere(tmp_path: Path, open_file: Any) -> None:
    path = write_map(everywhere(), tmp_path / "map.html").path
    opened = open_file(path)
    page = opened.page
    scripts = page.locator("script").count()
    assert page.evaluate(TOUR) == scripts
    assert page.evaluate("window.pwned") is None
    foreign = "img, iframe, object, embed, form, video, svg script, svg animate, math, base, link, meta[http-equiv=refresh], template, [onload], [onerror], [onfocus], [onmouseover]"
    assert page.locator(foreign).count() == 0
    assert page.locator("style").count() == 2
    assert page.locator("#kanpo-kept .kanpo-kept").count() == len(PAYLOADS)
    assert opened.requests == [path.as_uri()]
    assert opened.complaints == []


def test_no_payload_stands_in_the_file_as_it_is(tmp_path: Path) -> None:
    text = write_map(everywhere(), tmp_path / "map.html").path.read_text(encoding="utf-8")
    for payload in PAYLOADS:
        assert payload not in text or not set("<>&\"'`${}\\") & set(payload), payload
    assert "49" not in text.split("</title>")[0].split("<title>")[1]


def test_parcels_far_apart_and_five_hundred_herbs_open(tmp_path: Path, open_file: Any) -> None:
    content = made_up.content(40, 500)
    shapes = [
        shapely.affinity.translate(shape, 0, nth * 0.1) for nth, shape in enumerate(content.parcels.geometry)
    ]
    parcels = gpd.GeoDataFrame(content.parcels.drop(columns="geometry"), geometry=shapes, crs=6668)
    opened = open_file(write_map(dataclasses.replace(content, parcels=parcels), tmp_path / "map.html").path)
    page = opened.page
    assert page.locator("#kanpo-herb option").count() == 500
    page.select_option("#kanpo-herb", "herb_499")
    north, south = page.evaluate(
        "[kanpo.app.map.getBounds().getNorth(), kanpo.app.map.getBounds().getSouth()]"
    )
    assert north - south > 3.8
    page.locator("#kanpo-list tr").last.click()
    assert page.locator("#kanpo-card").is_visible()
    assert opened.complaints == []


def test_a_stale_map_says_so(tmp_path: Path, open_file: Any) -> None:
    page = open_file(write_map(made_up.content(5, stale=True), tmp_path / "map.html").path).page
    assert "変わっています" in page.locator("#kanpo-stale").text_content()
    assert page.locator("#kanpo-stale").is_visible()
