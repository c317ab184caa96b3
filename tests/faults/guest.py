"""A visitor who notes all that a page tells, and whose connection can be cut."""

import asyncio
import contextlib
import urllib.error
import urllib.request
import uuid
from urllib.parse import urlparse

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.visitors import Timings, Visitor


class Guest(Visitor):
    """A session of the real dashboard, without a browser.

    Parameters
    ----------
    url : str
        Address of the dashboard, ``http://host:port``.

    Attributes
    ----------
    alerts, texts : list of str
        What the boxes for errors, warnings and news say, and all Markdown, since the last run of
        a whole page began.
    progress : list of str
        What stands above the bars of progress.
    images : list of str
        The addresses of the images.
    n_clicks : int
        How many clicks of `keep_clicking` were answered.
    """

    def __init__(self, url):
        self._http = url
        super().__init__(f"ws://{urlparse(url).netloc}", Timings(), seed=0)
        self.n_clicks = 0
        self._forget()

    @property
    def has_failed(self):
        """Whether a page has shown an exception."""
        return self._timings.n_exceptions > 0

    async def visit(self, page, query=""):
        """Go to a page, with what its link asks for."""
        self._forget()
        await super().visit(page, query)

    async def look_again(self):
        """Have the page run again."""
        self._forget()
        await super().look_again()

    async def ask_to_look_again(self):
        """Have the page run again, and wait for no answer."""
        page = ClientState(page_name=self._page, query_string=self.query)
        await self.send(rerun_script=page)

    async def forge(self, state, fragment=""):
        """Send the state of any widget, shown or not."""
        await self._run(state, fragment)

    async def upload(self, key, name, data):
        """Choose a file in an uploader, and return its id."""
        file_id = str(uuid.uuid4())
        status = await asyncio.to_thread(self.put_file, self.session_id, file_id, name, data)
        assert status == 204
        widget_id, fragment = self.widgets[key].id, self.widgets[key].fragment
        await self.forge(chosen_file(widget_id, file_id, name, len(data)), fragment)
        return file_id

    def put_file(self, session_id, file_id, name, data):
        """Send a file to the place of a session's uploads, and return the status."""
        boundary = "boundary"
        kind = f'Content-Disposition: form-data; name="file"; filename="{name}"'
        body = f"--{boundary}\r\n{kind}\r\n\r\n".encode() + data + f"\r\n--{boundary}--".encode()
        with urllib.request.urlopen(f"{self._http}/_stcore/health", timeout=30) as answer:
            cookie = answer.headers["Set-Cookie"].partition(";")[0]
        request = urllib.request.Request(
            f"{self._http}/_stcore/upload_file/{session_id}/{file_id}",
            data=body,
            method="PUT",
            headers={
                "Content-Type": f"multipart/form-data; boundary={boundary}",
                "Cookie": cookie,
                "X-Xsrftoken": cookie.partition("=")[2],
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    async def keep_clicking(self):
        """Turn the page's widget for ever."""
        while True:
            await self.turn_widget()
            self.n_clicks += 1
            await asyncio.sleep(0.05)

    def number(self, key):
        """Return what a field for numbers shows."""
        return self._numbers[key]

    async def send(self, **fields):
        """Send a message of the protocol, and wait for no answer."""
        await self._socket.send(BackMsg(**fields).SerializeToString())

    async def cut(self):
        """Lose the connection, without a word to the server."""
        self._socket.transport.abort()
        await self._socket.wait_closed()

    def stop_reading(self):
        """Leave unread what the server sends from now on."""
        self._socket.transport.pause_reading()

    def _forget(self):
        """Forget what was on the page."""
        self.alerts, self.texts, self.progress, self.images = [], [], [], []
        self._numbers = {}

    def _look_at(self, delta):
        """Note texts, images and widgets."""
        super()._look_at(delta)
        if not delta.HasField("new_element"):
            return
        element = delta.new_element
        kind = element.WhichOneof("type")
        shown = getattr(element, kind)
        if kind == "alert":
            self.alerts.append(shown.body)
        elif kind == "markdown":
            self.texts.append(shown.body)
        elif kind == "progress":
            self.progress.append(shown.text)
        elif kind == "number_input":
            key = shown.id.split("-", 2)[2]
            self._numbers[key] = shown.value if shown.set_value else shown.default
        elif kind == "imgs":
            self.images += [image.url for image in shown.imgs]


def chosen_file(widget_id, file_id, name, size):
    """Return the state of an uploader in which a file has been chosen."""
    state = WidgetState(id=widget_id)
    chosen = state.file_uploader_state_value.uploaded_file_info.add()
    chosen.file_id, chosen.name, chosen.size = file_id, name, size
    return state


@contextlib.asynccontextmanager
async def bystander(url):
    """Have somebody else click all the time, who must not notice anything."""
    guest = Guest(url)
    await guest.open("Average_digit")
    clicking = asyncio.create_task(guest.keep_clicking())
    try:
        yield
        n_clicks = guest.n_clicks
        while guest.n_clicks <= n_clicks and not clicking.done():
            await asyncio.sleep(0.01)
    finally:
        clicking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await clicking
        await guest.close()
    assert not guest.has_failed
    assert not guest.alerts
