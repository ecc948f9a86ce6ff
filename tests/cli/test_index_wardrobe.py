"""``intertwine index --wardrobe``: something to search in at once."""

from intertwine.style import encoders


def test_drawn_garments_are_indexed_and_found(intertwine, here):
    ended = intertwine("index", "--wardrobe", "-n", "6", "-o", "shop", "--encoder", "linear")
    assert ended.code == 0, ended.err
    assert ended.out == "shop  6 added\n6 pictures by linear\n"
    pictures = sorted((here / "shop" / "wardrobe").glob("*.png"))
    assert len(pictures) == 6
    again = intertwine("index", "--wardrobe", "-n", "7", "-o", "shop")
    assert again.out == "shop  1 added, 6 unchanged\n7 pictures by linear\n"
    found = intertwine("search", pictures[3], "-i", "shop", "-n", "1", "--format", "csv")
    assert found.out.splitlines()[1].endswith(str(pictures[3]))


def test_a_folder_and_the_wardrobe_exclude_each_other(intertwine, here):
    ended = intertwine("index", "photos", "--wardrobe")
    assert ended.code == 2
    assert ended.err == (
        "intertwine: --wardrobe draws at least one garment, and takes no FOLDER.\n"
    )
    assert not (here / "style-index").exists()


def test_another_encoder_is_refused_unless_everything_is_encoded_again(intertwine, here):
    first = intertwine("index", "--wardrobe", "-n", "4", "-o", "shop", "--encoder", "linear")
    assert first.out == "shop  4 added\n4 pictures by linear\n"
    ended = intertwine("index", "--wardrobe", "-n", "5", "-o", "shop", "--encoder", "pretrained")
    assert ended.code == 2
    assert ended.err == (
        "intertwine: The index is coded by linear, not by pretrained.\n"
        "  Leave --encoder out, or pass --rebuild to encode everything by pretrained.\n"
    )


def test_the_choice_of_an_encoder_is_told_with_its_reason(intertwine, here, monkeypatch):
    chosen = encoders.Choice("linear", "linear: so says the test.")
    monkeypatch.setattr(encoders, "default", lambda count: chosen)
    first = intertwine("index", "--wardrobe", "-n", "4", "-o", "shop")
    assert first.out == "shop  4 added\n4 pictures by linear\nlinear: so says the test.\n"
    again = intertwine("index", "--wardrobe", "-n", "4", "-o", "shop")
    assert again.out == "shop  4 unchanged\n4 pictures by linear\n"
