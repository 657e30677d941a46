"""Named checks: each prints one line, and the script's exit code says whether all held."""
import sys
import time
import traceback

failed = []
counted = 0
started = time.monotonic()


class Stop(Exception):
    """A check that later ones depend on did not hold."""


def ok(name, condition, detail=""):
    """One named check; goes on after a failure, so that a run shows all of them."""
    global counted
    counted += 1
    print("%s %s%s" % ("PASS" if condition else "FAIL", name,
                       "" if condition or not detail else ": " + str(detail)[:600]), flush=True)
    if not condition:
        failed.append(name)
    return bool(condition)


def equal(name, got, expected):
    return ok(name, got == expected, "got %.280r, expected %.280r" % (got, expected))


def must(name, condition, detail=""):
    if not ok(name, condition, detail):
        raise Stop(name)


def raises(name, kind, call):
    try:
        call()
    except kind:
        return ok(name, True)
    return ok(name, False, "was accepted")


def note(text):
    print("     [%6.1f s] %s" % (time.monotonic() - started, text), flush=True)


def run(main, *args):
    """Runs a script's main and gives its exit code: 0 when all checks held."""
    try:
        main(*args)
    except Stop as stop:
        print("FAIL gave up after: %s" % stop)
        failed.append("gave up")
    except SystemExit:
        raise
    except BaseException:
        traceback.print_exc(file=sys.stdout)
        failed.append("exception")
    print("%d checks, %d failed, %.1f s" % (counted, len(failed), time.monotonic() - started))
    if counted == 0:
        print("FAIL nothing was checked")
    return 1 if failed or counted == 0 else 0
