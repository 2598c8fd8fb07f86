"""Simulation: guests and evenings played on the engine."""
