import json

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components.scroll_table import scroll_table


def test_cells_go_to_the_browser_as_text_and_numbers_are_marked():
    def page():
        from dashboard.components.scroll_table import scroll_table

        columns = {"Name": ["<b>red</b>", "*sky*"], "n": [1, 20], "p": [-0.0123456, 1234567.0]}
        scroll_table(columns, key="table", label="All of them")

    app = AppTest.from_function(page).run()
    assert not app.exception
    [component] = app.get("bidi_component")
    assert json.loads(component.proto.bytes) == {
        "label": "All of them",
        "columns": [
            {"name": "Name", "isNumber": False, "cells": ["<b>red</b>", "*sky*"]},
            {"name": "n", "isNumber": True, "cells": ["1", "20"]},
            {"name": "p", "isNumber": True, "cells": ["−0.01235", "1.235e+06"]},
        ],
    }


def test_a_table_without_rows_has_its_head():
    def page():
        from dashboard.components.scroll_table import scroll_table

        scroll_table({"Name": [], "n": []}, key="table", label="None of them")

    app = AppTest.from_function(page).run()
    [component] = app.get("bidi_component")
    names = [column["name"] for column in json.loads(component.proto.bytes)["columns"]]
    assert names == ["Name", "n"]


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match=r"equally long, got \{'a': 2, 'b': 1\}"):
        scroll_table({"a": ["x", "y"], "b": [1]}, key="table", label="Odd")
