"""The eventsourcing library's own test cases for recorders.

Their module also tests ciphers and so imports one, which needs a package that Z2 has no other use for; an empty module
takes its place while the test cases are imported.
"""

import sys
from types import ModuleType
from typing import Any


class _Cipher(ModuleType):
    AESCipher: Any = None


sys.modules["eventsourcing.cipher"] = _Cipher("eventsourcing.cipher")
try:
    from eventsourcing.tests import persistence
finally:
    del sys.modules["eventsourcing.cipher"]

ApplicationRecorderTestCase = persistence.ApplicationRecorderTestCase
NonInterleavingNotificationIDsBaseCase = persistence.NonInterleavingNotificationIDsBaseCase
