from dashboard.tables import markdown_table


def test_columns_come_as_rows_name_them_and_cells_may_be_missing():
    rows = [{"Run": "one"}, {"Run": "two", "Loss": "0.1"}]
    assert markdown_table(rows).splitlines() == [
        "| Run | Loss |",
        "| --- | --- |",
        "| one |  |",
        "| two | 0.1 |",
    ]
