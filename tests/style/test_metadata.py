"""Metadata: what is kept, what is read from tables, and which pictures conditions choose."""

import json

import numpy as np
import pytest

from intertwine.base.errors import FileError, OptionError
from intertwine.style import StyleIndex
from intertwine.style.metadata import read_table
from style_stub import Coarse, drawn

ABOUT = [
    {"brand": "Acme", "price": 7, "sizes": ["S", "M"], "sold": True, 'q"': 1},
    {"brand": "b", "price": 49.5, "sizes": ["L"], "sold": False},
    {"brand": "Acme", "price": "7", "sold": 1},
    {"brand": 7, "nested": {"brand": "Acme"}, "none": None},
]


@pytest.fixture(scope="module")
def index():
    index = StyleIndex(encoder=Coarse())
    index.add([drawn(n) for n in range(4)], list("abcd"), ABOUT)
    return index


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ({}, "abcd"),
        ({"brand": "Acme"}, "ac"),
        ({"brand": ["Acme", 7]}, "acd"),
        ({"brand": []}, ""),
        ({"brand": {"!=": "Acme"}}, "bd"),
        ({"brand": {"!=": ["Acme", "b"]}}, "d"),
        ({"price": 7}, "a"),
        ({"price": np.int64(7)}, "a"),
        ({"price": 7.0}, "a"),
        ({"price": "7"}, "c"),
        ({"price": {"<": 49.5}}, "a"),
        ({"price": {"<=": 49.5}}, "ab"),
        ({"price": {">=": 7, "<": 8}}, "a"),
        ({"price": {">": 10**30}}, ""),
        ({"brand": {">": "Acme"}}, "b"),
        ({"sizes": "M"}, "a"),
        ({"sizes": ("M", "L")}, "ab"),
        ({"sold": True}, "a"),
        ({"sold": False}, "b"),
        ({"sold": 1}, "c"),
        ({'q"': 1}, "a"),
        ({"nested": "Acme"}, ""),
        ({"brand": "Acme", "price": 7}, "a"),
        (lambda about: about.get("price", 0) > 40 if about["brand"] == "b" else False, "b"),
    ],
)
def test_conditions_choose_pictures(index, where, ids):
    assert {hit.id for hit in index.search(drawn(9), where=where)} == set(ids)


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (
            {"price": {"=<": 3}},
            "search: `where['price']` compares by '=<'.\n  Known: = != < <= > >=",
        ),
        (
            {"price": {"<": True}},
            "search: `where['price']` compares with True, which is not text or a number.\n"
            "  A list means any of its values; for all else pass a function of the metadata.",
        ),
        ({"price": [[1]]}, "which is not text, a number or a truth value."),
        ({"price": float("nan")}, "compares with nan"),
        ({3: 3}, "search: `where` names 3, which is not text."),
        ({"price": "\ud800"}, "half a character"),
    ],
)
def test_wrong_conditions(index, where, text):
    with pytest.raises(OptionError) as told:
        index.search(drawn(9), where=where)
    assert text in str(told.value)


@pytest.mark.parametrize(
    ("about", "text"),
    [
        ({"a": float("nan")}, "add: metadata must be what JSON can hold"),
        ({"a": {1, 2}}, "set is not JSON"),
        ({3: "a"}, "add: metadata are named by text, not by 3."),
        ({"a": "\ud800"}, "add: metadata must be what JSON can hold"),
        ("brand", "add: the metadata of a picture are 'brand'."),
    ],
)
def test_metadata_that_json_cannot_hold_are_refused(about, text):
    index = StyleIndex(encoder=Coarse())
    with pytest.raises(OptionError) as told:
        index.add([drawn(1)], metadata=[about])
    assert text in str(told.value)
    assert len(index) == 0


def test_metadata_are_kept_as_json():
    index = StyleIndex(encoder=Coarse())
    about = {"n": np.int32(3), "rgb": np.array([1, 2]), "pair": (1, "ü"), "half": np.float32(0.5)}
    index.add([drawn(1)], ["a"], [about])
    assert index["a"].metadata == {"n": 3, "rgb": [1, 2], "pair": [1, "ü"], "half": 0.5}
    index.describe({"a": {"n": 4, "new": True}})
    assert index["a"].metadata == {
        "n": 4, "rgb": [1, 2], "pair": [1, "ü"], "half": 0.5, "new": True,
    }  # fmt: skip


def test_an_update_keeps_metadata(photos, tmp_path):
    index = StyleIndex(tmp_path / "index", encoder=Coarse())
    index.update(photos)
    index.describe({id: {"file": id[-6:]} for id in index})
    (photos / "03.png").rename(photos / "moved.png")
    (photos / "04.png").write_bytes((photos / "05.png").read_bytes())
    assert str(index.update(photos)) == "1 changed, 1 moved, 10 unchanged"
    assert {index[id].metadata["file"] for id in index} == {f"{n:02}.png" for n in range(12)}
    index.rebuild(Coarse(2.0))
    assert all(index[id].metadata["file"] == id[-6:] for id in index)


def test_columns_of_a_table_have_types(tmp_path):
    path = tmp_path / "about.csv"
    path.write_text(
        "file,price,whole,code,new,note,mixed\n"
        'a.png,1.5,3,007,true,"x, y",1\n'
        "b.png,2,-4,12,False,,two\n"
        "\n"
        "c.png,,,,,,\n",
        encoding="utf-8-sig",
    )
    assert read_table(path).lines == (
        ("a.png",
            {"price": 1.5, "whole": 3, "code": "007", "new": True, "note": "x, y", "mixed": "1"}),
        ("b.png", {"price": 2.0, "whole": -4, "code": "12", "new": False, "mixed": "two"}),
        ("c.png", {}),
    )  # fmt: skip
    path.write_text("id\tn\n5\t1e3\n", encoding="utf-8")
    assert read_table(path).lines == (("5", {"n": 1000.0}),)
    path.write_text("path;n\na.png;inf\n", encoding="utf-8")
    assert read_table(path).lines == (("a.png", {"n": "inf"}),)
    path = path.with_suffix(".json")
    path.write_text(json.dumps([{"id": "a", "tags": ["x"]}, {"tags": []}]))
    assert read_table(path).lines == (("a", {"tags": ["x"]}),)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("t.csv", "name,price\n", "t.csv has no column that names pictures.\n  One of id, path, "),
        ("t.csv", "", "t.csv is empty."),
        ("t.csv", "id,n\na,1,2\n", "t.csv: line 2 has 3 cells, the head 2."),
        ("t.csv", 'id,n\n"a', "t.csv cannot be read as a table: unexpected end of data."),
        ("t.json", "[1]", 't.json must be a list of objects, such as [{"path": "a.jpg"}].'),
        ("t.json", "[", "t.json is not JSON: "),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(FileError) as told:
        read_table(tmp_path / name)
    assert message in str(told.value)


def test_a_table_names_pictures_in_any_natural_way(photos, tmp_path):
    index = StyleIndex(tmp_path / "index", encoder=Coarse())
    index.update(photos)
    (photos / "below" / "00.png").write_bytes((photos / "02.png").read_bytes())
    index.update(photos)
    table = tmp_path / "photos.csv"
    names = [
        str(photos / "01.png"),  # an id
        "02.png",  # a file's name, of one picture alone
        "below/10.png",  # a path below the folder
        "photos/03.png",  # a path below the table's folder
        "00.png",  # of two pictures, but a path below the folder
        "none.png",
    ]
    table.write_text("path,n\n" + "".join(f"{name},{n}\n" for n, name in enumerate(names)))
    rows = [index[id] for id in index]
    found, unknown = read_table(table).match(rows, photos)
    places = [photos / "01.png", photos / "02.png", photos / "below" / "10.png", photos / "03.png"]
    assert found == {str(path): {"n": n} for n, path in enumerate([*places, photos / "00.png"])}
    assert unknown == ["none.png"]
    assert read_table(table).match(rows, None)[1] == ["below/10.png", "00.png", "none.png"]
