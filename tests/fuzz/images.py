"""Image files that are damaged, forged or hostile."""

import io
import struct
import zlib
from functools import cache

import numpy as np
from PIL import Image

from nncore.colour import mean_colour
from nncore.images import ImageFileError, open_image, reduced_rgb
from nncore.photo import ink_from_photo
from tests.fuzz.campaign import Campaign
from tests.fuzz.mutations import mutated_bytes

_MODES = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "JPEG": ("L", "RGB", "CMYK"),
    "GIF": ("L", "P", "RGB"),
    "WEBP": ("RGB", "RGBA"),
    "BMP": ("1", "L", "P", "RGB"),
    "TIFF": ("L", "RGB", "CMYK"),
}
_SIZES = ((1, 1), (24, 16), (97, 61), (3, 400))


@cache
def genuine_images() -> tuple[tuple[str, bytes], ...]:
    """Return images of all formats, modes and sizes, with their formats' names."""
    files = []
    generator = np.random.default_rng(0)
    for image_format, modes in _MODES.items():
        for mode in modes:
            for width, height in _SIZES:
                y, x = np.mgrid[0:height, 0:width]
                pixels = np.stack([9 * x, 13 * y, 5 * (x + y)], axis=2) + generator.integers(40)
                image = Image.fromarray(pixels.astype(np.uint8))
                if mode == "I;16":
                    image = Image.fromarray((257 * pixels[:, :, 0] % 65536).astype(np.uint16))
                else:
                    image = image.convert(mode)
                files.append((image_format, _encoded(image, image_format)))
                if image_format in ("PNG", "JPEG", "WEBP") and mode == "RGB":
                    files.append((image_format, _encoded(image, image_format, exif=_exif(6))))
                if image_format == "JPEG":
                    files.append((image_format, _encoded(image, "JPEG", progressive=True)))
                if image_format in ("GIF", "WEBP", "PNG") and mode == "RGB":
                    others = [image.rotate(180)] * 3
                    animated = _encoded(image, image_format, save_all=True, append_images=others)
                    files.append((image_format, animated))
    return tuple(files)


def make_image(generator: np.random.Generator) -> bytes:
    """Return an image file that has been damaged or forged."""
    files = genuine_images()
    image_format, data = files[generator.integers(len(files))]
    others = tuple(other for _, other in files[:: int(generator.integers(3, 9))])
    changed = mutated_bytes(data, generator, others)
    # Most changes end at the checksum of a chunk; behind a right one is the decoder.
    return _with_right_checksums(changed) if image_format == "PNG" else changed


def read_image(data: bytes) -> None:
    """Open an image, and do with what is accepted what pages do with it."""
    image = open_image(data)
    mean_colour(image)
    ink_from_photo(image)
    reduced_rgb(image, 2)


def _encoded(image: Image.Image, image_format: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, image_format, **options)
    return file.getvalue()


def _exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


def _with_right_checksums(data: bytes) -> bytes:
    """Return a PNG whose chunks, as far as they can be followed, have their checksums."""
    changed, position = bytearray(data), 8
    while position + 12 <= len(changed):
        (length,) = struct.unpack_from(">I", changed, position)
        end = position + 12 + length
        if end > len(changed):
            break
        struct.pack_into(">I", changed, end - 4, zlib.crc32(changed[position + 4 : end - 4]))
        position = end
    return bytes(changed)


IMAGES = Campaign(make_image, read_image, (ImageFileError,), n_short=300, n_long=20_000)
