"""The reconciling room: the vocabulary as a service that OpenRefine and others match names with (W3C reconciliation API 0.2).

`service` answers as plain values, `web` speaks HTTP.
"""

from recognizer.reconciling.service import Service

__all__ = ["Service"]
