"""A clock that daemon and cluster read and that tests move forward: libfaketime, never a hook in the product.

The clock is an offset to the real one, in a file that is read anew at each look: so it runs, all processes agree on it,
and one write moves them all. It never goes back, as the ledger's log asks.
"""
import datetime
import glob
import os
import time

SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))


def library():
    """libfaketime, or None where it is not installed."""
    found = glob.glob("/usr/lib/*/faketime/libfaketime.so.1") + glob.glob("/usr/lib/faketime/libfaketime.so.1")
    return found[0] if found else None


class Clock:
    def __init__(self, path, first):
        """first: the day on which it begins."""
        self.path, self.offset = path, None
        self.to(first)

    def to(self, day, hour=9):
        offset = datetime.datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI).timestamp() - time.time()
        if self.offset is not None and offset <= self.offset:
            return  # that hour has passed already
        self.offset = offset
        with open(self.path + ".new", "w", encoding="ascii") as f:
            f.write("%+.3f" % offset)
        os.chmod(self.path + ".new", 0o644)  # the cluster's user reads it
        os.rename(self.path + ".new", self.path)

    def today(self):
        return datetime.datetime.fromtimestamp(time.time() + self.offset, SHANGHAI).date()

    def environment(self):
        """What makes a program, and all that it starts, read this clock. Timeouts stay real: they run on the monotonic one."""
        return {"LD_PRELOAD": library(), "FAKETIME_TIMESTAMP_FILE": self.path, "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1"}
