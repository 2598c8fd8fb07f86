"""Adjacency: tables that can be pushed together, and all sets of such tables."""

from fourtop.adjacency.enumeration import SubsetEnumerator
from fourtop.adjacency.graph import JoinGraph
from fourtop.adjacency.shape import Label, Shape

__all__ = ["JoinGraph", "Label", "Shape", "SubsetEnumerator"]
