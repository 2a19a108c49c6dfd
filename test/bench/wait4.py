"""Runs the program that each line of stdin names, to its end, and answers with a line about what it took.

Node tells nobody the cpu time and the peak memory of one child; wait4 does.
"""
import json
import os
import sys
import time

MIB_OF_MAXRSS = 1024 * 1024 if sys.platform == 'darwin' else 1024

for line in sys.stdin:
    job = json.loads(line)
    writing = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    files = [
        (os.POSIX_SPAWN_OPEN, 0, '/dev/null', os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, job['stdout'], writing, 0o600),
        (os.POSIX_SPAWN_OPEN, 2, job['stderr'], writing, 0o600),
    ]
    begin = time.perf_counter()
    pid = os.posix_spawnp(job['argv'][0], job['argv'], job['env'], file_actions=files)
    _, status, usage = os.wait4(pid, 0)
    ms = (time.perf_counter() - begin) * 1000
    answer = {
        'exitCode': os.waitstatus_to_exitcode(status),
        'ms': ms,
        'cpuMs': (usage.ru_utime + usage.ru_stime) * 1000,
        'peakMiB': usage.ru_maxrss / MIB_OF_MAXRSS,
    }
    print(json.dumps(answer), flush=True)
