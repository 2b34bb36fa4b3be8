"""Mean IoU and pixel accuracy beside scikit-learn's, to 1e-12, and torchmetrics', to 1e-6."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, jaccard_score
from sklearn.metrics import confusion_matrix as sklearn_confusion
from torchmetrics.functional.classification import multiclass_accuracy, multiclass_jaccard_index

from likewise.errors import LabelError
from likewise.metrics.confusion import confusion_matrix
from likewise.metrics.mean_iou import mean_iou
from likewise.metrics.pixel_accuracy import pixel_accuracy


def maps(classes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A layout with ignored pixels, and a reading of it that errs in places."""
    rng = np.random.default_rng(seed)
    layout = rng.integers(-1, classes, (23, 31))
    wrong = rng.random(layout.shape) < 0.3
    read = np.where(wrong, rng.integers(0, classes, layout.shape), layout.clip(0))
    return read, layout


@pytest.mark.filterwarnings("ignore:A single label was found")
@pytest.mark.parametrize("classes", [1, 2, 5])
def test_agree_with_scikit_learn(classes: int) -> None:
    read, layout = maps(classes)
    kept = layout >= 0
    iou = jaccard_score(layout[kept], read[kept], average="macro", labels=range(classes))
    assert mean_iou(read, layout, classes) == pytest.approx(iou, abs=1e-12)
    accuracy = accuracy_score(layout[kept], read[kept])
    assert pixel_accuracy(read, layout, classes) == pytest.approx(accuracy, abs=1e-12)
    counts = sklearn_confusion(layout[kept], read[kept], labels=range(classes))
    np.testing.assert_array_equal(confusion_matrix(read, layout, classes)[:, :classes], counts)


def test_agree_with_torchmetrics() -> None:
    """Which knows ignored pixels itself."""
    read, layout = maps(5)
    tensors = torch.from_numpy(read), torch.from_numpy(layout)
    settings = {"num_classes": 5, "ignore_index": -1}
    iou = multiclass_jaccard_index(*tensors, average="macro", **settings)
    assert mean_iou(read, layout, 5) == pytest.approx(iou.item(), abs=1e-6)
    share = multiclass_accuracy(*tensors, average="micro", **settings)
    assert pixel_accuracy(read, layout, 5) == pytest.approx(share.item(), abs=1e-6)


def test_a_class_in_neither_map_is_left_out() -> None:
    read, layout = maps(3)
    assert mean_iou(read, layout, 7) == mean_iou(read, layout, 3)


def test_a_class_read_where_none_was_asked_for_counts_as_zero() -> None:
    layout = np.zeros((2, 2), int)
    assert mean_iou(np.array([[0, 0], [0, 2]]), layout, 4) == pytest.approx((3 / 4 + 0) / 2)


def test_reading_none_of_the_classes_is_wrong() -> None:
    layout = np.zeros((2, 2), int)
    read = np.array([[0, 0], [-1, 9]])
    assert pixel_accuracy(read, layout, 2) == 0.5
    assert mean_iou(read, layout, 2) == 0.5


def test_the_ignored_value_can_be_named() -> None:
    layout = np.array([[0, 1], [255, 255]])
    assert pixel_accuracy(np.array([[0, 0], [0, 0]]), layout, 2, ignore=255) == 0.5


def test_small_unsigned_maps_do_not_overflow() -> None:
    layout = np.full((2, 2), 200, np.uint8)
    assert pixel_accuracy(layout, layout, 201) == 1
    assert mean_iou(layout, layout, 201) == 1


@pytest.mark.parametrize(
    ("read", "layout"),
    [
        (np.zeros((2, 3), int), np.zeros((3, 2), int)),
        (np.zeros((2, 2), int), np.full((2, 2), -1)),
        (np.zeros((2, 2), int), np.full((2, 2), 2)),
        (np.zeros((2, 2), int), np.full((2, 2), -2)),
    ],
)
def test_maps_that_do_not_fit_are_refused(read: np.ndarray, layout: np.ndarray) -> None:
    for metric in (mean_iou, pixel_accuracy):
        with pytest.raises(LabelError):
            metric(read, layout, 2)
