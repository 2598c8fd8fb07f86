"""Re-export the mappings of all record kinds."""

from fourtop.storage.sql.tables.allocation import ALLOCATION, allocation_of, allocation_row
from fourtop.storage.sql.tables.block import BLOCK, block_of, block_row
from fourtop.storage.sql.tables.booking import BOOKING, booking_of, booking_row
from fourtop.storage.sql.tables.confirmation import (
    CONFIRMATION,
    confirmation_of,
    confirmation_row,
)
from fourtop.storage.sql.tables.event import EVENT, event_of, event_row
from fourtop.storage.sql.tables.hold import (
    HOLD,
    HOLD_CHANGE,
    hold_change_row,
    hold_of,
    hold_row,
)
from fourtop.storage.sql.tables.result import RESULT as ANSWER
from fourtop.storage.sql.tables.result import result_of as answer_of
from fourtop.storage.sql.tables.result import result_row as answer_row
from fourtop.storage.sql.tables.values import Row, dumps, listed, loads, plain
