"""Labelling, training and turning the cube of colours, as a class would do it."""

import io
import re

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.cube import camera, turn, wait_for_cube
from tests.browser.views import visit

PATH = "/Colour_neuron"
PLANE = """view => {
    const { x, y, z } = view._fullData.find(({ type }) => type === "mesh3d");
    return JSON.stringify([x, y, z].map(([...values]) => values));
}"""


def tile(page: Page, name: str):
    grid = page.get_by_role("group", name="Should the neuron answer yes?")
    return grid.get_by_role("button", name=name, exact=True)


def caption(page: Page):
    return page.locator(".plot3d-caption")


def cube(page: Page):
    return page.get_by_role("group", name=re.compile("The cube of all colours"))


def drawn_plane(page: Page) -> str:
    """Return the corners of the plane that is drawn now."""
    return cube(page).evaluate(PLANE)


def wait_for_plane(page: Page, wanted: str) -> None:
    page.wait_for_function(
        f"([view, wanted]) => ({PLANE})(view) === wanted", arg=[cube(page).element_handle(), wanted]
    )


def test_the_table_of_updates_scrolls_below_its_head(page):
    visit(page, PATH + "?colour_scale=0-1")
    table = page.get_by_role("region", name="Every update")
    last = table.get_by_role("row").last
    expect(last).to_contain_text("burgundy")
    head = table.get_by_role("columnheader", name="Should be")
    expect(table.get_by_role("columnheader")).to_have_count(8)
    table.focus()
    page.keyboard.press("End")
    expect(last).to_be_in_viewport()
    expect(head).to_be_in_viewport()
    assert abs(head.bounding_box()["y"] - table.bounding_box()["y"]) < 3


def test_label_train_step_and_play(page):
    visit(page, PATH)
    wait_for_cube(page)
    expect(caption(page)).to_contain_text("Update 7 of 7")
    expect(tile(page, "orange")).to_have_attribute("aria-pressed", "false")

    tile(page, "orange").click()
    expect(tile(page, "orange")).to_have_attribute("aria-pressed", "true")
    expect(caption(page)).to_contain_text("Epoch 50, the last, ends here.")
    expect(page).to_have_url(re.compile("colour_yes=.*Couleur_orange"))
    # Only the clicked label has changed.
    expect(tile(page, "red")).to_have_attribute("aria-pressed", "true")
    expect(tile(page, "brown")).to_have_attribute("aria-pressed", "false")
    tile(page, "orange").click()
    expect(caption(page)).to_contain_text("Update 7 of 7")
    expect(page).not_to_have_url(re.compile("colour_yes"))

    last = drawn_plane(page)
    page.get_by_role("button", name="Previous step").click()
    expect(caption(page)).to_contain_text("Update 6 of 7, epoch 3: “grey” answered yes")
    page.wait_for_function(
        f"([view, last]) => ({PLANE})(view) !== last", arg=[cube(page).element_handle(), last]
    )

    page.get_by_role("slider", name="Step").fill("0")
    expect(caption(page)).to_contain_text("Start: p = (1, 1, 1).")
    page.get_by_role("combobox", name="Speed").select_option("4×")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(caption(page)).to_contain_text("Update 7 of 7")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    wait_for_plane(page, last)


def test_a_turned_view_stays_turned(page):
    visit(page, PATH)
    wait_for_cube(page)
    turned = turn(cube(page))

    def expect_turned() -> None:
        assert camera(page) == turned

    page.get_by_role("button", name="Previous step").click()
    expect(caption(page)).to_contain_text("Update 6 of 7")
    expect_turned()

    epsilon = page.get_by_label("ε (learning rate)")
    epsilon.fill("0.5")
    epsilon.press("Enter")
    expect(caption(page)).to_contain_text("p = (77.5, −164.5, −90)")
    expect_turned()

    page.get_by_role("button", name="Train from the start").click()
    expect(caption(page)).to_contain_text("p = (77.5, −164.5, −90)")
    expect_turned()

    page.get_by_text("0-1", exact=True).click()
    expect(caption(page)).to_contain_text("Epoch 24 is without error.")
    expect_turned()
    page.wait_for_function(
        "view => view._fullLayout.scene.xaxis.range[1] === 1", arg=cube(page).element_handle()
    )
    expect_turned()

    tile(page, "green").click()
    expect(caption(page)).not_to_contain_text("Epoch 24 is without error.")
    expect_turned()

    page.get_by_role("link", name="Start").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How neurons learn")
    page.get_by_role("link", name="Colour neuron").first.click()
    wait_for_cube(page)
    expect_turned()


def test_a_link_shows_others_the_same_labels_and_back_undoes_them(page, open_page):
    visit(page, PATH)
    tile(page, "blue").click()
    tile(page, "sky blue").click()
    expect(page).to_have_url(re.compile("Couleur_bleu%2CCouleur_bleu_ciel"))

    other = open_page(page.url[page.url.index(PATH) :])
    expect(tile(other, "blue")).to_have_attribute("aria-pressed", "true")
    expect(tile(other, "sky blue")).to_have_attribute("aria-pressed", "true")
    expect(caption(other)).to_contain_text("Update")
    state = caption(other).inner_text()
    expect(caption(page)).to_have_text(state)

    page.get_by_role("button", name="The mémoire's reds").click()
    expect(page).not_to_have_url(re.compile("colour_yes"))
    page.go_back()
    expect(tile(page, "sky blue")).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile("Couleur_bleu%2CCouleur_bleu_ciel"))
    expect(caption(page)).to_have_text(state)


def test_a_name_of_a_file_is_shown_as_it_is(page):
    visit(page, PATH)
    page.get_by_text("Your own images").click()
    name = "<img src=x onerror=document.title='owned'> **bold**.png"
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(buffer, "PNG")
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(
        [
            {"name": name, "mimeType": "image/png", "buffer": buffer.getvalue()},
            {"name": f"x{name}", "mimeType": "image/png", "buffer": b"damaged"},
        ]
    )
    expect(page.get_by_test_id("stAlert")).to_contain_text(f"x{name}")
    own = tile(page, name)
    expect(own).to_be_visible()
    own.click()
    expect(own).to_have_attribute("aria-pressed", "true")
    expect(caption(page)).to_contain_text("of 17.")
    assert "owned" not in page.title()
    expect(page.locator("img[src=x]")).to_have_count(0)
    # It is part of this session, not of the link that others get.
    expect(page).not_to_have_url(re.compile("own"))
    page.get_by_test_id("stMultiSelect").get_by_role("button").first.click()
    expect(own).to_have_count(0)
