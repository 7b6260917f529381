"""All faults, and the table of them in the documents. `python -m tests.support.fault_table` prints it."""

from tests.support.faults import Fault, table
from tests.support.faults_refused import REFUSED
from tests.support.faults_streamed import STREAMED

FAULTS: tuple[Fault, ...] = (*REFUSED, *STREAMED)

if __name__ == "__main__":
    print(*table(FAULTS), sep="\n")
