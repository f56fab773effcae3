"""Bills as they come: exact to the micro-dollar, and what is wrong with a line is said."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import BillRefused
from tollway.budget.bill import Bill, LineRefused, Mapped, parse, usd_micros
from tollway.budget.bill_mapping import mapped
from tollway.budget.bill_reading import MOST_FIELD_CHARACTERS, read_rows

PLAIN = Mapped()
HEADER = "call_id,name,amount,currency,time\n"


def bill(
    folder: Path, content: str | bytes, name: str = "bill.csv", encoding: str | None = None
) -> Bill:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return parse(read_rows(path, encoding), PLAIN)


def reasons(found: Bill) -> dict[str, str]:
    return {each.where: each.reason for each in found.unreadable}


@given(st.integers(-(10**15), 10**15))
def test_an_amount_is_read_exactly(micros: int) -> None:
    assert usd_micros(str(Decimal(micros).scaleb(-6))) == (micros, False)


@given(st.integers(-(10**15), 10**15 - 1), st.integers(1, 10**12 - 1))
def test_what_is_finer_than_a_micro_dollar_is_rounded_up(micros: int, rest: int) -> None:
    amount = f"{Decimal(micros).scaleb(-6) + Decimal(rest).scaleb(-18):f}"
    assert usd_micros(amount) == (micros + 1, True)


@pytest.mark.parametrize(
    ("text", "micros"),
    [("1", 10**6), (".5", 500_000), ("5.", 5 * 10**6), ("1.5e-05", 15), ("+0", 0)],
)
def test_plain_ways_to_write_a_number_are_read(text: str, micros: int) -> None:
    assert usd_micros(text) == (micros, False)


@pytest.mark.parametrize(
    "text",
    [
        "1,5",
        "$1",
        "1 USD",
        "NaN",
        "Infinity",
        "-inf",
        "0x1",
        "1e999",
        "1_000",
        "",
        "--1",
        "9" * 99,
        "1e20",
        "\u0661e99",
    ],
)
def test_no_other_text_is_an_amount(text: str) -> None:
    with pytest.raises(LineRefused, match="amount"):
        usd_micros(text)


def test_csv_json_and_json_lines_say_the_same(tmp_path: Path) -> None:
    csv = bill(tmp_path, HEADER + "c.1.1,gpt,0.001623,USD,2026-11-24T10:00:00Z\n")
    row = '{"call_id": "c.1.1", "name": "gpt", "amount": 0.001623, "time": 1795514400}'
    array = bill(tmp_path, f"[{row}]", "bill.json")
    lines = bill(tmp_path, f"{row}\n\n", "bill.jsonl")

    (line,) = csv.lines
    assert (line.call_id, line.name, line.usd_micros) == ("c.1.1", "gpt", 1623)
    assert line.from_ms == line.to_ms == 1_795_514_400_000
    for other in (array, lines):
        (same,) = other.lines
        assert (same.call_id, same.name, same.usd_micros) == ("c.1.1", "gpt", 1623)
        assert same.from_ms == line.from_ms


def test_a_bad_line_is_named_and_stops_nothing(tmp_path: Path) -> None:
    found = bill(
        tmp_path,
        HEADER
        + "a,gpt,oops,USD,\n"
        + "b,gpt,1\n"
        + "c,gpt,,USD,\n"
        + "d,gpt,1,USD,yesterday\n"
        + ",,1,USD,\n"
        + "f\x1b[2J,gpt,1,USD,\n"
        + f"g,{'x' * (MOST_FIELD_CHARACTERS + 1)},1,USD,\n"
        + 'h,"gpt"x,1,USD,\n'
        + "i,gpt,1,USD,\n",
    )

    assert [line.call_id for line in found.lines] == ["i"]
    told = reasons(found)
    assert "no plain decimal number" in told["line 2"]
    assert "3 fields, and the first line names 5" in told["line 3"]
    assert "column amount is missing or empty" in told["line 4"]
    assert "time 'yesterday' is none" in told["line 5"]
    assert "neither a call id" in told["line 6"]
    assert "cannot be printed" in told["line 7"]
    assert "field larger than field limit" in told["line 8"]
    assert "it is no CSV" in told["line 9"]


def test_a_quote_that_is_never_closed_is_said_with_the_lines_that_it_swallows(
    tmp_path: Path,
) -> None:
    found = bill(tmp_path, HEADER + 'a,gpt,1,USD,\n"b,gpt,1,USD,\nc,gpt,1,USD,\n')
    assert [line.call_id for line in found.lines] == ["a"]
    assert list(reasons(found)) == ["lines 3 to 4"]


def test_a_line_in_another_encoding_is_left_out_and_the_whole_can_be_read_in_it(
    tmp_path: Path,
) -> None:
    content = (HEADER + "a,café,1,USD,\nb,gpt,1,USD,\n").encode("cp1252")
    found = bill(tmp_path, content)
    assert [line.call_id for line in found.lines] == ["b"]
    assert "give --encoding" in reasons(found)["line 2"]
    assert [line.name for line in bill(tmp_path, content, encoding="cp1252").lines] == [
        "café",
        "gpt",
    ]
    with pytest.raises(BillRefused, match="UTF-16"):
        bill(tmp_path, HEADER.encode("utf-16"))
    with pytest.raises(BillRefused, match="nonesuch"):
        bill(tmp_path, HEADER, encoding="nonesuch")


def test_a_mark_at_the_beginning_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    assert bill(tmp_path, "\ufeff" + HEADER + "a,gpt,1,USD,\n").lines[0].call_id == "a"


@pytest.mark.parametrize("currency", ["EUR", "", "usdt"])
def test_a_bill_in_another_currency_is_refused(tmp_path: Path, currency: str) -> None:
    with pytest.raises(BillRefused, match="line 3: the currency is"):
        bill(tmp_path, HEADER + f"a,gpt,1,usd,\nb,gpt,1,{currency},\n")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("bill.csv", "", "holds no names of columns"),
        ("bill.csv", "name,name,amount\n", "names 'name' twice"),
        ("bill.json", "{}", "holds no array"),
        ("bill.json", "[" * 100_000, "it is no JSON"),
        ("bill.json", "[NaN]", "NaN is no number"),
    ],
)
def test_what_is_no_bill_at_all_is_refused(
    tmp_path: Path, name: str, content: str, said: str
) -> None:
    with pytest.raises(BillRefused, match=said):
        bill(tmp_path, content, name)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BillRefused, match="No such file"):
        list(read_rows(tmp_path / "none.csv", None))


def test_bad_objects_of_a_json_bill_are_named(tmp_path: Path) -> None:
    found = bill(
        tmp_path,
        '{"name": "a", "name": "b", "amount": 1}\n[]\n{"name": {}, "amount": 1}\n{"name": "a"\n',
        "bill.jsonl",
    )
    told = reasons(found)
    assert "a key comes twice" in told["line 1"]
    assert "no JSON object" in told["line 2"]
    assert "holds dict" in told["line 3"]
    assert "it is no JSON" in told["line 4"]


def test_columns_and_names_are_mapped_and_times_without_a_zone_are_in_the_one_given() -> None:
    row = {"model": "gpt-2026-04", "cost_usd": "0.1", "day": "2026-11-24"}
    told = Mapped.model_validate(
        {
            "columns": {"name": "model", "amount": "cost_usd", "time": "day"},
            "names": {"gpt-2026-04": "gpt"},
        }
    )
    (line,) = parse([("line 2", row)], told, ZoneInfo("Europe/Berlin")).lines
    assert (line.name, line.usd_micros) == ("gpt", 100_000)
    assert line.from_ms == datetime(2026, 11, 23, 23, tzinfo=UTC).timestamp() * 1000
    assert line.to_ms == datetime(2026, 11, 24, 23, tzinfo=UTC).timestamp() * 1000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("columns: {cost: amount}", "columns.cost"),
        ("colums: {}", "colums"),
        ("[1]", "it takes `columns`"),
        ("a: [", "cannot be read as YAML"),
    ],
)
def test_a_mapping_that_says_nothing_known_is_refused(
    tmp_path: Path, content: str, said: str
) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(content)
    with pytest.raises(BillRefused, match=said):
        mapped(path, {}, {})


@given(st.binary(max_size=300), st.sampled_from(["bill.csv", "bill.json", "bill.jsonl"]))
def test_no_bytes_break_the_reading(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(HEADER.encode() + content if name.endswith("csv") else content)
    try:
        found = parse(read_rows(path, None), PLAIN)
    except BillRefused:
        return
    assert all(each.reason for each in found.unreadable)
