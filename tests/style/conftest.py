"""What tests of the style index share: a tiny encoder that can be restored, and drawn pictures."""

from __future__ import annotations

import pytest
from PIL import Image

from intertwine.style import models
from style_stub import Coarse, drawn


@pytest.fixture(autouse=True)
def _restores_the_tiny_encoder(monkeypatch):
    known = models.restore

    def restore(card, arrays):
        return Coarse.restore(card, arrays) if card["name"] == "coarse" else known(card, arrays)

    monkeypatch.setattr(models, "restore", restore)


@pytest.fixture
def photos(tmp_path):
    """A folder of twelve pictures, two of them in a folder below."""
    folder = tmp_path / "photos"
    (folder / "below").mkdir(parents=True)
    for number in range(12):
        place = folder / "below" if number >= 10 else folder
        Image.fromarray(drawn(number)).save(place / f"{number:02}.png")
    return folder
