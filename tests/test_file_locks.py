import os
import subprocess
import sys
from pathlib import Path

from catml.file_locks import file_locked, lock_file

HOLD = """
import os, sys
from catml.file_locks import lock_file
handle = os.open(sys.argv[1], os.O_RDONLY)
print(lock_file(handle), flush=True)
sys.stdin.read()
"""


def test_the_lock_of_another_process_is_seen_and_waited_for(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdin is not None
    assert other.stdout is not None
    assert other.stdout.readline() == "True\n"
    handle = os.open(tmp_path, os.O_RDONLY)
    assert not lock_file(handle)
    waited = []

    def end_the_other() -> None:
        waited.append(True)
        other.communicate()

    with file_locked(handle, on_wait=end_the_other):
        assert waited
        second = os.open(tmp_path, os.O_RDONLY)
        assert not lock_file(second)
    assert lock_file(second)
    for each in (handle, second):
        os.close(each)
