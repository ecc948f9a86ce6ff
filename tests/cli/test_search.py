"""``intertwine search`` and what ``intertwine index`` is told about pictures."""

import json
import re

import pytest

from intertwine.cli.search import conditions


@pytest.fixture
def shop(intertwine, here):
    """An index of six drawn garments, and their files."""
    intertwine("index", "--wardrobe", "-n", "6", "-o", "shop", "--encoder", "linear")
    return sorted((here / "shop" / "wardrobe").glob("*.png"))


def test_metadata_of_a_table_narrow_a_search(intertwine, here, shop):
    lines = [f"{path.name},{'Acme' if n % 2 else 'Bolt'},{10 * n}" for n, path in enumerate(shop)]
    (here / "about.csv").write_text("\n".join(["file,brand,price", *lines, "none.png,Acme,1"]))
    told = intertwine("index", "-o", "shop", "--metadata", "about.csv")
    assert told.out == (
        "about.csv  6 pictures described\n  unknown  none.png: no picture of the index\n"
        "6 pictures by linear\n"
    )

    def found(*where):
        options = [word for each in where for word in ("--where", each)]
        ended = intertwine("search", shop[0], "-i", "shop", "--format", "json", *options)
        return sorted(hit["metadata"]["price"] for hit in json.loads(ended.out))

    assert found("brand=Acme") == [10, 30, 50]
    assert found("brand=Acme", "price<50") == [10, 30]
    assert found("price=20", "price=50") == [20, 50]
    assert found("price>=20", "price<40", "brand!=Acme") == [20]
    ended = intertwine("search", shop[0], "-i", "shop", "--where", "brand")
    assert ended.code == 2
    assert ended.err == (
        "intertwine: --where brand: write NAME=VALUE, such as --where brand=Acme\n"
        "  Or compare with a number: --where 'price<50'\n"
    )


def test_a_piped_table_keeps_long_names_on_one_line(intertwine, here, shop):
    deep = here / ("folder-with-a-long-name-" * 4) / ("another-one-" * 6)
    deep.mkdir(parents=True)
    for path in shop:
        path.rename(deep / path.name)
    intertwine("index", deep, "-o", "deep", "--encoder", "linear")
    told = intertwine("search", deep / shop[0].name, "-i", "deep", "--why")
    whole = [line for line in told.out.splitlines() if str(deep) in line]
    assert len(whole) == len(shop)
    assert all("The whole score of" in line for line in whole)
    assert all(line.split()[3] == "-" for line in whole)
    refused = intertwine("search", deep / shop[0].name, "-i", "deep", "-o", "hits.pdf")
    assert refused.err == (
        "intertwine: hits.pdf: hits are written as .csv, .json or .html.\n  Name such a file.\n"
    )
    refused = intertwine("search", "--id", "x", "-i", "deep")
    assert refused.err == (
        "intertwine: search: there is no picture 'x' in the index.\n"
        "  Pass an id as the hits show it; that of a file is its whole path.\n"
    )
    assert told.out.endswith("False match rates need an index of at least 20 pictures.\n")


def test_folders_are_metadata(intertwine, here, shop):
    for n, path in enumerate(shop):
        place = here / "sorted" / ("odd" if n % 2 else "even")
        place.mkdir(parents=True, exist_ok=True)
        path.rename(place / path.name)
    told = intertwine("index", "sorted", "-o", "new", "--encoder", "linear", "--folder-as", "kind")
    assert told.out == "new  6 added\n6 pictures by linear\n"
    picture = next((here / "sorted" / "odd").iterdir())
    found = intertwine("search", picture, "-i", "new", "--where", "kind=odd", "--format", "json")
    hits = json.loads(found.out)
    assert [hit["metadata"] for hit in hits] == [{"kind": "odd"}] * 3
    assert sum(hits[0]["shares"].values()) == pytest.approx(1, abs=1e-5)
    assert hits[0]["path"] == str(picture.resolve())
    ended = intertwine("index", "--folder-as", "kind", "--duplicates", "-o", "new")
    assert ended.err == "intertwine: --folder-as kind needs the FOLDER whose subfolders count.\n"


def test_hits_are_explained_in_words_and_on_a_page(intertwine, here, shop):
    told = intertwine("search", shop[1], "-i", "shop", "-n", "2", "--why", "--format", "csv")
    assert told.out.splitlines()[0] == "score,false_match_rate,id,why"
    assert "The whole score of 1.00 is shape. They agree most" in told.out.splitlines()[1]
    told = intertwine("search", shop[1], "-i", "shop", "-n", "3", "-o", "hits.html")
    assert told.out == "hits.html  3 found\n"
    page = (here / "hits.html").read_text()
    assert page.count("<details>") == page.count("The whole score of") == 3
    assert len(re.findall(r"data:image/jpeg;base64,", page)) == 7  # the query, hits, drawings
    assert f'href="{shop[1].resolve().as_uri()}"' in page
    assert not re.search(r"src=\"(?!data:)", page)
    assert len(page) < 100_000
    told = intertwine("search", shop[1], "-i", "shop", "-n", "3", "-o", "plain.html", "--no-why")
    assert "<details>" not in (here / "plain.html").read_text()
    wish = [shop[0], shop[1]]
    told = intertwine("search", *wish, "--together", "-i", "shop", "-n", "2", "-o", "wish.html")
    assert told.out == "wish.html  2 found\n"
    asked = ["search", "--id", shop[1].relative_to(here), "-i", "shop", "--format", "csv"]
    assert len(intertwine(*asked).out.splitlines()) == 6
    ended = intertwine(*asked, "-o", "other.html")
    assert (
        ended.err == "intertwine: --format csv does not fit other.html.\n  Leave one of them out.\n"
    )


def test_values_on_a_command_line_mean_all_they_may():
    assert conditions(["a=1", "b=x=y", "c!=true", "d<=007", "e="]) == {
        "a": {"=": ["1", 1]},
        "b": {"=": ["x=y"]},
        "c": {"!=": ["true", True]},
        "d": {"<=": 7},
        "e": {"=": [""]},
    }
    assert conditions(["day<2026-01-01", "n=1e3", "n=inf"]) == {
        "day": {"<": "2026-01-01"},
        "n": {"=": ["1e3", 1000.0, "inf"]},
    }
    assert conditions([]) is None


def test_broken_files_are_listed_and_the_rest_is_indexed(intertwine, here, shop):
    broken = here / "shop" / "wardrobe" / "text.jpg"
    broken.write_text("text")
    told = intertwine("index", here / "shop" / "wardrobe", "-o", "shop")
    assert told.out == (
        "shop  6 unchanged, 1 file skipped\n"
        f"  skipped  {broken.resolve()} cannot be read as a picture: no known format.\n"
        "6 pictures by linear\n"
    )


def test_an_interruption_says_what_is_kept(intertwine, here, shop, monkeypatch):
    def interrupt(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("intertwine.style.indexing.write", interrupt)
    shop[0].rename(here / "shop" / "wardrobe" / "new.png")
    shop[1].write_bytes(shop[2].read_bytes())
    told = intertwine("index", here / "shop" / "wardrobe", "-o", "shop")
    assert told.out == "6 pictures kept; the next run goes on from there.\n"
    assert told.code == 130


def test_the_least_rate_that_an_index_can_tell_is_said(intertwine, here):
    intertwine("index", "--wardrobe", "-n", "24", "-o", "many", "--encoder", "linear")
    picture = next((here / "many" / "wardrobe").glob("*.png"))
    told = intertwine("search", picture, "-i", "many", "-n", "2")
    assert told.out.splitlines()[-1] == (
        "A false match rate of 0.04 means at most that: the index tells no smaller one."
    )
    told = intertwine("search", picture, "-i", "many", "-n", "24", "--format", "json")
    least = [hit["false_match_is_least"] for hit in json.loads(told.out)]
    assert least[0]
    assert not least[-1]
