"""Pictures as files: SVG, HTML, PNG and PDF; what cannot be written is refused."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from fourtop import InvalidInput
from fourtop.plotting import Picture, Theme, floor_plan
from tests.unit.picture_samples import pub


@pytest.fixture(scope="module")
def picture() -> Picture:
    return floor_plan(pub())


def test_a_picture_is_saved_as_svg(picture: Picture, tmp_path: Path) -> None:
    picture.save(tmp_path / "plan.svg")
    assert (tmp_path / "plan.svg").read_text("utf-8") == picture.svg


def test_a_picture_is_saved_as_a_page_that_follows_the_reader(
    picture: Picture, tmp_path: Path
) -> None:
    picture.save(str(tmp_path / "plan.HTML"))
    text = (tmp_path / "plan.HTML").read_text("utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert picture.svg in text
    assert "prefers-color-scheme:dark){body{background:" in text
    assert "prefers-color-scheme" not in picture.with_theme("dark").html


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["png", "pdf"])
def test_a_picture_is_saved_as_an_image(picture: Picture, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"plan.{suffix}"
    picture.save(path)
    light = path.read_bytes()
    assert light.startswith({"png": b"\x89PNG", "pdf": b"%PDF"}[suffix])
    if suffix == "png":
        # Width and height follow the signature and the name of the first chunk.
        assert int.from_bytes(light[16:20]) == 2 * picture.width
        assert int.from_bytes(light[20:24]) == 2 * picture.height
        picture.with_theme(Theme.LIGHT).save(path)
        assert path.read_bytes() == light
        picture.with_theme(Theme.DARK).save(path)
        assert path.read_bytes() != light


def test_without_the_extra_the_error_names_it(
    picture: Picture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    with pytest.raises(InvalidInput, match=r"install fourtop\[pictures\]"):
        picture.save(tmp_path / "plan.png")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["plan", "plan.jpg", 7, None, "a\0.svg", b"plan.svg"], ids=repr)
def test_a_wrong_path_is_refused(
    picture: Picture, path: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInput) as caught:
        picture.save(path)
    assert caught.value.field == "path"
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_refused(picture: Picture, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be written"):
        picture.save(tmp_path / "none" / "plan.svg")


def test_a_wrong_theme_is_refused(picture: Picture) -> None:
    with pytest.raises(InvalidInput, match="must be one of light, dark, auto"):
        picture.with_theme("pink")


def test_a_picture_has_a_short_repr(picture: Picture) -> None:
    assert repr(picture.with_theme("dark")).startswith("<Picture 'Floor plan', 700 × ")
    assert repr(picture.with_theme("dark")).endswith(", dark>")


def test_a_notebook_shows_a_picture(picture: Picture) -> None:
    assert picture._repr_svg_() == picture.svg
