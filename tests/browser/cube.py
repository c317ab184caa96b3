"""The cube of colours: where its camera is, and how a reader turns it."""

import pytest
from playwright.sync_api import Locator, Page

# In the scene itself, which knows of a drag before any event tells it; null until it is drawn.
_CAMERA = """(() => {
    const view = document.querySelector(".plot3d-view");
    const camera = view?._fullLayout?.scene?._scene?.getCamera();
    return camera && [camera.eye, camera.center, camera.up].flatMap(({ x, y, z }) => [x, y, z]);
})()"""

# plotly.js lets the camera follow the mouse with a delay, and further in each frame that it draws:
# a slow machine draws few of them.
_RESTS = f"""() => new Promise(resolve => {{
    const before = String({_CAMERA});
    const start = performance.now();
    let frames = 0;
    const look = () => {{
        if (String({_CAMERA}) !== before) resolve(false);
        else if (++frames > 5 && performance.now() - start > 300) resolve(true);
        else requestAnimationFrame(look);
    }};
    requestAnimationFrame(look);
}})"""


def wait_for_cube(page: Page) -> None:
    """Wait until the cube is drawn and has a camera."""
    page.wait_for_function(_CAMERA)


def camera(page: Page) -> list[float]:
    """Return the x, y, z of the camera's eye, centre and upwards direction, nine numbers."""
    return page.evaluate(_CAMERA)


def wait_for_other_camera(page: Page, before: list[float]) -> None:
    """Wait until the camera is elsewhere than `before`, as `camera` returned it."""
    page.wait_for_function(f"before => String({_CAMERA}) !== String(before)", arg=before)


def turn(view: Locator):
    """Drag a cube by 80 pixels as a reader does, until its camera rests at another place.

    Returns
    -------
    An approximation of pytest, which equals `camera` as long as the cube stays turned like that.
    """
    page = view.page
    view.scroll_into_view_if_needed()
    home = camera(page)
    box = view.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y - 5)
    page.mouse.move(x + 80, y - 10)
    wait_for_other_camera(page, home)
    page.mouse.up()
    page.wait_for_function(_RESTS)
    turned = camera(page)
    assert turned != pytest.approx(home, abs=0.1)
    return pytest.approx(turned, abs=1e-6)
