"""Make the project's bank of colour images: `python data/colours/make_bank.py [FOLDER]`.

`memoire/` has one image for each row of bank.csv, with exactly the mean colour of that row; `more/`
has pictures computed from noise. The pixels depend on nothing but this file and bank.csv.
"""

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).resolve().parent
SIZE_PX = 128
PAPER_DEPTH = 5


def main() -> None:
    """Write all images into the folder of the command line, by default beside this file."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    for name, pixels in {**memoire_images(), **more_images()}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path, optimize=True)


def memoire_images() -> dict[str, np.ndarray]:
    """Return the images of the mémoire's bank.

    Returns
    -------
    dict of str to ndarray of shape (SIZE_PX, SIZE_PX, 3), uint8
        File names, which sort in the order of bank.csv, to pixels.
    """
    with (HERE / "bank.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        # "Couleur_verte.jungle.png" would sort before "Couleur_verte.png".
        f"memoire/{row['file_in_memoire'].replace('.', '_')}.png": coloured_paper(
            (int(row["red"]), int(row["green"]), int(row["blue"]))
        )
        for row in rows
    }


def more_images() -> dict[str, np.ndarray]:
    """Return the other images.

    Returns
    -------
    dict of str to ndarray of shape (SIZE_PX, SIZE_PX, 3), uint8
        File names to pixels.
    """
    images = {}
    for name, paint in _PICTURES.items():
        # Each has a generator of its own: what is added or changed leaves the others as they are.
        picture = paint(np.random.default_rng(list(name.encode())))
        images[f"more/{name}.png"] = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
    return images


def coloured_paper(colour: tuple[int, int, int]) -> np.ndarray:
    """Return paper of one colour, whose mean is exactly that colour.

    Parameters
    ----------
    colour : tuple of 3 int
        Red, green, blue, from 0 to 255.

    Returns
    -------
    ndarray of shape (SIZE_PX, SIZE_PX, 3), uint8
        No further than `PAPER_DEPTH` from the colour; a channel at 0 or 255 has no grain.
    """
    rng = np.random.default_rng(2023)
    grain = _noise(rng, 4, 4) + _noise(rng, 32, 32) + 1.5 * _noise(rng, 128, 128)
    grain -= grain.mean()
    grain /= np.abs(grain).max()
    channels = []
    for value in colour:
        depth = min(PAPER_DEPTH, value, 255 - value)
        offsets = np.rint(depth * grain).astype(int).ravel()
        # Rounding leaves a small sum; single steps at pixels far apart take it away.
        surplus = int(offsets.sum())
        step = int(np.sign(surplus))
        candidates = np.flatnonzero(offsets * step > 0)
        chosen = np.linspace(0, candidates.size - 1, abs(surplus)).astype(int)
        offsets[candidates[chosen]] -= step
        channels.append((value + offsets).reshape(SIZE_PX, SIZE_PX))
    return np.stack(channels, axis=2).astype(np.uint8)


def _noise(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Return random values of a grid, -1 to 1, smoothly blended to the size of an image."""
    grid = rng.random((rows + 1, columns + 1)) * 2 - 1
    y, fraction_y = _grid_position(rows)
    x, fraction_x = _grid_position(columns)
    upper = grid[y][:, x] * (1 - fraction_x) + grid[y][:, x + 1] * fraction_x
    lower = grid[y + 1][:, x] * (1 - fraction_x) + grid[y + 1][:, x + 1] * fraction_x
    return upper * (1 - fraction_y[:, np.newaxis]) + lower * fraction_y[:, np.newaxis]


def _grid_position(cells: int) -> tuple[np.ndarray, np.ndarray]:
    """Return for each pixel of a side its cell and, eased at both ends, how far it is in it."""
    position = np.arange(SIZE_PX) * cells / SIZE_PX
    cell = position.astype(int)
    fraction = position - cell
    return cell, fraction * fraction * (3 - 2 * fraction)


def _clouds(
    rng: np.random.Generator, rows: int = 3, columns: int = 3, octaves: int = 5
) -> np.ndarray:
    """Return noise of several scales, 0 to 1."""
    total = sum(
        _noise(rng, rows * 2**octave, columns * 2**octave) / 2**octave for octave in range(octaves)
    )
    return _normalised(total)


def _normalised(values: np.ndarray) -> np.ndarray:
    """Return the values stretched to 0-1."""
    return (values - values.min()) / (values.max() - values.min())


def _sides() -> tuple[np.ndarray, np.ndarray]:
    """Return y down and x to the right, 0 to 1, of every pixel."""
    y, x = np.mgrid[0:SIZE_PX, 0:SIZE_PX] / SIZE_PX
    return y, x


def _ramp(values: np.ndarray, *stops: tuple[float, tuple[int, int, int]]) -> np.ndarray:
    """Return colours for values, blended between stops of rising position."""
    positions = [position for position, _ in stops]
    colours = np.array([colour for _, colour in stops], dtype=float)
    return np.stack([np.interp(values, positions, colours[:, k]) for k in range(3)], axis=2)


def _blend(
    below: np.ndarray, above: np.ndarray | tuple[int, int, int], cover: np.ndarray
) -> np.ndarray:
    """Return one picture laid over another, as opaque as cover says (0 to 1)."""
    cover = np.clip(cover, 0, 1)[:, :, np.newaxis]
    return below * (1 - cover) + np.asarray(above, dtype=float) * cover


def _lit(picture: np.ndarray, height: np.ndarray, strength: float) -> np.ndarray:
    """Return the picture as a relief of the given height, lit from the upper left."""
    slope_y, slope_x = np.gradient(height)
    return picture * (1 + strength * (slope_y + slope_x))[:, :, np.newaxis]


def _sky(rng: np.random.Generator) -> np.ndarray:
    """Paint white clouds in front of a blue that pales towards the horizon."""
    y, _ = _sides()
    sky = _ramp(y, (0, (46, 112, 196)), (1, (158, 205, 240)))
    cloud = _clouds(rng, 2, 2, 6)
    white = _ramp(cloud, (0.5, (206, 216, 230)), (0.8, (255, 255, 255)))
    return _blend(sky, white, (cloud - 0.48) * 4)


def _water(rng: np.random.Generator) -> np.ndarray:
    """Paint a turquoise sea with white crests."""
    y, _ = _sides()
    waves = _clouds(rng, 12, 3, 4)
    crest = 1 - np.abs(2 * waves - 1)
    sea = _ramp(
        0.6 * waves + 0.4 * (1 - y), (0, (4, 58, 92)), (0.6, (18, 122, 150)), (1, (90, 190, 205))
    )
    return _blend(sea, (225, 245, 250), (crest - 0.88) * 5)


def _grass(rng: np.random.Generator) -> np.ndarray:
    """Paint blades of grass, the nearer ones over the farther."""
    picture = _ramp(_clouds(rng, 4, 4), (0, (28, 62, 18)), (1, (52, 96, 30)))
    for _ in range(900):
        x, foot = rng.random() * SIZE_PX, rng.random() * (SIZE_PX + 30)
        length, lean = 14 + 20 * rng.random(), rng.random() - 0.5
        shade, yellow = 0.6 + 0.6 * rng.random(), rng.random()
        along = np.arange(0, length, 0.5)
        rows = (foot - along).astype(int)
        columns = (x + lean * along**2 / length).astype(int) % SIZE_PX
        inside = (rows >= 0) & (rows < SIZE_PX)
        tip = 0.65 + 0.5 * along[inside] / length
        colour = np.array([70 + 60 * yellow, 142 + 20 * yellow, 44]) * shade
        picture[rows[inside], columns[inside]] = colour * tip[:, np.newaxis]
    return picture


def _bricks(rng: np.random.Generator) -> np.ndarray:
    """Paint a wall of red bricks with grey mortar."""
    y, x = np.mgrid[0:SIZE_PX, 0:SIZE_PX]
    row = y // 16
    column = (x + 16 * (row % 2)) // 32 % 4
    shade = rng.random((8, 4))[row, column]
    bricks = _ramp(shade, (0, (122, 48, 36)), (0.6, (166, 70, 52)), (1, (188, 98, 70)))
    grain = _clouds(rng, 16, 16, 4)
    bricks *= (0.78 + 0.44 * grain)[:, :, np.newaxis]
    from_edge = np.minimum.reduce(
        [y % 16, 15 - y % 16, (x + 16 * (row % 2)) % 32, 31 - (x + 16 * (row % 2)) % 32]
    )
    mortar = np.array((176, 168, 156)) * (0.8 + 0.4 * _clouds(rng, 32, 32, 2))[:, :, np.newaxis]
    return _blend(bricks, mortar, 1.2 - from_edge * (0.5 + 0.3 * grain))


def _wood(rng: np.random.Generator) -> np.ndarray:
    """Paint the rings of a sawn trunk, bent and with fibres."""
    y, x = _sides()
    bend = _noise(rng, 2, 2) * 0.5 + _noise(rng, 4, 6) * 0.08
    rings = (np.hypot((x - 0.35) * 3, (y - 1.6) * 0.8) + bend) * 6
    ring = rings % 1
    fibre = _noise(rng, 8, 128) + _noise(rng, 4, 64)
    planks = _ramp(
        ring,
        (0, (196, 146, 92)),
        (0.75, (164, 110, 62)),
        (0.95, (112, 68, 36)),
        (1, (196, 146, 92)),
    )
    return planks * (1 + 0.09 * fibre)[:, :, np.newaxis]


def _sand(rng: np.random.Generator) -> np.ndarray:
    """Paint ripples of sand."""
    y, x = _sides()
    ripple = np.sin((y * 7 + x * 1.4 + 0.35 * _noise(rng, 3, 3)) * 2 * np.pi)
    sand = _ramp(ripple, (-1, (176, 142, 96)), (1, (236, 208, 158)))
    return sand * (1 + 0.07 * _noise(rng, 128, 128))[:, :, np.newaxis]


def _snow(rng: np.random.Generator) -> np.ndarray:
    """Paint a snowdrift."""
    drift = _clouds(rng, 2, 1, 3)
    snow = _lit(_ramp(drift, (0, (206, 220, 240)), (1, (248, 250, 255))), drift, 6)
    return snow * (1 + 0.015 * _noise(rng, 128, 128))[:, :, np.newaxis]


def _marble(rng: np.random.Generator) -> np.ndarray:
    """Paint white marble with dark veins."""
    y, x = _sides()
    turned = x * 1.2 + y * 0.8 + 0.9 * _clouds(rng, 3, 3, 5)
    vein = np.abs(np.sin(turned * 2.2 * np.pi))
    stone = _ramp(_clouds(rng, 4, 4), (0, (214, 212, 210)), (1, (244, 242, 238)))
    return _blend(stone, (98, 100, 108), 0.85 * np.exp(-vein * 9))


def _denim(rng: np.random.Generator) -> np.ndarray:
    """Paint blue twill, worn in places."""
    y, x = np.mgrid[0:SIZE_PX, 0:SIZE_PX]
    twill = ((x + 2 * y) % 4 < 2) * 1.0
    worn = _clouds(rng, 3, 3, 3)
    cloth = _ramp(
        0.5 * twill + 0.4 * worn + 0.1,
        (0, (28, 44, 86)),
        (0.6, (58, 84, 138)),
        (1, (132, 156, 196)),
    )
    return cloth * (1 + 0.12 * _noise(rng, 128, 32))[:, :, np.newaxis]


def _sunset(rng: np.random.Generator) -> np.ndarray:
    """Paint the sun on the horizon of the sea."""
    y, x = _sides()
    sky = _ramp(
        y,
        (0, (44, 34, 92)),
        (0.3, (142, 48, 104)),
        (0.5, (226, 78, 62)),
        (0.66, (255, 158, 60)),
        (0.72, (255, 210, 110)),
    )
    sky = _blend(sky, (110, 30, 70), (_clouds(rng, 8, 2, 4) - 0.55) * 3 * (y < 0.66))
    sun = np.hypot(x - 0.5, y - 0.66)
    sky = _blend(sky, (255, 240, 176), (0.11 - sun) * 80)
    sea = _ramp(y, (0.72, (150, 62, 60)), (1, (36, 20, 52)))
    glitter = _noise(rng, 64, 12) - 6 * np.abs(x - 0.5) + 1.2
    sea = _blend(sea, (255, 196, 110), glitter)
    return np.where((y >= 0.72)[:, :, np.newaxis], sea, sky)


def _rose(rng: np.random.Generator) -> np.ndarray:
    """Paint a gradient from white over pink to crimson."""
    y, x = _sides()
    slope = 0.5 * x + 0.5 * y + 0.12 * _noise(rng, 2, 2)
    return _ramp(slope, (0.05, (255, 236, 238)), (0.5, (246, 152, 176)), (0.95, (204, 44, 96)))


def _lava(rng: np.random.Generator) -> np.ndarray:
    """Paint glowing cracks between cold stones."""
    cells = _cells(rng, 46)
    heat = np.clip(1.1 - 2.6 * cells, 0, 1) * (0.35 + 0.9 * _clouds(rng, 2, 2, 4))
    ash = _ramp(_clouds(rng, 10, 10), (0, (20, 14, 14)), (1, (66, 50, 46)))
    glow = _ramp(
        heat, (0, (60, 8, 4)), (0.35, (196, 34, 8)), (0.7, (255, 130, 24)), (1, (255, 226, 120))
    )
    return _blend(ash, glow, heat * 2.6)


def _cells(rng: np.random.Generator, n_stones: int) -> np.ndarray:
    """Return 0 where two of some random stones meet, rising to 1 inside them."""
    y, x = _sides()
    centres = rng.random((n_stones, 2)) * 1.2 - 0.1
    distances = np.sort(
        np.hypot(y - centres[:, 0, None, None], x - centres[:, 1, None, None]), axis=0
    )
    return _normalised(distances[1] - distances[0])


def _leather(rng: np.random.Generator) -> np.ndarray:
    """Paint red-brown leather."""
    pores = np.minimum(_cells(rng, 420), 0.45) + 0.12 * _clouds(rng, 6, 6, 4)
    hide = _ramp(_clouds(rng, 2, 2, 3), (0, (104, 38, 26)), (1, (148, 60, 40)))
    return _lit(hide * (0.62 + pores)[:, :, np.newaxis], pores, 1.3)


def _strawberry(rng: np.random.Generator) -> np.ndarray:
    """Paint the skin of a strawberry."""
    y, x = _sides()
    round_light = 1.12 - 0.75 * ((x - 0.38) ** 2 + (y - 0.34) ** 2) * 1.6
    flesh = _ramp(_clouds(rng, 3, 3, 4), (0, (196, 16, 30)), (1, (228, 34, 42)))
    picture = flesh * round_light[:, :, np.newaxis]
    for row in range(9):
        for column in range(8):
            seed_y = (row + 0.5 + 0.2 * (rng.random() - 0.5)) / 9
            seed_x = (column + 0.25 + 0.5 * (row % 2) + 0.2 * (rng.random() - 0.5)) / 8
            pit = np.hypot((y - seed_y) / 0.030, (x - seed_x) / 0.022)
            picture = _blend(picture, (128, 6, 18), (1.45 - pit) * 1.2)
            seed = np.hypot((y - seed_y) / 0.019, (x - seed_x) / 0.011)
            picture = _blend(picture, (236, 190, 92), (1.2 - seed) * 2)
    return _blend(picture, (255, 214, 214), 0.5 - 5 * np.hypot(x - 0.3, y - 0.22))


def _copper(rng: np.random.Generator) -> np.ndarray:
    """Paint brushed copper with a reflection."""
    y, x = _sides()
    shine = np.exp(-(((x + 0.35 * y - 0.6) / 0.18) ** 2))
    brushed = 0.6 * _noise(rng, 128, 2) + 0.5 * _noise(rng, 128, 6)
    metal = _ramp(
        0.3 + 0.5 * shine + 0.2 * x, (0, (120, 58, 34)), (0.5, (194, 112, 72)), (1, (255, 208, 172))
    )
    return metal * (1 + 0.10 * brushed)[:, :, np.newaxis]


def _checkerboard(_: np.random.Generator) -> np.ndarray:
    """Paint red and green squares, half of each."""
    y, x = np.mgrid[0:SIZE_PX, 0:SIZE_PX]
    is_red = ((x // 16 + y // 16) % 2 == 0)[:, :, np.newaxis]
    return np.where(is_red, (214.0, 24.0, 36.0), (30.0, 148.0, 62.0))


def _poppies(rng: np.random.Generator) -> np.ndarray:
    """Paint red flowers in grass."""
    y, x = _sides()
    picture = _grass(rng)
    for _ in range(34):
        centre_y, centre_x = rng.random(), rng.random()
        size = 0.03 + 0.06 * centre_y
        angle = np.arctan2(y - centre_y, x - centre_x)
        edge = size * (1 + 0.16 * np.sin(angle * 4 + 6 * rng.random()))
        away = np.hypot((y - centre_y) * 1.35, x - centre_x)
        petals = np.array((222, 30, 22)) * (0.72 + 0.4 * (away / edge))[:, :, np.newaxis]
        picture = _blend(picture, np.minimum(petals, 245), (edge - away) * 60)
        picture = _blend(picture, (28, 14, 22), (0.24 * size - away) * 120)
    return picture


def _velvet(rng: np.random.Generator) -> np.ndarray:
    """Paint the folds of a red curtain."""
    _, x = _sides()
    folds = np.sin((x * 3.2 + 0.35 * _noise(rng, 1, 3) + 0.1 * _noise(rng, 3, 6)) * 2 * np.pi)
    curtain = _ramp(folds, (-1, (44, 0, 10)), (0.2, (126, 8, 26)), (1, (206, 34, 52)))
    return curtain * (1 + 0.07 * _noise(rng, 64, 128))[:, :, np.newaxis]


def _lavender(rng: np.random.Generator) -> np.ndarray:
    """Paint rows of lavender under the sky."""
    y, x = _sides()
    sky = _ramp(y, (0, (120, 168, 222)), (0.32, (226, 226, 236)))
    depth = 1 / np.maximum(y - 0.27, 0.02)
    rows = np.sin((x - 0.5) * depth * 4.2 + 0.3)
    bloom = _ramp(
        rows + 0.35 * _noise(rng, 64, 64),
        (-1, (70, 92, 58)),
        (-0.3, (92, 72, 132)),
        (1, (172, 130, 214)),
    )
    bloom *= (0.86 + 0.22 * _clouds(rng, 32, 32, 2))[:, :, np.newaxis]
    return np.where((y >= 0.32)[:, :, np.newaxis], bloom, sky)


def _lemon(rng: np.random.Generator) -> np.ndarray:
    """Paint the peel of a lemon."""
    y, x = _sides()
    pores = np.minimum(_cells(rng, 300), 0.5)
    peel = _ramp(
        1 - np.hypot(x - 0.4, y - 0.4),
        (0, (196, 142, 12)),
        (0.6, (246, 208, 36)),
        (1, (255, 240, 140)),
    )
    return _lit(peel, pores, 0.35)


_PICTURES: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "brick_wall": _bricks,
    "checkerboard_red_green": _checkerboard,
    "copper": _copper,
    "denim": _denim,
    "grass": _grass,
    "lava": _lava,
    "lavender_field": _lavender,
    "lemon_peel": _lemon,
    "marble": _marble,
    "poppies": _poppies,
    "red_brown_leather": _leather,
    "red_velvet": _velvet,
    "rose_gradient": _rose,
    "sand": _sand,
    "sky_with_clouds": _sky,
    "snow": _snow,
    "strawberry": _strawberry,
    "sunset": _sunset,
    "water": _water,
    "wood": _wood,
}

if __name__ == "__main__":
    main()
