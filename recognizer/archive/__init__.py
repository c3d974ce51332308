"""Runs over archives: a journal that survives any end, worker processes that a document may crash, and what is done once only.

A run takes stock (`Inventory`), compares with what the journal of the output folder knows (`Journal`), has a `Supervisor` give
what is new to worker processes, and writes what comes back (`ArchiveRun`). This process imports no reader and no model:
whatever a document does, it does to a worker.
"""

from recognizer.archive.inventory import Inventory
from recognizer.archive.journal import Journal, JournalError
from recognizer.archive.run import ArchiveRun, Settings, Settled
from recognizer.archive.supervisor import Supervisor, WorkersError

__all__ = ["ArchiveRun", "Inventory", "Journal", "JournalError", "Settings", "Settled", "Supervisor", "WorkersError"]
