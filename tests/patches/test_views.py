"""Views: the source seen mirrored or at another scale, and the way back to its pixels."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests import scenes

from likewise.patches.views import IDENTITY, View, Views

SIZE = (30, 44)
EVERY = [View(s, m) for s in (0.4, 0.5, 0.77, 1.0, 1.3, 2.0) for m in (False, True)]


def ids() -> torch.Tensor:
    return scenes.indices(scenes.blots(SIZE, 5, 0))


@pytest.mark.parametrize("view", EVERY)
def test_all_that_is_shown_has_the_size_of_the_view(view: View) -> None:
    height, width = view.size(SIZE)
    assert (height, width) == (round(30 * view.scale), round(44 * view.scale))
    assert view.image(torch.zeros(2, 3, *SIZE)).shape == (2, 3, height, width)
    assert view.ids(ids()).shape == (1, 1, height, width)


def test_the_identity_shows_the_source_as_it_is() -> None:
    image = torch.randn(1, 3, *SIZE, generator=torch.Generator().manual_seed(0))
    assert torch.equal(IDENTITY.image(image), image)
    assert torch.equal(IDENTITY.ids(ids()), ids())


def test_a_mirrored_view_exchanges_left_and_right() -> None:
    image = torch.randn(1, 3, *SIZE, generator=torch.Generator().manual_seed(0))
    mirrored = View(mirrored=True)
    assert torch.equal(mirrored.image(image), image.flip(3))
    assert torch.equal(mirrored.ids(ids()), ids().flip(3))


def test_no_view_is_smaller_than_a_pixel() -> None:
    assert View(0.1).size((2, 3)) == (1, 1)


@pytest.mark.parametrize("view", EVERY)
def test_ids_are_those_of_the_source_pixels_that_places_lead_to(view: View) -> None:
    source = ids()
    source[..., 5:9, 5:9] = -1
    shown = view.ids(source)[0, 0]
    for row, column in np.ndindex(*shown.shape):
        y, x = view.to_source(torch.tensor(float(row)), torch.tensor(float(column)), SIZE)
        nearest = int(torch.floor(y + 0.5 + 1e-5)), int(torch.floor(x + 0.5 + 1e-5))
        other = int(torch.floor(y + 0.5 - 1e-5)), int(torch.floor(x + 0.5 - 1e-5))
        assert shown[row, column] in (source[0, 0][nearest], source[0, 0][other])


@pytest.mark.parametrize("view", EVERY)
def test_image_and_places_agree(view: View) -> None:
    """A picture of its own coordinates, seen in a view, says where each place comes from."""
    rows, columns = torch.meshgrid(torch.arange(30.0), torch.arange(44.0), indexing="ij")
    shown = view.image(torch.stack((rows, columns))[None])
    places = torch.meshgrid(*(torch.arange(float(n)) for n in shown.shape[2:]), indexing="ij")
    expected = torch.stack(view.to_source(*places, SIZE))[None]
    rim = 6  # cubic weights reach beyond the edges there
    inner = (slice(None), slice(None), slice(rim, -rim), slice(rim, -rim))
    torch.testing.assert_close(shown[inner], expected[inner], atol=0.06, rtol=0)


def test_shrinking_does_not_alias() -> None:
    stripes = (torch.arange(64) % 2).float().expand(1, 1, 64, 64)
    shown = View(0.45).image(stripes)
    assert (shown - 0.5).abs().max() < 0.1


def test_gathering_takes_each_pixel_from_its_view() -> None:
    views = Views((IDENTITY, View(0.5, True)), SIZE)
    assert views.sizes == [SIZE, (15, 22)]
    image = torch.randn(1, 3, *SIZE, generator=torch.Generator().manual_seed(0))
    field = torch.tensor([[[0, 1]], [[29, 14]], [[43, 21]]], dtype=torch.int32)
    gathered = views.gather(image, field)
    assert torch.equal(gathered[0, :, 0, 0], image[0, :, 29, 43])
    assert torch.equal(gathered[0, :, 0, 1], views.images(image)[1][0, :, 14, 21])
    labels = views.gather(ids(), field)
    assert labels.dtype == torch.int64
    assert labels[0, 0, 0, 1] == views.ids(ids())[1][0, 0, 14, 21]


def test_the_first_view_must_be_the_source_itself() -> None:
    with pytest.raises(AssertionError):
        Views((View(0.5),), SIZE)
