import csv
import importlib.util
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nncore.colour import MeanColour, mean_colour, scale_colours
from nncore.images import open_image

COLOURS = Path(__file__).parents[2] / "data" / "colours"


def bank_rows():
    with (COLOURS / "bank.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_integer_mean_is_rounded_down_and_the_exact_one_is_not():
    image = Image.new("RGB", (3, 1))
    image.putdata([(255, 1, 0), (255, 1, 0), (254, 0, 1)])
    mean = mean_colour(image)
    assert mean == MeanColour((254, 0, 0), (764 / 3, 2 / 3, 1 / 3))


def test_the_mean_of_a_large_image_does_not_overflow():
    mean = mean_colour(Image.new("L", (4500, 4500), 255))
    assert mean.integer == (255, 255, 255)
    assert mean.exact == (255.0, 255.0, 255.0)


def test_transparent_pixels_count_as_white():
    image = Image.new("RGBA", (2, 1), (255, 0, 0, 255))
    image.putpixel((1, 0), (0, 0, 0, 0))
    assert mean_colour(image).exact == (255.0, 127.5, 127.5)


def test_an_image_without_pixels_has_no_mean():
    with pytest.raises(ValueError, match="image must have pixels"):
        mean_colour(Image.new("RGB", (5, 0)))


def test_both_scales():
    mean = MeanColour((255, 51, 0), (255.0, 51.9, 0.9))
    np.testing.assert_array_equal(mean.on_scale(255), [255.0, 51.0, 0.0])
    np.testing.assert_array_equal(mean.on_scale(1), [1.0, 0.2, 0.0])
    assert mean.on_scale(255).dtype == np.float64
    np.testing.assert_array_equal(scale_colours([[0, 255, 51]], 1), [[0.0, 1.0, 0.2]])


@pytest.mark.parametrize(
    ("colours", "scale", "message"),
    [
        ([1, 2], 1, r"colours must be \(3,\) or \(n_samples, 3\), got \(2,\)"),
        ([[[1, 2, 3]]], 1, r"colours must be .* got \(1, 1, 3\)"),
        ([1, 2, 256], 1, "colours must be from 0 to 255"),
        ([1, -1, 2], 1, "colours must be from 0 to 255"),
        ([1, np.nan, 2], 1, "colours must be from 0 to 255"),
        ([1, 2, 3], 100, "scale must be 1 or 255, got 100"),
    ],
)
def test_what_cannot_be_scaled_is_refused(colours, scale, message):
    with pytest.raises(ValueError, match=message):
        scale_colours(colours, scale)


def test_the_images_of_the_bank_have_exactly_the_colours_of_the_memoire_in_its_order():
    paths = sorted((COLOURS / "memoire").iterdir())
    rows = bank_rows()
    assert [path.stem.replace("_jungle", ".jungle") for path in paths] == [
        row["file_in_memoire"] for row in rows
    ]
    for path, row in zip(paths, rows, strict=True):
        mean = mean_colour(open_image(path))
        assert mean.integer == (int(row["red"]), int(row["green"]), int(row["blue"]))
        assert mean.exact == mean.integer


def test_there_are_other_images_and_they_are_pictures():
    paths = sorted((COLOURS / "more").glob("*.png"))
    assert len(paths) >= 14
    for path in paths:
        # A plain colour would have no spread; the checkerboard has two.
        assert np.asarray(open_image(path)).std(axis=(0, 1)).max() > 4


def test_the_script_makes_the_images_that_are_in_the_project(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("make_bank", COLOURS / "make_bank.py")
    make_bank = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_bank)
    monkeypatch.setattr("sys.argv", ["make_bank.py", str(tmp_path)])
    make_bank.main()
    stored = sorted(path.relative_to(COLOURS) for path in COLOURS.glob("*/*.png"))
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.glob("*/*.png")) == stored
    for name in stored:
        made, kept = (
            np.asarray(open_image(folder / name)).astype(int) for folder in (tmp_path, COLOURS)
        )
        # Sines and exponentials may differ in the last bit from one processor to the next.
        assert np.abs(made - kept).max() <= (0 if name.parent.name == "memoire" else 1), name
