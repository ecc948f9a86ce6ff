"""The whole tour of a textured photo, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from intertwine.tour import page, photo
from intertwine.tour.blocks import Chapter
from tour.textures import textured


@pytest.fixture(scope="session")
def seen(tmp_path_factory: pytest.TempPathFactory) -> photo.Photo:
    from PIL import Image

    path: Path = tmp_path_factory.mktemp("photo") / "texture & <grain>.png"
    Image.fromarray(textured(260, 280)).save(path)
    return photo.read(path)


@pytest.fixture(scope="session")
def chapters(seen: photo.Photo) -> list[Chapter]:
    return page.chapters(seen, None)


@pytest.fixture(scope="session")
def html(seen: photo.Photo, chapters: list[Chapter]) -> str:
    return page.render(seen, chapters)
