"""A training in the browser: it goes on without the reader, and ends when told to."""

import re
import subprocess
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.views import visit

PATH = "/Train_a_network?train_images=3000&train_hidden_1=32&train_hidden_2=0"


def main_part(page: Page):
    return page.get_by_test_id("stMainBlockContainer")


def test_a_training_goes_on_while_the_reader_is_elsewhere_and_can_be_saved(page, tmp_path):
    visit(page, f"{PATH}&train_epochs=3")
    main_part(page).get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_test_id("stProgress")).to_contain_text(re.compile("Epoch|worker"))
    sidebar = page.get_by_test_id("stSidebarUserContent")
    sidebar.get_by_role("link", name="Average digit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Average digit")
    sidebar.get_by_role("link", name="Train a network").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Train a network")
    result = page.get_by_test_id("stMetric").first
    expect(result).to_contain_text("%", timeout=60_000)
    expect(main_part(page)).not_to_contain_text("The model that comes with the project")

    with page.expect_download() as download:
        main_part(page).get_by_role("button", name="Model", exact=True).click()
    model = tmp_path / "model.npz"
    download.value.save_as(model)
    page.get_by_text("Go on with a saved model").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(model)
    expect(main_part(page)).to_contain_text("of the test images.")


def test_the_summary_follows_each_setting_and_the_settings_follow_a_preset(page):
    visit(page, "/Train_a_network?train_epochs=3")
    page.get_by_text("All settings").click()
    neurons = page.get_by_role("spinbutton", name="Hidden layer 1")
    for number in ("100", "50"):
        neurons.fill(number)
        neurons.press("Enter")
        expect(main_part(page)).to_contain_text(re.compile(rf"784-{number}-196-10 .* 3 epochs"))
        expect(page).to_have_url(re.compile(f"train_hidden_1={number}"))
    # What was set before a preset does not outlast it.
    main_part(page).get_by_role("button", name="The mémoire", exact=True).click()
    expect(neurons).to_have_value("392")
    expect(main_part(page)).to_contain_text("784-392-196-10 · sigmoid, sigmoid · mse")


def test_a_damaged_model_is_refused_in_a_sentence(page, tmp_path):
    visit(page, PATH)
    model = tmp_path / "model.npz"
    model.write_bytes(b"damaged")
    page.get_by_text("Go on with a saved model").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(model)
    expect(page.get_by_test_id("stAlert")).to_contain_text("not a model of this project")
    expect(main_part(page).get_by_role("button", name="Train the uploaded model on")).to_have_count(
        0
    )


def test_stop_keeps_what_was_learnt(page):
    # The recommended network on all images: far from over when it is stopped.
    visit(page, "/Train_a_network?train_epochs=50")
    main_part(page).get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_test_id("stProgress")).to_contain_text("Epoch 2 of 50", timeout=60_000)
    main_part(page).get_by_role("button", name="Stop").click()
    expect(page.get_by_test_id("stAlert")).to_contain_text("Stopped")
    expect(page.get_by_test_id("stMetric").first).to_contain_text("%")


def job_id(page: Page) -> str:
    expect(page).to_have_url(re.compile("train_job="))
    return parse_qs(urlsplit(page.url).query)["train_job"][0]


def start_long_training(page: Page) -> None:
    visit(page, "/Train_a_network?train_epochs=50")
    main_part(page).get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_test_id("stProgress")).to_contain_text("mini-batch", timeout=60_000)


def test_a_reload_finds_the_training_which_pauses_steps_and_stops(page):
    start_long_training(page)
    page.reload()
    button = main_part(page).get_by_role("button", name="Steer it from here")
    expect(page.get_by_test_id("stProgress")).to_contain_text("mini-batch")
    expect(main_part(page).get_by_role("button", name="Stop")).to_have_count(0)
    button.click()
    main_part(page).get_by_role("button", name="Pause").click()
    progress = page.get_by_test_id("stProgress")
    expect(progress).to_contain_text("paused")
    before = progress.inner_text()
    main_part(page).get_by_role("button", name="One mini-batch").click()
    expect(progress).not_to_have_text(before)
    expect(progress).to_contain_text("paused")
    main_part(page).get_by_role("button", name="Stop").click()
    expect(page.get_by_test_id("stAlert").first).to_contain_text("Stopped")


def test_two_readers_train_at_once_and_see_their_own(empty_page):
    first, second = empty_page(), empty_page()
    for page in (first, second):
        start_long_training(page)
    assert job_id(first) != job_id(second)
    main_part(first).get_by_role("button", name="Stop").click()
    expect(first.get_by_test_id("stAlert").first).to_contain_text("Stopped")
    expect(second.get_by_test_id("stProgress")).to_contain_text("Epoch")
    main_part(second).get_by_role("button", name="Stop").click()
    expect(second.get_by_test_id("stAlert").first).to_contain_text("Stopped")


def test_a_killed_worker_is_told_in_a_sentence(page):
    start_long_training(page)
    expect(page.get_by_test_id("stProgress")).to_contain_text("Epoch 2", timeout=60_000)
    subprocess.run(["pkill", "-KILL", "-f", f"nncore train .*{job_id(page)}"], check=True)
    expect(page.get_by_test_id("stAlert").first).to_contain_text("ended unexpectedly")
    # What its first epoch learnt is still there.
    expect(page.get_by_test_id("stMetric").first).to_contain_text("%")
