"""Datasets: pictures with label maps, written as the folders that training programs read."""

from likewise.datasets.base import DatasetFormat, Entry
from likewise.datasets.registry import FORMATS, dataset_format
from likewise.datasets.writer import DatasetWriter
from likewise.labels.conversion import complete_table

__all__ = ["FORMATS", "DatasetFormat", "DatasetWriter", "Entry", "complete_table", "dataset_format"]
