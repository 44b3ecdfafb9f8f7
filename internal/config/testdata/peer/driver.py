"""Runs the original's client for every line of standard input: a JSON list of arguments. Answers each with one line of
JSON: exit code, standard output, standard error. Usage: driver.py ROOT SECONDS-PER-RUN. The modules are loaded once
and every run is a fork with a clock and a limit on memory, so that hundreds of runs take seconds and none can harm
the next."""
import json
import os
import resource
import runpy
import signal
import sys
import tempfile
import warnings

root = sys.argv[1]
seconds = int(sys.argv[2])
sys.path.insert(0, root + "/usr/lib/python3/dist-packages")
sys.dont_write_bytecode = True
warnings.simplefilter("ignore")
import fail2ban.client.fail2banclient  # noqa: E402,F401  loaded here to be shared by all forks


def child(argv, out, err):
    signal.alarm(seconds)
    resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    sys.argv = ["fail2ban-client"] + argv
    code = 0
    try:
        runpy.run_path(root + "/usr/bin/fail2ban-client", run_name="__main__")
    except SystemExit as e:
        code = e.code or 0
    except BaseException as e:
        print("driver: " + repr(e), file=sys.stderr)
        code = 1
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except ValueError:
            pass  # the client has closed it
    os._exit(code & 255)


def run(argv):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        pid = os.fork()
        if pid == 0:
            child(argv, out, err)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        out.seek(0)
        err.seek(0)
        return {"code": code, "stdout": out.read().decode("utf-8", "replace"), "stderr": err.read().decode("utf-8", "replace")}


for line in sys.stdin:
    print(json.dumps(run(json.loads(line))), flush=True)
