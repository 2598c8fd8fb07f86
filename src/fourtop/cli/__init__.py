"""The command line: arguments in, text or JSON out, nothing else."""

from fourtop.cli.command import main

__all__ = ["main"]
