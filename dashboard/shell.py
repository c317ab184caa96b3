"""The frame of every page: browser title, navigation, language, and what the figures need.

Each page is drawn within ``page(...)``; the home page draws its cards from ``PAGES``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import housekeeping, language, streamlit_shortcuts
from dashboard.components.plot3d import publish_plotlyjs
from dashboard.kept import show_kept
from dashboard.language import N_, _
from dashboard.turns import turn

APP_NAME = N_("How neurons learn")
MEMOIRE_URL = "https://github.com/Niram1/Project-IA-LANGER-Marin"
STATIC_DIR = Path(__file__).parent.parent / "static"
LANGUAGE_KEY = "language"


@dataclass(frozen=True)
class Page:
    """A page of the course. Its texts are English; `_` translates them where they are shown.

    Attributes
    ----------
    path : str
        Script of the page, relative to the folder of ``app.py``.
    title : str
        Name in the navigation, the browser's tab and the heading.
    icon : str
        Material icon, as Streamlit writes it.
    question : str
        What a visitor asks before the page.
    summary : str
        What the visitor does and understands there, in a sentence or two.
    """

    path: str
    title: str
    icon: str
    question: str
    summary: str


HOME = Page(
    path="app.py",
    title=N_("Start"),
    icon=":material/home:",
    question=N_("What is there to try?"),
    summary=N_("The course, experiment by experiment."),
)
COLOUR_NEURON = Page(
    path="pages/1_Colour_neuron.py",
    title=N_("Colour neuron"),
    icon=":material/palette:",
    question=N_("Can a single neuron learn what red is?"),
    summary=N_(
        "Say yes or no to images and watch a plane cut the cube of all colours in two. "
        "You see what learning is: three numbers that move after each error."
    ),
)
AVERAGE_DIGIT = Page(
    path="pages/2_Average_digit.py",
    title=N_("Average digit"),
    icon=":material/blur_on:",
    question=N_("Does the average 8 recognise an 8?"),
    summary=N_(
        "Lay an image over the average of all eights and count what overlaps. "
        "You see how a score becomes a probability, and why 67 % right can be a bad result."
    ),
)
GRADIENT_DESCENT = Page(
    path="pages/3_Gradient_descent.py",
    title=N_("Gradient descent"),
    icon=":material/landscape:",
    question=N_("How does a neuron know which way to change?"),
    summary=N_(
        "Walk down a real loss surface, follow backpropagation number by number and check a "
        "gradient yourself. You see why step size matters, and why a sure neuron hardly learns."
    ),
)
TRAIN_A_NETWORK = Page(
    path="pages/4_Train_a_network.py",
    title=N_("Train a network"),
    icon=":material/hub:",
    question=N_("What can hundreds of neurons learn?"),
    summary=N_(
        "Build a network, train it on 60,000 handwritten digits and follow its errors. "
        "You see which choices make it learn in seconds, and which ones kill it."
    ),
)
EXPERIMENTS = Page(
    path="pages/5_Experiments.py",
    title=N_("Experiments"),
    icon=":material/science:",
    question=N_("What does a setting do, and what does a bug look like?"),
    summary=N_(
        "Train twins that differ in one thing and compare their curves, or find the bug in a "
        "training by its curves alone. You see why one training proves little."
    ),
)
DRAW_DIGITS = Page(
    path="pages/6_Draw_digits.py",
    title=N_("Draw digits"),
    icon=":material/draw:",
    question=N_("Does it read your handwriting?"),
    summary=N_(
        "Draw a digit and see what the network sees, and how sure it is after each stroke. "
        "You see where it fails, and when it should say that it does not know."
    ),
)
READ_NUMBERS = Page(
    path="pages/7_Read_numbers.py",
    title=N_("Read numbers"),
    icon=":material/pin:",
    question=N_("Where does one digit end and the next begin?"),
    summary=N_(
        "Write a number, see how it is cut apart, correct it and copy it as TeX. "
        "You see that cutting and recognising help each other, and what each costs."
    ),
)
YOUR_OWN_HAND = Page(
    path="pages/8_Your_own_hand.py",
    title=N_("Your own hand"),
    icon=":material/back_hand:",
    question=N_("How good is it for you, and can it learn your hand?"),
    summary=N_(
        "Draw thirty digits, see which of yours the network confuses, and let it learn from them. "
        "You see how little a few digits prove, and how an honest before and after is measured."
    ),
)
PAGES = (
    HOME,
    COLOUR_NEURON,
    AVERAGE_DIGIT,
    GRADIENT_DESCENT,
    TRAIN_A_NETWORK,
    EXPERIMENTS,
    DRAW_DIGITS,
    READ_NUMBERS,
    YOUR_OWN_HAND,
)


@contextmanager
def page(shown: Page) -> Iterator[None]:
    """Wait for this visitor's turn, and set up the page, all of which is drawn within this.

    Parameters
    ----------
    shown : Page
        The page that is running, one of ``PAGES``.
    """
    with turn():
        _draw_frame(shown)
        yield


def _draw_frame(shown: Page) -> None:
    """Show navigation and title, and have the figures find what they need."""
    with st.sidebar:
        navigation = st.container(gap="xxsmall")
        # Before any other text, because it decides the language of all of them.
        _language_selector()
        about = _(
            "After the [Mémoire sur les Intelligences Artificielles]({url}), M. Langer, 2022-2023."
        )
        st.caption(about.format(url=MEMOIRE_URL))
    st.set_page_config(
        page_title=f"{_(shown.title)} · {_(APP_NAME)}",
        # An emoji, because Streamlit fetches a material icon for the tab from a server of Google.
        page_icon="🧠",
        layout="wide",
        initial_sidebar_state="auto",
    )
    with navigation:
        show_kept(_show_links)
    # The home page bears the name of the whole, and sets it itself.
    if shown is not HOME:
        st.title(_(shown.title))
    publish_plotlyjs(STATIC_DIR)
    housekeeping.look_after_session()


def _show_links() -> None:
    """Show the way to all pages."""
    for target in PAGES:
        st.page_link(target.path, label=_(target.title), icon=target.icon, width="stretch")


def _language_selector() -> None:
    """Let the reader choose a language that has a catalogue; the URL carries the choice."""
    languages = language.available_languages()
    if len(languages) > 1:
        # Codes rather than names, because the URL carries what the options show: ?language=fr.
        st.segmented_control(
            _("Language"),
            languages,
            default=language.SOURCE_LANGUAGE,
            required=True,
            key=LANGUAGE_KEY,
            label_visibility="collapsed",
            bind="query-params",
        )


def _readers_language() -> str | None:
    """Return the language that the reader has chosen, or None outside of a page."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return None
    return st.session_state.get(LANGUAGE_KEY)


language.set_language_provider(_readers_language)
streamlit_shortcuts.take()
