"""Errors of a call inside a transaction of the host."""

# Annotations are real objects here, as in ``exceptions``.
import attrs

from fourtop.errors.code import Code
from fourtop.errors.exceptions import FourtopError
from fourtop.errors.store_errors import StoreUnavailable


@attrs.define(slots=False, eq=False, repr=False)
class TransactionConflict(StoreUnavailable):
    """A call inside the host's transaction conflicted with another transaction.

    The call has changed nothing. Roll your transaction back, then run all of it again.

    Args:
        database_code: The code of the database, such as 40001 or SQLITE_BUSY.
    """

    default_code = Code.TRANSACTION_CONFLICT

    why: str = attrs.field(default="another transaction conflicted", init=False)
    retry_after_seconds: int | None = attrs.field(default=None, init=False)
    database_code: str

    def __str__(self) -> str:
        return (
            f"another transaction conflicted ({self.database_code});"
            " roll your transaction back and run it again"
        )


@attrs.define(slots=False, eq=False, repr=False)
class TransactionUnusable(FourtopError):
    """A call cannot run inside the host's transaction. The call has changed nothing.

    Args:
        problem: Why, and what to do: no transaction, a failed one, a read-only one.
    """

    default_code = Code.TRANSACTION_UNUSABLE

    problem: str

    def __str__(self) -> str:
        return f"the transaction cannot be used: {self.problem}"
