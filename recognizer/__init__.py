"""recognizer: from archived budget-performance tables to tidy, trustworthy records."""

__version__ = "0.1.0"
