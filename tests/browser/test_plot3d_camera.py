"""A 3D view that the reader has turned stays turned, whatever happens around it."""

import re
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.cube import camera, turn, wait_for_cube, wait_for_other_camera
from tests.browser.views import visit

PLANE = """document.querySelector(".plot3d-view").data.find(trace => trace.type === "mesh3d").x"""


@pytest.fixture
def cube(page):
    visit(page, "/Colour_neuron")
    wait_for_cube(page)
    return page.locator(".plot3d")


@contextmanager
def waits_until_changed(page, expression):
    page.evaluate(f"window.valueBefore = String({expression})")
    yield
    page.wait_for_function(f"() => String({expression}) !== window.valueBefore")


def test_turned_view_stays_while_the_plane_moves(cube):
    page = cube.page
    turned = turn(cube.locator(".plot3d-view"))

    with waits_until_changed(page, PLANE):
        cube.get_by_role("button", name="Previous step").click()
    assert camera(page) == turned
    with waits_until_changed(page, PLANE):
        cube.get_by_role("slider", name="Step").press("Home")
    assert camera(page) == turned
    expect(cube.locator(".plot3d-count")).to_have_text(re.compile("^1 /"))

    with waits_until_changed(page, PLANE):
        cube.get_by_role("slider", name="Step").press(" ")
    expect(cube.get_by_role("button", name="Play")).to_be_visible()
    expect(cube.locator(".plot3d-count")).to_have_text("8 / 8")
    assert camera(page) == turned


def test_turned_view_stays_after_training_again_and_after_other_settings(cube):
    page = cube.page
    turned = turn(cube.locator(".plot3d-view"))

    with waits_until_changed(page, PLANE):
        page.get_by_role("spinbutton", name=re.compile("learning rate")).fill("0.35")
        page.keyboard.press("Enter")
    assert camera(page) == turned
    with waits_until_changed(page, PLANE):
        page.get_by_role("button", name=re.compile("^orange")).click()
    assert camera(page) == turned
    with waits_until_changed(page, PLANE):
        page.get_by_role("button", name="The mémoire's reds").click()
    assert camera(page) == turned
    page.get_by_role("button", name=re.compile("Train")).click()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    assert camera(page) == turned


def test_turned_view_stays_in_the_other_theme_and_in_another_window_size(cube):
    page = cube.page
    turned = turn(cube.locator(".plot3d-view"))
    with waits_until_changed(page, "document.querySelector('.plot3d-view').layout.font.color"):
        page.emulate_media(color_scheme="dark")
    assert camera(page) == turned
    with waits_until_changed(page, "document.querySelector('.plot3d-view').layout.width"):
        page.set_viewport_size({"width": 390, "height": 844})
    assert camera(page) == turned


def test_turned_view_and_step_are_there_again_after_another_page(cube):
    page = cube.page
    turned = turn(cube.locator(".plot3d-view"))
    cube.get_by_role("button", name="Previous step").click()
    page.get_by_role("link", name="Average digit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Average digit")
    page.get_by_role("link", name="Colour neuron").click()
    wait_for_cube(page)
    assert camera(page) == turned
    expect(cube.locator(".plot3d-count")).to_have_text("7 / 8")


def test_view_is_turned_and_reset_without_a_mouse(cube):
    page = cube.page
    home = camera(page)
    cube.locator(".plot3d-view").press("ArrowLeft")
    wait_for_other_camera(page, home)
    turned = camera(page)
    cube.get_by_role("button", name="Zoom in").press("Enter")
    wait_for_other_camera(page, turned)
    nearer = camera(page)
    cube.get_by_role("button", name="Reset view").press("Enter")
    wait_for_other_camera(page, nearer)
    assert camera(page) == pytest.approx(home, abs=1e-6)
