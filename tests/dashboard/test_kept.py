import pytest
from streamlit.testing.v1 import AppTest

from dashboard import kept, shell


@pytest.fixture(autouse=True)
def nothing_is_kept():
    kept._show.clear()
    yield
    kept._show.clear()


def texts(app):
    return [element.value for element in app.markdown]


def by_chance():
    import secrets

    import streamlit as st

    from dashboard.kept import show_kept

    def show(number):
        with st.container():
            st.markdown(f"{number} {secrets.token_hex()}")

    with st.sidebar:
        show_kept(show, 1)
    show_kept(show, 1)
    show_kept(show, 2)
    show_kept(show, 3, name="three")
    show_kept(show, 4, name="three")


def test_what_is_the_same_is_made_once_and_shown_wherever_it_is_asked_for():
    app = AppTest.from_function(by_chance).run()
    assert not app.exception
    [in_sidebar] = [element.value for element in app.sidebar.markdown]
    one, two, three, again = [element.value for element in app.main.markdown]
    assert one == in_sidebar
    assert two.startswith("2 ")
    assert three.startswith("3 ")
    assert again == three
    first = texts(app)
    # Another session, and another run of this one.
    assert texts(AppTest.from_function(by_chance).run()) == first
    assert texts(app.run()) == first


def test_each_language_has_its_own(locale_dir):
    def page():
        import streamlit as st

        from dashboard.kept import show_kept
        from dashboard.language import _

        def show():
            st.markdown(_("Train"))

        show_kept(show)

    app = AppTest.from_function(page).run()
    assert texts(app) == ["Train"]
    app.session_state[shell.LANGUAGE_KEY] = "fr"
    assert texts(app.run()) == ["Entraîner"]
    app.session_state[shell.LANGUAGE_KEY] = "en"
    assert texts(app.run()) == ["Train"]


def test_what_has_failed_is_tried_again():
    def page():
        import streamlit as st

        from dashboard.kept import show_kept

        mended = "mended" in st.session_state

        def show():
            if not mended:
                raise ValueError("not yet")
            st.markdown("mended")

        show_kept(show)

    app = AppTest.from_function(page).run()
    assert len(app.exception) == 1
    app.session_state["mended"] = True
    app.run()
    assert not app.exception
    assert texts(app) == ["mended"]
