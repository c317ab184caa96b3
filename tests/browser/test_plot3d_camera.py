"""A 3D view that the reader has turned stays turned, whatever happens around it."""

import re
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.views import visit

# Where the camera of the cube is, in the scene itself; null until it is drawn.
EYE = """(() => {
    const scene = document.querySelector(".plot3d-view")?._fullLayout?.scene?._scene;
    const eye = scene?.getCamera().eye;
    return eye && [eye.x, eye.y, eye.z];
})()"""
PLANE = """document.querySelector(".plot3d-view").data.find(trace => trace.type === "mesh3d").x"""


@pytest.fixture
def cube(page):
    visit(page, "/Colour_neuron")
    page.wait_for_function(EYE)
    return page.locator(".plot3d")


def turn(cube):
    """Drag the cube as a reader does, until the camera rests at another place."""
    page = cube.page
    cube.locator(".plot3d-view").scroll_into_view_if_needed()
    box = cube.locator(".plot3d-view").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    with waits_until_changed(page, EYE):
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 40, y - 5)
        page.mouse.move(x + 80, y - 10)
    page.mouse.up()
    # The cube turns on for a moment after the mouse has come to rest.
    page.wait_for_function(
        f"""() => new Promise(resolve => {{
            const eye = String({EYE});
            setTimeout(() => resolve(String({EYE}) === eye), 300);
        }})"""
    )
    return pytest.approx(page.evaluate(EYE), abs=1e-6)


@contextmanager
def waits_until_changed(page, expression):
    page.evaluate(f"window.valueBefore = String({expression})")
    yield
    page.wait_for_function(f"() => String({expression}) !== window.valueBefore")


def test_turned_view_stays_while_the_plane_moves(cube):
    page = cube.page
    home = page.evaluate(EYE)
    eye = turn(cube)
    assert eye != home

    with waits_until_changed(page, PLANE):
        cube.get_by_role("button", name="Previous step").click()
    assert page.evaluate(EYE) == eye
    with waits_until_changed(page, PLANE):
        cube.get_by_role("slider", name="Step").press("Home")
    assert page.evaluate(EYE) == eye
    expect(cube.locator(".plot3d-count")).to_have_text(re.compile("^1 /"))

    with waits_until_changed(page, PLANE):
        cube.get_by_role("slider", name="Step").press(" ")
    expect(cube.get_by_role("button", name="Play")).to_be_visible()
    expect(cube.locator(".plot3d-count")).to_have_text("8 / 8")
    assert page.evaluate(EYE) == eye


def test_turned_view_stays_after_training_again_and_after_other_settings(cube):
    page = cube.page
    eye = turn(cube)

    with waits_until_changed(page, PLANE):
        page.get_by_role("spinbutton", name=re.compile("learning rate")).fill("0.35")
        page.keyboard.press("Enter")
    assert page.evaluate(EYE) == eye
    with waits_until_changed(page, PLANE):
        page.get_by_role("button", name=re.compile("^orange")).click()
    assert page.evaluate(EYE) == eye
    with waits_until_changed(page, PLANE):
        page.get_by_role("button", name="The mémoire's reds").click()
    assert page.evaluate(EYE) == eye
    page.get_by_role("button", name=re.compile("Train")).click()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    assert page.evaluate(EYE) == eye


def test_turned_view_stays_in_the_other_theme_and_in_another_window_size(cube):
    page = cube.page
    eye = turn(cube)
    with waits_until_changed(page, "document.querySelector('.plot3d-view').layout.font.color"):
        page.emulate_media(color_scheme="dark")
    assert page.evaluate(EYE) == eye
    with waits_until_changed(page, "document.querySelector('.plot3d-view').layout.width"):
        page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(EYE) == eye


def test_turned_view_and_step_are_there_again_after_another_page(cube):
    page = cube.page
    eye = turn(cube)
    cube.get_by_role("button", name="Previous step").click()
    page.get_by_role("link", name="Average digit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Average digit")
    page.get_by_role("link", name="Colour neuron").click()
    page.wait_for_function(EYE)
    assert page.evaluate(EYE) == eye
    expect(cube.locator(".plot3d-count")).to_have_text("7 / 8")


def test_view_is_turned_and_reset_without_a_mouse(cube):
    page = cube.page
    home = pytest.approx(page.evaluate(EYE), abs=1e-6)
    with waits_until_changed(page, EYE):
        cube.locator(".plot3d-view").press("ArrowLeft")
    with waits_until_changed(page, EYE):
        cube.get_by_role("button", name="Zoom in").press("Enter")
    with waits_until_changed(page, EYE):
        cube.get_by_role("button", name="Reset view").press("Enter")
    assert page.evaluate(EYE) == home
