import contextlib
import os
import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageFile

from nncore import images
from nncore.images import MAX_BYTES, MAX_PIXELS, ImageFileError, open_image, reduced_rgb, rgb_pixels

RED, GREEN, BLUE, BLACK, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0), (255,) * 3
GREY = (127, 127, 127)


def encoded(image, image_format, **options):
    file = BytesIO()
    image.save(file, image_format, **options)
    return file.getvalue()


def gradient(width=24, height=16):
    y, x = np.mgrid[0:height, 0:width]
    return Image.fromarray(np.stack([9 * x, 13 * y, 5 * (x + y)], axis=2).astype(np.uint8))


def png_chunk(kind, content):
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def png(width, height, depth, colour_type, rows, *chunks):
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            png_chunk(b"IHDR", header),
            *chunks,
            png_chunk(b"IDAT", zlib.compress(rows)),
            png_chunk(b"IEND", b""),
        ]
    )


def exif(orientation):
    return b"Exif\0\0II*\0" + struct.pack("<IHHHII", 8, 1, 0x0112, 3, 1, orientation) + bytes(4)


FILES = {
    "png": encoded(gradient(), "PNG"),
    "png palette": encoded(gradient().quantize(16), "PNG"),
    "jpeg": encoded(gradient(), "JPEG"),
    "jpeg progressive": encoded(gradient(), "JPEG", progressive=True),
    "jpeg cmyk": encoded(gradient().convert("CMYK"), "JPEG"),
    "bmp": encoded(gradient(), "BMP"),
    "bmp palette": encoded(gradient().quantize(16), "BMP"),
    "gif": encoded(gradient(), "GIF"),
    "webp": encoded(gradient(), "WEBP"),
    "webp lossless": encoded(gradient(), "WEBP", lossless=True),
    "webp extended": encoded(gradient(), "WEBP", exif=exif(1)),
}


@pytest.mark.parametrize("name", FILES)
def test_formats_give_the_pixels_that_pillow_gives(name):
    image = open_image(FILES[name])
    with Image.open(BytesIO(FILES[name])) as expected:
        np.testing.assert_array_equal(rgb_pixels(image), np.array(expected.convert("RGB")))
        assert image.mode == expected.mode


def test_a_path_is_read_whatever_it_is_called(tmp_path):
    path = tmp_path / "a picture.pdf"
    path.write_bytes(FILES["png"])
    expected = np.array(gradient())
    np.testing.assert_array_equal(rgb_pixels(open_image(path)), expected)
    np.testing.assert_array_equal(rgb_pixels(open_image(str(path))), expected)


def test_a_gif_gives_its_first_frame_only():
    frames = [Image.new("RGB", (4, 4), colour) for colour in (RED, GREEN, BLUE)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    image = open_image(data)
    assert getattr(image, "n_frames", 1) == 1
    np.testing.assert_array_equal(rgb_pixels(image), np.full((4, 4, 3), RED))


def test_only_the_first_frame_of_a_gif_sets_its_size():
    one_pixel = encoded(Image.new("L", (1, 1), 7), "GIF")
    far_away = b"," + struct.pack("<HHHHBB", 60_000, 60_000, 1, 1, 0, 2) + b"\x01\0\0"
    assert open_image(one_pixel[:-1] + far_away + b";").size == (1, 1)


@pytest.mark.parametrize("image_format", ["PNG", "WEBP"])
def test_other_animations_are_refused(image_format):
    frames = [Image.new("RGB", (4, 4), colour) for colour in (RED, GREEN)]
    data = encoded(frames[0], image_format, save_all=True, append_images=frames[1:])
    with pytest.raises(ImageFileError, match="animated; save one of its frames"):
        open_image(data)


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, ["RG.", "..B"]),
        (2, [".GR", "B.."]),
        (3, ["B..", ".GR"]),
        (4, ["..B", "RG."]),
        (5, ["R.", "G.", ".B"]),
        (6, [".R", ".G", "B."]),
        (7, ["B.", ".G", ".R"]),
        (8, [".B", "G.", "R."]),
        (0, ["RG.", "..B"]),
        (9, ["RG.", "..B"]),
    ],
)
@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP"])
def test_the_exif_orientation_is_applied(image_format, orientation, expected):
    letters = {"R": RED, "G": GREEN, "B": BLUE, ".": WHITE}
    stored = np.array([[RED, GREEN, WHITE], [WHITE, WHITE, BLUE]], dtype=np.uint8)
    # Squares of 16 pixels survive the compression of JPEG.
    big = Image.fromarray(np.kron(stored, np.ones((16, 16, 1), dtype=np.uint8)))
    pixels = rgb_pixels(open_image(encoded(big, image_format, exif=exif(orientation))))
    shown = pixels[8::16, 8::16]
    wanted = np.array([[letters[letter] for letter in row] for row in expected])
    assert shown.shape == wanted.shape
    assert np.abs(shown.astype(int) - wanted).max() < 80


def test_the_exif_of_a_webp_is_found_behind_a_chunk_of_odd_length():
    data = encoded(gradient(), "WEBP", icc_profile=b"odd", exif=exif(6))
    assert open_image(data).size == (16, 24)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"Exif\0\0",
        b"Exif\0\0II*\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01" * 40,
        b"not exif at all",
    ],
)
def test_unreadable_exif_leaves_the_picture_as_it_is(broken):
    data = encoded(gradient(), "PNG")
    data = data[:33] + png_chunk(b"eXIf", broken) + data[33:]
    np.testing.assert_array_equal(rgb_pixels(open_image(data)), np.array(gradient()))


def test_a_forged_exif_directory_is_not_followed(recwarn):
    # Five thousand tags, the orientation among them, each of which claims to be 60 kB long.
    entries = b"".join(struct.pack("<HHII", tag + 1, 7, 60000, 8) for tag in range(5000))
    segment = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 5000) + entries
    data = FILES["jpeg"]
    app1 = b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment
    assert open_image(data[:2] + app1 + data[2:]).size == (24, 16)
    assert not recwarn.list


def test_metadata_are_dropped_and_the_transparent_colour_is_kept():
    palette = gradient().quantize(16)
    data = encoded(palette, "PNG", transparency=3, dpi=(72, 72), exif=exif(1))
    assert open_image(data).info == {"transparency": 3}
    assert open_image(FILES["jpeg"]).info == {}


def test_text_that_unpacks_to_gigabytes_is_never_unpacked():
    bomb = png_chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(50_000_000), 9))
    data = png(1, 1, 8, 0, b"\0\x07", *[bomb] * 20)
    assert rgb_pixels(open_image(data)).tolist() == [[[7, 7, 7]]]


HUGE = {
    "png": png(50_000, 50_000, 8, 0, b"\0"),
    "png just above": png(4001, 4000, 8, 0, b"\0"),
    "jpeg": FILES["jpeg"].replace(struct.pack(">HH", 16, 24), struct.pack(">HH", 65_000, 65_000)),
    "gif screen": b"GIF89a" + struct.pack("<HHBBB", 65_000, 65_000, 0, 0, 0) + FILES["gif"][-1:],
    "gif frame": b"GIF89a"
    + struct.pack("<HHBBB", 1, 1, 0, 0, 0)
    + b"!\xf9\x04\x08\0\0\0\0"
    + b","
    + struct.pack("<HHHHBB", 0, 0, 60_000, 60_000, 0, 2)
    + b"\x01\0\0;",
    "bmp": FILES["bmp"][:18] + struct.pack("<ii", 40_000, -40_000) + FILES["bmp"][26:],
    "webp": FILES["webp"][:26] + struct.pack("<HH", 16_000, 16_000) + FILES["webp"][30:],
    "webp lossless": FILES["webp lossless"][:21]
    + struct.pack("<I", 15_999 | 15_999 << 14)
    + FILES["webp lossless"][25:],
    "webp extended": FILES["webp extended"][:24]
    + (16_000).to_bytes(3, "little") * 2
    + FILES["webp extended"][30:],
}


@pytest.mark.parametrize("name", HUGE)
def test_huge_images_are_refused_before_pillow_sees_them(name, monkeypatch):
    seen = []
    monkeypatch.setattr(Image, "open", lambda *args, **kwargs: seen.append(args))
    with pytest.raises(ImageFileError, match="more than 16 megapixels; make it smaller"):
        open_image(HUGE[name])
    assert not seen


def test_an_image_of_just_16_megapixels_is_taken():
    data = encoded(Image.new("1", (4000, 4000), 1), "PNG")
    assert MAX_PIXELS == 4000 * 4000
    assert open_image(data).size == (4000, 4000)


def test_files_are_refused_by_their_length(tmp_path):
    data = FILES["bmp"] + bytes(MAX_BYTES + 1 - len(FILES["bmp"]))
    path = tmp_path / "long.bmp"
    path.write_bytes(data)
    for source in (data, path):
        with pytest.raises(ImageFileError, match="larger than 5 MB; save the image smaller"):
            open_image(source)
    assert open_image(data[:-1]).size == (24, 16)


@pytest.mark.parametrize(
    "data",
    [
        b"8BPS\0\1" + bytes(100),
        b"SIMPLE  =                    T" + bytes(100),
        b"%PDF-1.7\n" + bytes(100),
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"II*\0" + bytes(100),
        b"BM, said the reader, is no evidence",
        b"P6 1 1 255 abc",
        b"RIFF\x24\0\0\0WAVEfmt ",
        b"x",
    ],
)
def test_other_formats_are_refused_under_any_name(data, tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(data)
    for source in (data, path):
        with pytest.raises(ImageFileError, match="not a PNG, JPEG, WebP, BMP or GIF image; save"):
            open_image(source)


def test_an_empty_file_is_refused():
    with pytest.raises(ImageFileError, match="empty; choose another"):
        open_image(b"")


def test_what_is_no_file_is_refused(tmp_path):
    if hasattr(os, "mkfifo"):
        # Whoever opens a pipe waits for its other end.
        os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "absent.png", tmp_path, tmp_path / "pipe", "a\0b"):
        with pytest.raises(ImageFileError, match="no such image file; check its name"):
            open_image(path)


def test_a_source_of_another_type_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="source must be bytes or a path, got int"):
        open_image(3)


@pytest.mark.parametrize("name", FILES)
def test_every_truncation_is_one_clear_error(name, monkeypatch):
    if not name.startswith("bmp"):
        # Another library may have told Pillow to fill up what is missing with grey. Of these
        # formats, only a BMP does not say where it ends.
        monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    data = FILES[name]
    for length in range(20, len(data), 1 if len(data) < 1000 else 7):
        with pytest.raises(ImageFileError, match="damaged or incomplete; save it again"):
            open_image(data[:length])
    with pytest.raises(ImageFileError, match="damaged or incomplete; save it again"):
        open_image(data[:-1])


@pytest.mark.parametrize("name", FILES)
def test_damage_gives_a_picture_or_an_image_file_error(name):
    rng = np.random.default_rng(11)
    for _ in range(150):
        data = bytearray(FILES[name])
        for position in rng.integers(0, len(data) if rng.random() < 0.5 else 40, 3):
            data[position] = rng.integers(0, 256)
        with contextlib.suppress(ImageFileError):
            assert open_image(bytes(data)).width > 0


def test_a_picture_without_pixels_is_damaged():
    with pytest.raises(ImageFileError, match="damaged"):
        open_image(png(0, 5, 8, 0, b"\0"))


def test_a_wrong_checksum_is_damage():
    data = bytearray(FILES["png"])
    data[-13] ^= 1  # the checksum of the pixels, which Pillow passes over
    with pytest.raises(ImageFileError, match="damaged"):
        open_image(bytes(data))


def test_a_size_that_pillow_reads_otherwise_is_damage():
    second_header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0))
    with pytest.raises(ImageFileError, match="damaged"):
        open_image(png(1, 1, 8, 0, b"\0\x07\x07" * 2, second_header))


def test_a_jpeg_of_endless_scans_is_refused():
    data = encoded(Image.new("L", (64, 64), 90), "JPEG", progressive=True)
    last_scan = data[data.rindex(b"\xff\xda") : -2]
    assert open_image(data[:-2] + 20 * last_scan + data[-2:]).size == (64, 64)
    with pytest.raises(ImageFileError, match="too many passes; save it as PNG"):
        open_image(data[:-2] + 100 * last_scan + data[-2:])


def run_length_bmp(width, height):
    rows = (b"\x02\x00" + b"\0\0") * height + b"\0\1"
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(rows), 0, 0, 2, 0)
    offset = 14 + len(header) + 8
    file_header = b"BM" + struct.pack("<IHHI", offset + len(rows), 0, 0, offset)
    return file_header + header + bytes([0, 0, 255, 0, 0, 255, 0, 0]) + rows


def test_only_small_run_length_coded_bmps_are_unpacked():
    image = open_image(run_length_bmp(2, 3))
    np.testing.assert_array_equal(rgb_pixels(image), np.full((3, 2, 3), RED))
    with pytest.raises(ImageFileError, match="compressed and large; save it as PNG"):
        open_image(run_length_bmp(1_000_001, 1))


def test_a_jpeg_with_junk_between_its_segments_is_read():
    data = FILES["jpeg"]
    assert open_image(data[:2] + b"\xff\xff\x00junk" + data[2:]).size == (24, 16)


def test_a_jpeg_keeps_the_marker_that_says_how_its_colours_are_stored():
    data = encoded(Image.new("RGB", (16, 16), RED), "JPEG", keep_rgb=True)
    # Without the letters R, G, B as names of the channels, Adobe's marker alone says RGB.
    for letters in (b"R\x11\0G\x11\0B\x11\0", b"R\0G\0B\0"):
        assert data.count(letters) == 1
        numbers = letters.replace(b"R", b"\1").replace(b"G", b"\2").replace(b"B", b"\3")
        data = data.replace(letters, numbers)
    np.testing.assert_allclose(rgb_pixels(open_image(data))[8, 8], RED, atol=3)


def test_what_follows_a_jpeg_is_ignored():
    # Phones append a video or a second picture.
    assert open_image(FILES["jpeg"] + b"ftypmp42" + bytes(range(256))).size == (24, 16)


def with_alpha(colours, alphas):
    pixels = [(*colour, alpha) for colour, alpha in zip(colours, alphas, strict=True)]
    image = Image.new("RGBA", (len(pixels), 1))
    image.putdata(pixels)
    return image


def palette_image(transparency):
    image = Image.new("P", (2, 1))
    image.putpalette([*RED, *BLUE])
    image.putdata([0, 1])
    image.info["transparency"] = transparency
    return image


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Image.new("1", (1, 1), 1), [WHITE]),
        (Image.new("L", (1, 1), 77), [(77, 77, 77)]),
        (Image.new("LA", (1, 1), (0, 51)), [(204, 204, 204)]),
        (Image.new("RGB", (1, 1), (1, 2, 3)), [(1, 2, 3)]),
        # 255 - (255 - c) alpha / 255, to the nearest
        (with_alpha([RED, RED, BLACK, BLACK], [255, 0, 128, 1]), [RED, WHITE, GREY, (254,) * 3]),
        (palette_image(1), [RED, WHITE]),
        (palette_image(bytes([51, 255])), [(255, 204, 204), BLUE]),
        (Image.new("CMYK", (1, 1), (0, 255, 255, 0)), [RED]),
        (Image.new("CMYK", (1, 1), (0, 0, 0, 155)), [(100, 100, 100)]),
        (Image.new("YCbCr", (1, 1), (90, 128, 128)), [(90, 90, 90)]),
        (Image.new("HSV", (1, 1), (0, 255, 255)), [RED]),
        (Image.fromarray(np.array([[128, 129, 65535]], np.uint16)), [BLACK, (1,) * 3, WHITE]),
        (Image.fromarray(np.array([[-5, 257 * 9, 70000]], np.int32)), [BLACK, (9,) * 3, WHITE]),
    ],
    ids=lambda value: value.mode if isinstance(value, Image.Image) else "",
)  # fmt: skip
def test_pixels_of_each_mode(image, expected):
    pixels = rgb_pixels(image)
    assert pixels.dtype == np.uint8
    assert pixels.tolist() == [[list(colour) for colour in expected]]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (png(2, 1, 16, 0, b"\0" + struct.pack(">2H", 300, 65535)), [(1, 1, 1), WHITE]),
        (
            png(2, 1, 16, 0, b"\0" + struct.pack(">2H", 300, 0), png_chunk(b"tRNS", b"\x01\x2c")),
            [WHITE, BLACK],
        ),
        (
            png(2, 1, 8, 2, b"\0" + bytes([*RED, *BLUE]), png_chunk(b"tRNS", b"\0\xff\0\0\0\0")),
            [WHITE, BLUE],
        ),
        (png(1, 1, 16, 6, b"\0" + struct.pack(">4H", 65535, 0, 0, 65535)), [RED]),
        (png(1, 1, 16, 4, b"\0" + struct.pack(">2H", 0, 0)), [WHITE]),
    ],
    ids=["grey", "grey, one level transparent", "one colour transparent", "RGBA", "LA"],
)
def test_pixels_of_deep_and_transparent_png_files(data, expected):
    assert rgb_pixels(open_image(data)).tolist() == [[list(colour) for colour in expected]]


def test_pixels_need_a_known_mode_and_an_area():
    with pytest.raises(ValueError, match=r"image mode must be one of .* got 'F'"):
        rgb_pixels(Image.new("F", (1, 1)))
    with pytest.raises(ValueError, match="image must have pixels, got 0 x 3"):
        rgb_pixels(Image.new("RGB", (0, 3)))


def test_the_messages_are_one_sentence_each():
    sentences = [
        value
        for name, value in vars(images).items()
        if isinstance(value, str) and name.isupper() and name.startswith("_")
    ]
    assert len(sentences) >= 9
    for sentence in sentences:
        assert sentence.endswith(".")
        assert sentence.count(". ") == 0


def jpeg_of(parts):
    return FILES["jpeg"][:2] + parts + FILES["jpeg"][2:]


@pytest.mark.parametrize(
    "data",
    [
        jpeg_of(b"\xff" * 1_000_000),
        jpeg_of(b"\xff\0" * 500_000),
        jpeg_of(b"\xff\xe0\0\2" * 500_000),
        jpeg_of(b"\xff\xdb\0\2" * 500_000),
        FILES["png"][:33] + png_chunk(b"IDAT", b"") * 100_000 + FILES["png"][33:],
        FILES["png"][:33] + png_chunk(b"PLTE", b"") * 100_000 + FILES["png"][33:],
    ],
    ids=["padding", "stray bytes", "APP0", "tables", "IDAT", "PLTE"],
)
def test_files_of_countless_parts_are_refused(data):
    with pytest.raises(ImageFileError, match="too many parts; save it again"):
        open_image(data)


def test_a_line_of_pixels_is_too_long_to_be_an_image():
    data = encoded(Image.new("1", (1, 65_536), 1), "PNG")
    with pytest.raises(ImageFileError, match="more than 65,535 pixels; make it smaller"):
        open_image(data)
    assert open_image(encoded(Image.new("1", (1, 65_535), 1), "PNG")).size == (1, 65_535)


def test_a_large_webp_is_refused_and_a_large_jpeg_comes_at_half_its_size():
    with pytest.raises(ImageFileError, match="more than 4 megapixels; save it as JPEG"):
        open_image(encoded(Image.new("RGB", (2001, 2000)), "WEBP"))
    jpeg = open_image(encoded(Image.new("RGB", (2001, 2000), GREY), "JPEG"))
    assert jpeg.size == (1001, 1000)
    assert np.unique(rgb_pixels(jpeg)).tolist() == [GREY[0]]


def test_more_than_a_4k_screen_is_refused_in_colour_and_taken_in_grey():
    assert open_image(encoded(Image.new("RGB", (3840, 2160)), "PNG")).size == (3840, 2160)
    for mode in ("RGB", "RGBA", "LA"):
        with pytest.raises(ImageFileError, match="8 megapixels in colour; save it as JPEG"):
            open_image(encoded(Image.new(mode, (3841, 2160)), "PNG"))
    for mode in ("1", "L", "P", "I;16"):
        assert open_image(encoded(Image.new(mode, (3841, 2160)), "PNG")).size == (3841, 2160)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "CMYK"])
@pytest.mark.parametrize("factor", [1, 2, 3, 50])
def test_an_image_reduced_in_bands_is_the_image_reduced(mode, factor, monkeypatch):
    monkeypatch.setattr("nncore.images._BAND_PIXELS", 70)
    image = gradient(23, 31).convert(mode)
    expected = Image.fromarray(rgb_pixels(image)).reduce(factor)
    reduced = reduced_rgb(image, factor)
    assert reduced.size == expected.size
    np.testing.assert_array_equal(np.asarray(reduced), np.asarray(expected))


@pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK"])
def test_bands_are_the_pixels_in_order(mode, monkeypatch):
    image = gradient().convert(mode)
    expected = np.asarray(image.convert("RGB"))
    monkeypatch.setattr(images, "_BAND_PIXELS", 5 * image.width)
    assert [len(band) for band in images.rgb_bands(image)] == [5, 5, 5, 1]
    np.testing.assert_array_equal(rgb_pixels(image), expected)
