"""How a schema changes: retire, edit, lock; and what stops a change that breaks old records."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas import compatibility
from schemas.catalogue import load
from schemas.codec import Codec
from schemas.compatibility import lock, problems, retire
from schemas.errors import SettingError

INNER = {"type": "record", "name": "Inner", "namespace": "tollway", "fields": []}
FIELD = {"name": "a", "type": "string", "doc": "First."}
OPTIONAL = {"name": "b", "type": ["null", "string"], "default": None}
Edit = Callable[..., None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two locked contracts, one inside the other."""
    write(tmp_path, "inner", {**INNER, "fields": [FIELD]})
    write(tmp_path, "outer", outer("tollway.Inner"))
    assert lock(tmp_path) == []
    return tmp_path


def outer(*types: Any) -> dict[str, Any]:
    fields = [{"name": f"f{index}", "type": kind} for index, kind in enumerate(types)]
    return {"type": "record", "name": "Outer", "namespace": "tollway", "fields": fields}


def write(folder: Path, name: str, definition: dict[str, Any]) -> None:
    (folder / f"{name}.avsc").write_text(json.dumps(definition))


def edit_inner(folder: Path, *fields: dict[str, Any]) -> None:
    write(folder, "inner", {**INNER, "fields": list(fields)})


def test_the_schemas_of_this_repository_are_locked_and_compatible() -> None:
    assert problems() == []


def test_locked_schemas_have_no_problem(folder: Path) -> None:
    assert problems(folder) == []


def test_a_new_schema_must_be_locked(folder: Path) -> None:
    write(folder, "other", {**INNER, "name": "Other"})
    assert problems(folder) == [
        "other: is new or edited; run `python -m schemas.compatibility --lock`"
    ]
    assert lock(folder) == []
    assert problems(folder) == []


def test_an_edit_before_retiring_is_refused_for_all_that_contain_it(folder: Path) -> None:
    edit_inner(folder, FIELD, OPTIONAL)
    found = problems(folder)
    assert [line.partition(":")[0] for line in found] == ["inner", "outer"]
    assert "edited before version 1 was retired; put the old text back" in found[0]
    assert lock(folder) == found


def test_an_edited_schema_cannot_be_retired(folder: Path) -> None:
    edit_inner(folder, FIELD, OPTIONAL)
    with pytest.raises(SettingError, match="inner, outer: not as locked; put the locked text"):
        retire("inner", folder)
    assert not (folder / "history").exists()


def test_an_unknown_schema_cannot_be_retired(folder: Path) -> None:
    with pytest.raises(SettingError, match="no schema is called nope; there are inner, outer"):
        retire("nope", folder)


def test_retiring_copies_the_schema_and_all_that_contain_it_whole(folder: Path) -> None:
    paths = retire("inner", folder)
    assert [str(path.relative_to(folder)) for path in paths] == [
        "history/inner/1.avsc",
        "history/outer/1.avsc",
    ]
    assert json.loads(paths[1].read_bytes())["fields"][0]["type"]["fields"] == [FIELD]


def test_retiring_a_container_leaves_what_it_contains_alone(folder: Path) -> None:
    assert [path.parent.name for path in retire("outer", folder)] == ["outer"]


def test_retiring_twice_is_harmless(folder: Path) -> None:
    retire("inner", folder)
    assert retire("inner", folder) == []


def test_a_retired_schema_that_was_not_edited_is_told(folder: Path) -> None:
    retire("outer", folder)
    assert problems(folder) == [
        "outer: version 1 is retired and not edited; edit it, or delete the copy"
    ]


def test_a_compatible_edit_after_retiring_becomes_the_next_version(folder: Path) -> None:
    retire("inner", folder)
    edit_inner(folder, FIELD, OPTIONAL)
    assert len(problems(folder)) == 2
    assert lock(folder) == []
    assert problems(folder) == []
    assert [len(prints) for prints in locked(folder).values()] == [2, 2]


def locked(folder: Path) -> dict[str, list[str]]:
    result: dict[str, list[str]] = json.loads((folder / "versions.json").read_bytes())
    return result


def test_an_edit_that_old_records_cannot_meet_is_refused(folder: Path) -> None:
    retire("inner", folder)
    edit_inner(folder, FIELD, {"name": "c", "type": "int"})
    before = locked(folder)
    expected = (
        "inner: the current version cannot read version 1: "
        "Inner.c: the reader needs it, the writer has none, and there is no default"
    )
    assert expected in lock(folder)
    assert expected in problems(folder)
    assert locked(folder) == before


def test_an_edit_that_old_readers_cannot_meet_is_refused(folder: Path) -> None:
    retire("inner", folder)
    edit_inner(folder)
    assert (
        "inner: version 1 cannot read the current version: "
        "Inner.a: the reader needs it, the writer has none, and there is no default"
    ) in lock(folder)


def test_the_third_version_is_held_against_the_first(folder: Path) -> None:
    for field in (OPTIONAL, {"name": "b", "type": ["null", "long"], "default": None}):
        retire("inner", folder)
        edit_inner(folder, FIELD, *([field] if field is OPTIONAL else []))
        assert lock(folder) == []
    retire("inner", folder)
    edit_inner(folder, FIELD, {"name": "b", "type": ["null", "long"], "default": None})
    found = lock(folder)
    assert any("version 2 cannot read the current" in line for line in found)
    assert not any("version 1 cannot" in line for line in found)


def test_a_changed_default_is_a_change(folder: Path) -> None:
    edit_inner(folder, {**FIELD, "default": "x"})
    assert len(problems(folder)) == 2


def test_documentation_is_no_change(folder: Path) -> None:
    edit_inner(folder, {**FIELD, "doc": "Said better."})
    assert problems(folder) == []


def test_a_schema_that_vanished_is_told(folder: Path) -> None:
    (folder / "outer.avsc").unlink()
    assert problems(folder) == [
        "outer: has no schema any more; restore it while records of it exist"
    ]


@pytest.mark.parametrize("harm", ["unlink", "edit"])
def test_history_that_was_touched_is_told(folder: Path, harm: str) -> None:
    retire("outer", folder)
    write(folder, "outer", outer("tollway.Inner", "null"))
    edited = {**outer("tollway.Inner", "null")}
    edited["fields"][1]["default"] = None
    write(folder, "outer", edited)
    assert lock(folder) == []
    path = folder / "history" / "outer" / "1.avsc"
    path.unlink() if harm == "unlink" else path.write_text(json.dumps(outer("string")))
    assert any("history is not what versions.json locked" in line for line in problems(folder))


def test_a_retired_copy_that_was_touched_cannot_be_locked_over(folder: Path) -> None:
    path = retire("outer", folder)[0]
    path.write_text(json.dumps(outer("string")))
    write(folder, "outer", outer("string", {"type": "array", "items": "string"}))
    assert any("history is not what versions.json locked" in line for line in lock(folder))
    assert len(locked(folder)["outer"]) == 1


def test_records_of_a_retired_version_are_read_as_the_current_one(folder: Path) -> None:
    old = Codec(load(folder)).encode("outer", {"f0": {"a": "x"}})
    retire("inner", folder)
    edit_inner(folder, FIELD, OPTIONAL)
    assert Codec(load(folder)).decode("outer", old) == {"f0": {"a": "x", "b": None}}


def test_the_command_fails_until_all_is_well(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        return compatibility.main(arguments, folder), capsys.readouterr().out

    assert run() == (0, "")
    assert run("--retire", "nope") == (1, "no schema is called nope; there are inner, outer\n")
    assert run("--retire", "outer") == (0, "wrote history/outer/1.avsc\n")
    assert run()[0] == 1
    assert run("--lock")[0] == 1
    write(folder, "outer", outer("string"))
    status, output = run("--lock")
    assert status == 1
    assert "Outer.f0: the reader expects string, the writer has Inner" in output
