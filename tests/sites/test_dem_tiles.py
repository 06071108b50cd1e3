"""Tiles of the national elevation model: read exactly, put together, refused when broken."""

import contextlib
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.io import MemoryFile

from kanpo.errors import InputUnusable, KanpoError, UsageError
from kanpo.sites import Layer, inspect_layer, site_factors
from tests.sites.made_up import attributes, fields, write_polygons, write_raster
from tests.sites.tiles import plane, tile_xml, zipped

#: South-west corner of a tertiary mesh near the parcels, latitude and longitude.
LOWER = (38 + 38 / 60 + 30 / 3600, 139.8)
SMALL = (6, 5)


def name(model: str = "5A", day: str = "20161001", mesh: str = "5739-56-04") -> str:
    return f"FG-GML-{mesh}-DEM{model}-{day}.xml"


def grid_of(layer: Layer) -> tuple[np.ndarray, rasterio.Affine, int]:
    """Heights with NaN for no data, the transform, and the EPSG code."""
    with MemoryFile(layer.content) as memory, memory.open() as raster:
        heights = raster.read(1, masked=True).astype(float).filled(np.nan)
        return heights, raster.transform, raster.crs.to_epsg()


def added(tmp_path: Path, *tiles: tuple[str, bytes]) -> Layer:
    paths = []
    for file, content in tiles:
        paths.append(tmp_path / file)
        paths[-1].write_bytes(content)
    return inspect_layer(paths, layer_id="dem")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 29), st.integers(0, 30), st.integers(0, 10_000))
def test_heights_stand_in_their_cells_to_the_centimetre(
    tmp_path: Path, skipped: int, told: int, seed: int
) -> None:
    told = min(told, 30 - skipped)
    rng = np.random.default_rng(seed)
    heights = [None if rng.random() < 0.2 else round(float(rng.uniform(-10, 3776)), 2) for _ in range(told)]
    start = (skipped % SMALL[0], skipped // SMALL[0])

    grid, transform, epsg = grid_of(
        added(tmp_path, (name(), tile_xml(heights, lower=LOWER, size=SMALL, start=start)))
    )

    # The first cell told is the start point; rows run from the north west.
    expected = np.full(30, np.nan)
    expected[skipped : skipped + told] = [np.nan if z is None else z for z in heights]
    np.testing.assert_allclose(grid.ravel(), expected, atol=0.001)
    assert epsg == 6668
    cell = 1 / 18_000
    assert (transform.a, transform.e) == pytest.approx((cell, -cell), rel=1e-12)
    north = LOWER[0] + SMALL[1] * cell
    assert (transform.c, transform.f) == pytest.approx((LOWER[1], north), abs=cell / 1000)


@pytest.mark.parametrize(("model", "size"), [("10B", (1125, 750)), ("5A", (225, 150))])
def test_a_tile_of_the_published_size_is_read_whole(
    tmp_path: Path, model: str, size: tuple[int, int]
) -> None:
    heights = np.round(np.random.default_rng(1).uniform(0, 900, size[::-1]), 2)
    corner = (38 + 35 / 60, 139.75) if model == "10B" else LOWER

    layer = added(tmp_path, (name(model), tile_xml(heights.ravel().tolist(), lower=corner, model=model)))
    grid, transform, _ = grid_of(layer)

    np.testing.assert_allclose(grid, heights, atol=0.001)
    assert (layer.kind, layer.columns) == ("raster", {"elevation_m": "1", "slope_deg": "slope"})
    west, north = transform * (size[0], 0)
    assert (west, north) == pytest.approx(
        (corner[1] + (0.125 if model == "10B" else 0.0125), corner[0] + (5 if model == "10B" else 0.5) / 60),
        abs=1e-9,
    )


def neighbours(rise: float = 2.0) -> tuple[tuple[str, bytes], tuple[str, bytes]]:
    """Two tiles side by side on one plane that rises to the east."""
    west = tile_xml(plane((225, 150), 0, rise).ravel().tolist(), lower=LOWER)
    east = tile_xml(plane((225, 150), 225, rise).ravel().tolist(), lower=(LOWER[0], LOWER[1] + 0.0125))
    return (name(mesh="5739-56-04"), west), (name(mesh="5739-56-05"), east)


def test_the_slope_goes_on_over_the_seam_of_two_tiles(tmp_path: Path) -> None:
    layer = added(tmp_path, *neighbours())
    seam = LOWER[1] + 0.0125
    outlines = [
        shapely.box(at - 0.0003, LOWER[0] + 0.004, at + 0.0003, LOWER[0] + 0.0045)
        for at in (seam - 0.004, seam, seam + 0.004)
    ]
    parcels = fields([shapely.box(0, 0, 9, 9)] * 3)
    parcels["geometry"] = outlines

    factors = site_factors(parcels, [layer], attributes(parcels))

    slopes = factors.values["slope_deg"].to_numpy()
    assert slopes == pytest.approx(slopes[0], abs=0.01) and slopes[0] > 5
    assert factors.coverage["slope_deg"].tolist() == pytest.approx([1, 1, 1], abs=1e-3)
    # Cell i has its middle at (i + 1/2) cells and height 2 i.
    assert factors.values["elevation_m"].to_numpy() == pytest.approx(
        [2 * ((at - LOWER[1]) * 18_000 - 0.5) for at in (seam - 0.004, seam, seam + 0.004)], abs=0.1
    )


def test_tiles_come_as_files_zips_and_zips_of_zips(tmp_path: Path) -> None:
    (one, first), (two, second) = neighbours()
    by_itself = added(tmp_path, (one, first), (two, second))
    metadata = b"<?xml version='1.0'?><MD_Metadata/>"
    both = zipped(tmp_path / "both.zip", {f"folder/{one}": first, two: second, "fmdid00-0000.xml": metadata})
    inner = zipped(tmp_path / "inner.zip", {two: second})
    nested = zipped(tmp_path / "nested.zip", {"a.zip": inner.read_bytes(), one: first})

    for path in (both, nested):
        layer = inspect_layer(path)
        np.testing.assert_array_equal(grid_of(layer)[0], grid_of(by_itself)[0])
        assert list(layer.made_from) == [path.name] and len(layer.made_from[path.name]) == 64
    assert list(by_itself.made_from) == [one, two]


def test_the_better_and_the_newer_tile_counts_and_others_fill_its_gaps(tmp_path: Path) -> None:
    def flat(height: float | None, size: int = 30) -> list[float | None]:
        return [height] * size

    laser = flat(None, 10) + flat(5.0, 20)
    tiles = [
        (name("5A", "20160101"), tile_xml(laser, lower=LOWER, size=SMALL)),
        (name("5A", "20200101"), tile_xml([None] * 20 + [6.0] * 10, lower=LOWER, size=SMALL)),
        (name("5B", "20240101"), tile_xml(flat(9.0), lower=LOWER, size=SMALL, model="5B")),
    ]
    for order in (tiles, tiles[::-1]):
        grid, _, _ = grid_of(added(tmp_path, *order))
        assert grid.ravel().tolist() == [9.0] * 10 + [5.0] * 10 + [6.0] * 10


def test_older_tiles_in_shift_jis_and_jgd2000_are_read(tmp_path: Path) -> None:
    content = tile_xml([1.25] * 30, lower=LOWER, size=SMALL, srs="fguuid:jgd2000.bl", encoding="Shift_JIS")

    grid, _, epsg = grid_of(added(tmp_path, (name(), content)))

    assert epsg == 4612
    assert (grid == 1.25).all()


def refusal(tmp_path: Path, *tiles: tuple[str, bytes]) -> KanpoError:
    with pytest.raises(KanpoError) as refused:
        added(tmp_path, *tiles)
    assert refused.value.what.ja and refused.value.mend.en
    return refused.value


def test_a_height_that_cannot_be_is_named_with_its_line(tmp_path: Path) -> None:
    content = tile_xml([1.0] * 30, lower=LOWER, size=SMALL).decode()
    first = content[: content.index("地表面")].count("\n") + 1
    for wrong in ("5000.00", "x", "nan.", "inf"):
        lines = content.split("\n")
        lines[first + 3] = f"地表面,{wrong}"

        error = refusal(tmp_path, (name(), "\n".join(lines).encode()))

        (problem,) = error.problems
        assert (problem.code, problem.place.line, problem.place.value) == ("layer.value", first + 4, wrong)
        assert problem.place.file == name()


def doctype(entity: str) -> str:
    return f"<!DOCTYPE Dataset [{entity}]>\n"


BOMB = '<!ENTITY a "1234567890"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'


@pytest.mark.parametrize(
    "content",
    [
        tile_xml([1.0] * 31, lower=LOWER, size=SMALL),
        tile_xml([1.0] * 30, lower=LOWER, size=SMALL, start=(1, 0)),
        tile_xml([], lower=LOWER, size=SMALL, start=(0, 9)),
        tile_xml([1.0] * 30, lower=LOWER, size=SMALL, order="+x+y"),
        tile_xml([1.0] * 30, lower=LOWER, size=SMALL, srs="EPSG:4326"),
        tile_xml([1.0] * 30, lower=LOWER, size=SMALL, head=doctype(BOMB)),
        tile_xml([1.0] * 30, lower=LOWER, size=SMALL, head=doctype('<!ENTITY x SYSTEM "file:///etc/hosts">')),
        tile_xml([1.0] * 30, lower=LOWER, size=SMALL, encoding="UTF-7"),
        tile_xml([1.0] * 30, lower=LOWER, size=SMALL)[:-30],
        tile_xml([1.0] * 30, lower=LOWER, size=SMALL).replace(b"<gml:high>5 4", b"<gml:high>5"),
        tile_xml([1.0] * 30, lower=LOWER, size=SMALL).replace(
            b"<gml:high>5 4", b"<gml:high>999999999 999999999"
        ),
        tile_xml([1.0] * 30, lower=LOWER, size=SMALL).replace(b"<gml:high>5 4", b"<gml:high>99999 99999"),
        tile_xml([1.0] * 30, lower=(LOWER[0] + 0.4 / 18_000, LOWER[1]), size=SMALL),
        tile_xml([1.0] * 30, lower=(float("nan"), LOWER[1]), size=SMALL),
    ],
)
def test_what_is_no_published_tile_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refusal(tmp_path, (name(), content)).code == "layer.dem-tile"


def test_a_tile_of_the_whole_globe_is_refused(tmp_path: Path) -> None:
    east = f" {-180 + 6 / 18_000:.9f}".encode()
    content = tile_xml([1.0] * 30, lower=(0, -180), size=SMALL)
    assert east in content

    assert isinstance(refusal(tmp_path, (name(), content.replace(east, b" 180.000000000"))), InputUnusable)


def test_a_pit_below_the_sea_is_not_told_and_a_polder_is(tmp_path: Path) -> None:
    content = tile_xml([-4.0, -150.0] * 15, lower=LOWER, size=SMALL)

    grid, _, _ = grid_of(added(tmp_path, (name(), content)))

    assert grid.ravel()[:2].tolist() == pytest.approx([-4, np.nan], nan_ok=True)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_tile_or_zip_is_read_or_refused_in_words(tmp_path: Path, data: st.DataObject) -> None:
    content = tile_xml([1.5] * 30, lower=LOWER, size=SMALL)
    if data.draw(st.booleans()):
        content = zipped(tmp_path / "a.zip", {name(): content, "b.xml": content}).read_bytes()
    broken = bytearray(content)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(broken) - 1))
        piece = data.draw(
            st.sampled_from([b"", b"\0", b"9", b"-", b"<", b"999999999", b"e9", b"&x;", b"\xff"])
        )
        broken[at : at + data.draw(st.integers(0, 4))] = piece
    path = tmp_path / name()
    path.write_bytes(bytes(broken))

    # Anything but an error in words fails the test by itself.
    with contextlib.suppress(KanpoError):
        assert grid_of(inspect_layer(path))[0].size <= 10_000_000


def test_tiles_that_do_not_fit_together_are_refused(tmp_path: Path) -> None:
    one = (name(), tile_xml([1.0] * 30, lower=LOWER, size=SMALL))
    coarse = (name("10B"), tile_xml([1.0] * 30, lower=LOWER, size=SMALL, model="10B"))
    older = (name(day="1"), tile_xml([1.0] * 30, lower=LOWER, size=SMALL, srs="fguuid:jgd2000.bl"))
    far = (name(mesh="3036-51-00"), tile_xml([1.0] * 30, lower=(24.75, 125.25), size=SMALL))

    assert refusal(tmp_path, one, coarse).code == "layer.dem-mixed"
    assert refusal(tmp_path, one, older).code == "layer.dem-mixed"
    assert refusal(tmp_path, one, far).code == "layer.dem-too-wide"


def test_zip_bombs_and_broken_zips_are_refused(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "bomb.zip", {name(): b" " * (150 * 1024**2)})
    with pytest.raises(InputUnusable) as refused:
        inspect_layer(bomb)
    assert refused.value.code == "zip.too-large"

    deep = zipped(tmp_path / "0.zip", {name(): tile_xml([1.0] * 30, lower=LOWER, size=SMALL)})
    for level in range(1, 4):
        deep = zipped(tmp_path / f"{level}.zip", {"inner.zip": deep.read_bytes()})
    with pytest.raises(InputUnusable) as refused:
        inspect_layer(deep)
    assert refused.value.code == "zip.unreadable"


def test_only_what_belongs_together_is_added_together(tmp_path: Path) -> None:
    tile = tmp_path / name()
    tile.write_bytes(tile_xml([1.0] * 30, lower=LOWER, size=SMALL))
    raster = write_raster(tmp_path / "dem.tif", np.full((9, 9), 1.0))
    soil = write_polygons(tmp_path / "soil.geojson", [(shapely.box(0, 0, 9, 9), {"texture": "clay"})])

    for paths in ([tile, raster], [raster, soil]):
        with pytest.raises(UsageError) as refused:
            inspect_layer(paths)
        assert refused.value.code == "layer.several-files"
    with pytest.raises(UsageError) as refused:
        inspect_layer(tile, kind="polygons")
    assert refused.value.code == "layer.other-kind"
    assert inspect_layer(tile, kind="raster").columns["slope_deg"] == "slope"
