"""The database, behind plain records.

Functions take a `Transaction` and a team, give frozen records, and never let a row out. The only
other thing that leaves is the opaque `Transaction`, so that work in one module can join another's.
"""

from storage.database import Database, Transaction

__all__ = ["Database", "Transaction"]
