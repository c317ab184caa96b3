"""Image files from anywhere, read safely, and their pixels as RGB.

First in the chain of the colour neuron: file -> `open_image` -> `rgb_pixels` -> mean colour.
The file's own headers are read here, so that Pillow decodes nothing whose size is not known.
"""

import os
import stat
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 16_000_000
# As in a JPEG. Pillow keeps a pointer to every row, and walks along each of them.
MAX_SIDE_PX = 65_535
# A JPEG of more pixels than this is decoded at half its size, which costs a quarter.
MAX_FULL_JPEG_PIXELS = 4_000_000

# Each scan of a progressive JPEG goes over all of its pixels, and thirty bytes are enough for a
# scan: 5 MB of them would decode for most of an hour. Encoders write about ten.
_MAX_JPEG_SCANS = 64
# Pillow goes through the parts of a file in Python. In large files, a profile takes 80 segments
# of a JPEG, and rows of pixels a few thousand chunks of a PNG.
_MAX_PARTS = 10_000
# Of an image that can only be decoded in full: a 4K screen in colour, for which Pillow takes four
# bytes a pixel, and twice that while it turns the image upright.
_MAX_DECODED_BYTES = 4 * 3840 * 2160
_BYTES_A_PIXEL = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16L": 2, "I;16B": 2, "I;16N": 2}
# Pillow's WebP decoder needs 16 bytes for each.
_MAX_WEBP_PIXELS = 4_000_000
# Pillow unpacks a run-length coded BMP in Python, at a few million pixels a second.
_MAX_RLE_PIXELS = 1_000_000

_BAND_PIXELS = 2**20

_BMP_HEADER_SIZES = (12, 40, 52, 56, 64, 108, 124)

# The sentences have no gaps to fill in, so that the pages can look up their translation.
_MISSING = "There is no such image file; check its name and folder."
_EMPTY = "This file is empty; choose another image."
_TOO_MANY_BYTES = "This file is larger than 5 MB; save the image smaller and try again."
_TOO_MANY_PIXELS = "This image has more than 16 megapixels; make it smaller and try again."
_TOO_LONG = "This image has a side of more than 65,535 pixels; make it smaller and try again."
_TOO_MANY_PARTS = (
    "This image is stored in too many parts; save it again as PNG or JPEG and try again."
)
_LARGE_IN_COLOUR = "This image has more than 8 megapixels in colour; save it as JPEG and try again."
_LARGE_WEBP = "This WebP has more than 4 megapixels; save it as JPEG and try again."
_TOO_MANY_SCANS = "This JPEG is stored in too many passes; save it as PNG and try again."
_COMPRESSED_BMP = "This BMP is compressed and large; save it as PNG and try again."
_FOREIGN = "This is not a PNG, JPEG, WebP, BMP or GIF image; save it as PNG or JPEG and try again."
_DAMAGED = "This image file is damaged or incomplete; save it again as PNG or JPEG and try again."
_ANIMATED = "This image is animated; save one of its frames as PNG or JPEG and try again."

_EXIF_ORIENTATION, _EXIF_SHORT = 0x0112, 3
_TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_EIGHT_BIT_MODES = {"1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "HSV"}
_SIXTEEN_BIT_MODES = {"I;16", "I;16L", "I;16B", "I;16N", "I"}
# To the nearest of 256 levels: 65535 is white, and 257 steps of 16 bits are one of 8.
_SIXTEEN_TO_EIGHT_BITS = ((np.arange(65536) + 128) // 257).astype(np.uint8)


class ImageFileError(ValueError):
    """An image file that cannot be used; the message is one sentence for whoever chose it."""


@dataclass(frozen=True)
class _Outline:
    """What a file's headers declare, and the part of the file that its pixels need."""

    width: int
    height: int
    pixel_data: bytes
    exif: bytes = b""


def open_image(source: bytes | str | os.PathLike[str]) -> Image.Image:
    """Decode an image file, having checked its limits first.

    Parameters
    ----------
    source : bytes or path
        The contents of the file, or where it is. PNG, JPEG, WebP and BMP, and the first frame of
        a GIF; at most `MAX_BYTES` long and, according to its own headers, of at most `MAX_PIXELS`
        and `MAX_SIDE_PX`. In colour, only a JPEG may have more pixels than a 4K screen, and a WebP
        no more than 4 million.

    Returns
    -------
    PIL.Image.Image
        Decoded, in the mode of the file, turned upright as its EXIF orientation asks, and free of
        metadata other than the transparent colour. A JPEG of more than `MAX_FULL_JPEG_PIXELS`
        has half its width and height, each rounded up.

    Raises
    ------
    ImageFileError
        If the file is missing, empty, too large, of another format, animated (a GIF excepted), cut
        short or damaged. The message is one of a few fixed sentences: what is wrong, what to do.
    ValueError
        If ``source`` is neither bytes nor a path.

    Notes
    -----
    Of a PNG or JPEG, Pillow is handed the pixels only. Text, colour profiles and EXIF stay out:
    the text of a PNG may unpack to megabytes, and a forged EXIF directory costs thousands of
    warnings in the log.
    """
    data = _read(source)
    image_format = _recognise(data)
    # Damaged files make Pillow and struct raise errors of a dozen types, from SyntaxError to
    # MemoryError, so only a wide net keeps the promise that nothing but ImageFileError comes out.
    try:
        outline = _OUTLINES[image_format](data)
    except ImageFileError:
        raise
    except Exception as error:
        raise ImageFileError(_DAMAGED) from error
    if outline.width < 1 or outline.height < 1:
        raise ImageFileError(_DAMAGED)
    if outline.width * outline.height > MAX_PIXELS:
        raise ImageFileError(_TOO_MANY_PIXELS)
    if max(outline.width, outline.height) > MAX_SIDE_PX:
        raise ImageFileError(_TOO_LONG)
    if image_format == "WEBP" and outline.width * outline.height > _MAX_WEBP_PIXELS:
        raise ImageFileError(_LARGE_WEBP)
    try:
        return _decode(outline, image_format)
    except ImageFileError:
        raise
    except Exception as error:
        raise ImageFileError(_DAMAGED) from error


def rgb_pixels(image: Image.Image) -> np.ndarray:
    """Return the pixels of an image of any usual mode as 8-bit RGB.

    Parameters
    ----------
    image : PIL.Image.Image
        Black and white, grey of 8 or 16 bits, palette, RGB, CMYK, YCbCr or HSV, with or without
        transparency. The modes of 16 bits and ``I`` are taken as 0-65535.

    Returns
    -------
    ndarray of shape (height, width, 3), uint8
        Transparent pixels are laid over white; 16 bits are rounded to the nearest of 8.

    Raises
    ------
    ValueError
        If the image has another mode, or no pixels.
    """
    pixels = np.empty((image.height, image.width, 3), dtype=np.uint8)
    top = 0
    for band in rgb_bands(image):
        pixels[top : top + len(band)] = band
        top += len(band)
    return pixels


def rgb_bands(image: Image.Image) -> Iterator[np.ndarray]:
    """Yield the same pixels some rows at a time, from the top, for whoever has less memory.

    Parameters
    ----------
    image : PIL.Image.Image
        As for `rgb_pixels`.

    Yields
    ------
    ndarray of shape (n_rows, width, 3), uint8
        About a megapixel; it may be read-only.

    Raises
    ------
    ValueError
        As for `rgb_pixels`.
    """
    if image.width < 1 or image.height < 1:
        raise ValueError(f"image must have pixels, got {image.width} x {image.height}")
    if image.mode not in _EIGHT_BIT_MODES | _SIXTEEN_BIT_MODES:
        raise ValueError(
            f"image mode must be one of {sorted(_EIGHT_BIT_MODES | _SIXTEEN_BIT_MODES)}, "
            f"got {image.mode!r}"
        )
    n_rows = _rows_of_band(image.width)
    for top in range(0, image.height, n_rows):
        yield _rgb(image.crop((0, top, image.width, min(top + n_rows, image.height))))


def reduced_rgb(image: Image.Image, factor: int) -> Image.Image:
    """Return an image in RGB, its sides divided by a whole factor, without a copy of all of it.

    Parameters
    ----------
    image : PIL.Image.Image
        As for `rgb_pixels`.
    factor : int
        At least 1. A side that it does not divide is rounded up.

    Raises
    ------
    ValueError
        As for `rgb_pixels`.
    """
    reduced = Image.new("RGB", (-(-image.width // factor), -(-image.height // factor)))
    # Bands of so many rows that each is reduced by itself.
    n_rows = factor * -(-_rows_of_band(image.width) // factor)
    for top in range(0, image.height, n_rows):
        bottom = min(top + n_rows, image.height)
        band = Image.fromarray(rgb_pixels(image.crop((0, top, image.width, bottom))))
        reduced.paste(band.reduce(factor), (0, top // factor))
    return reduced


def _rows_of_band(width: int) -> int:
    """Return how many rows make a band of about a megapixel."""
    return max(1, _BAND_PIXELS // width)


def _rgb(image: Image.Image) -> np.ndarray:
    """Return the pixels of an image of one of the modes."""
    if image.mode in _SIXTEEN_BIT_MODES:
        return _sixteen_bit_grey(image)
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        image = Image.new("RGB", image.size, "white")
        image.paste(rgba, mask=rgba)
    return np.asarray(image.convert("RGB"))


def _sixteen_bit_grey(image: Image.Image) -> np.ndarray:
    """Return 16-bit grey as 8-bit RGB, its transparent level as white."""
    levels = _SIXTEEN_TO_EIGHT_BITS
    transparent = image.info.get("transparency")
    if isinstance(transparent, int) and 0 <= transparent < levels.size:
        levels = levels.copy()
        levels[transparent] = 255
    grey = levels[np.clip(np.asarray(image), 0, 65535)]
    return np.repeat(grey[:, :, np.newaxis], 3, axis=2)


def _read(source: bytes | str | os.PathLike[str]) -> bytes:
    """Return the contents of the file, never reading more than the limit."""
    if isinstance(source, (str, os.PathLike)):
        try:
            # A pipe or a device could keep the reader waiting for ever.
            if not stat.S_ISREG(os.stat(source).st_mode):
                raise ImageFileError(_MISSING)
            with Path(source).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except (OSError, ValueError) as error:
            raise ImageFileError(_MISSING) from error
    elif isinstance(source, (bytes, bytearray, memoryview)):
        data = bytes(source[: MAX_BYTES + 1])
    else:
        raise ValueError(f"source must be bytes or a path, got {type(source).__name__}")
    if not data:
        raise ImageFileError(_EMPTY)
    if len(data) > MAX_BYTES:
        raise ImageFileError(_TOO_MANY_BYTES)
    return data


def _recognise(data: bytes) -> str:
    """Return Pillow's name of the format by the file's first bytes; its name counts for nothing."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    # Two letters are little evidence; the size of the second header confirms them.
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _BMP_HEADER_SIZES:
        return "BMP"
    raise ImageFileError(_FOREIGN)


def _decode(outline: _Outline, image_format: str) -> Image.Image:
    """Return the decoded image, upright and without the memory of its file."""
    with Image.open(BytesIO(outline.pixel_data), formats=[image_format]) as image:
        # Pillow allocates by the size that it has read itself.
        if image.size != (outline.width, outline.height):
            raise ImageFileError(_DAMAGED)
        n_pixels = image.width * image.height
        if image_format == "JPEG":
            if n_pixels > MAX_FULL_JPEG_PIXELS:
                image.draft(image.mode, (image.width // 2, image.height // 2))
        elif n_pixels * _BYTES_A_PIXEL.get(image.mode, 4) > _MAX_DECODED_BYTES:
            raise ImageFileError(_LARGE_IN_COLOUR)
        image.load()
        transposition = _TRANSPOSITIONS.get(_orientation(outline.exif))
        if transposition is not None:
            upright = image.transpose(transposition)
        elif image_format in ("GIF", "WEBP"):
            # A copy lets go of the file, its further frames and the decoder's own canvas.
            upright = image.copy()
        else:
            upright = image
    upright.info = {key: upright.info[key] for key in ("transparency",) if key in upright.info}
    return upright


def _orientation(exif: bytes) -> int:
    """Return the orientation (1 to 8) that EXIF data ask for, 1 if they are absent or unreadable.

    Pillow's own reader follows every entry of the directory; this one looks for a single tag.
    """
    exif = exif.removeprefix(b"Exif\0\0")
    byte_order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if byte_order is None:
        return 1
    try:
        (directory,) = struct.unpack_from(byte_order + "I", exif, 4)
        (n_entries,) = struct.unpack_from(byte_order + "H", exif, directory)
        for entry in range(n_entries):
            tag, kind, count, value = struct.unpack_from(
                byte_order + "HHIH", exif, directory + 2 + 12 * entry
            )
            if (tag, kind, count) == (_EXIF_ORIENTATION, _EXIF_SHORT, 1):
                return value
    except struct.error:
        pass
    return 1


def _png_outline(data: bytes) -> _Outline:
    """Read a PNG's chunks, whose checksums must be right as far as the IEND."""
    pixel_data, exif = [data[:8]], b""
    position, kind, n_chunks = 8, b"", 0
    while kind != b"IEND":
        n_chunks += 1
        if n_chunks > _MAX_PARTS:
            raise ImageFileError(_TOO_MANY_PARTS)
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 12 + length
        if kind == b"acTL":
            raise ImageFileError(_ANIMATED)
        if kind == b"eXIf":
            exif = data[position + 8 : end - 4]
        if kind in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"):
            (checksum,) = struct.unpack_from(">I", data, end - 4)
            if zlib.crc32(data[position + 4 : end - 4]) != checksum:
                raise ImageFileError(_DAMAGED)
            pixel_data.append(data[position:end])
        position = end
    if data[12:16] != b"IHDR":
        raise ImageFileError(_DAMAGED)
    width, height = struct.unpack_from(">II", data, 16)
    return _Outline(width, height, b"".join(pixel_data), exif)


def _jpeg_outline(data: bytes) -> _Outline:
    """Read a JPEG's segments as far as its first scan; the pixels end with the first EOI."""
    pixel_data, exif = [data[:2]], b""
    width = height = 0
    position, marker, n_markers = 2, 0, 0
    while marker != 0xDA:  # start of scan
        n_markers += 1
        if n_markers > _MAX_PARTS:
            raise ImageFileError(_TOO_MANY_PARTS)
        # Between segments decoders pass over padding, stray bytes and markers without a length.
        position = data.index(b"\xff", position)
        marker = data[position + 1]
        if marker in (0x00, 0x01, 0xFF) or 0xD0 <= marker <= 0xD8:
            position += 1
            continue
        (length,) = struct.unpack_from(">H", data, position + 2)
        segment = data[position : position + 2 + length]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # start of frame
            height, width = struct.unpack_from(">HH", segment, 5)
        if marker == 0xE1 and segment[4:10] == b"Exif\0\0" and not exif:
            exif = segment[4:]
        # Of the application segments only JFIF and Adobe say how to read the colours.
        if not (0xE0 <= marker <= 0xEF or marker == 0xFE) or marker in (0xE0, 0xEE):
            pixel_data.append(segment)
        position += 2 + length
    # 0xFF inside the scans' data is followed by 0, so these two bytes can only be the marker.
    end = data.index(b"\xff\xd9", position) + 2
    scans = data[position:end]
    if 1 + scans.count(b"\xff\xda") > _MAX_JPEG_SCANS:
        raise ImageFileError(_TOO_MANY_SCANS)
    return _Outline(width, height, b"".join([*pixel_data, scans]), exif)


def _gif_outline(data: bytes) -> _Outline:
    """Read a GIF's blocks to its trailer; the size is that of the first frame on its screen."""
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    position = 13 + _gif_table_size(flags)
    has_frame = False
    while data[position] != 0x3B:  # trailer
        if data[position] == 0x21:  # extension
            position = _gif_sub_blocks_end(data, position + 2)
        elif data[position] == 0x2C:  # frame
            frame = struct.unpack_from("<HHHHB", data, position + 1)
            if not has_frame:
                has_frame = True
                # Pillow widens the screen to hold the frame.
                width, height = max(width, frame[0] + frame[2]), max(height, frame[1] + frame[3])
            position = _gif_sub_blocks_end(data, position + 11 + _gif_table_size(frame[4]))
        else:
            raise ImageFileError(_DAMAGED)
    return _Outline(width, height, data)


def _gif_table_size(flags: int) -> int:
    """Return the bytes of the colour table that the flags announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_sub_blocks_end(data: bytes, position: int) -> int:
    """Return where the chain of length-prefixed blocks ends; IndexError if it is cut short."""
    while data[position]:
        position += 1 + data[position]
    return position + 1


def _bmp_outline(data: bytes) -> _Outline:
    """Read a BMP's header; a negative height means that the rows run from top to bottom."""
    if data[14] == _BMP_HEADER_SIZES[0]:
        width, height = struct.unpack_from("<HH", data, 18)
    else:
        width, height, _, compression = struct.unpack_from("<iiII", data, 18)
        if compression in (1, 2) and width * abs(height) > _MAX_RLE_PIXELS:
            raise ImageFileError(_COMPRESSED_BMP)
    return _Outline(width, abs(height), data)


def _webp_outline(data: bytes) -> _Outline:
    """Read a WebP's chunks; Pillow's decoder would allocate its canvas on opening."""
    kind = data[12:16]
    if kind == b"VP8X":
        if data[20] & 0x02:
            raise ImageFileError(_ANIMATED)
        width = 1 + int.from_bytes(data[24:27], "little")
        height = 1 + int.from_bytes(data[27:30], "little")
    elif kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    else:
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    return _Outline(width, height, data, _webp_exif(data))


def _webp_exif(data: bytes) -> bytes:
    """Return the contents of a WebP's EXIF chunk, empty if it has none."""
    position = 12
    while position + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, position)
        if kind == b"EXIF":
            return data[position + 8 : position + 8 + length]
        position += 8 + length + length % 2
    return b""


_OUTLINES: dict[str, Callable[[bytes], _Outline]] = {
    "PNG": _png_outline,
    "JPEG": _jpeg_outline,
    "GIF": _gif_outline,
    "BMP": _bmp_outline,
    "WEBP": _webp_outline,
}
