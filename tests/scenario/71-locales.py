#!/usr/bin/python3 -B
"""No locale of the machine has a say in what people read: gateway, store and report speak all four
languages whatever the environment names, where no locale is installed, and in a root folder that
holds nothing but the programs and their libraries."""
import os
import re
import shutil
import subprocess
import sys

import checks
from checks import equal, note, ok
from texts import LANGUAGES, catalogue, texts
from world import GATEWAY, REPORT, STORE, World, need_tools

ENVIRONMENTS = {
    "nothing set": (),
    "the locale C": ("LC_ALL=C", "LANG=C"),
    "C.UTF-8": ("LC_ALL=C.UTF-8",),
    "a locale that nobody has": ("LC_ALL=xx_YY.UTF-8", "LANG=uk_UA.KOI8-U"),
    "another language wanted": ("LC_ALL=C.UTF-8", "LANGUAGE=de:ru"),
    # glibc itself never frees what it read of LOCPATH: no business of a leak detector.
    "no locale installed": ("LC_ALL=C.UTF-8", "LANG=uk_UA.UTF-8", "LOCPATH=/nonexistent", "ASAN_OPTIONS=detect_leaks=0"),
}
USAGE = {lang: catalogue(lang).gettext("Usage:") for lang in LANGUAGES}


def clean(variables):
    kept = ["%s=%s" % (name, value) for name, value in os.environ.items()
            if name in ("PATH", "HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")]
    return ("env", "-i", *kept, *variables)


def pages(web):
    found = {}
    for lang in LANGUAGES:
        found["help", lang] = web.get("/%s/help" % lang).body
        found["offline", lang] = web.get("/offline/%s.html" % lang).body
    return found


def check_words(name, web):
    for lang in LANGUAGES:
        ok("%s: the form in %s" % (name, lang), texts(lang).FORM_TITLE.encode() in web.get("/%s/" % lang).body)
        ok("%s: a page of help in %s" % (name, lang), texts(lang).HELP_TITLE.encode() in web.get("/%s/help" % lang).body)


def check_store(world, name, wrapper, served, folder):
    world.run(*wrapper, GATEWAY, "--store", world.path("store"), "--offline", world.path(folder))
    for lang in LANGUAGES:
        with open(world.path(folder, lang + ".html"), "rb") as f:
            equal("%s: the page in %s that is written is the one that is served" % (name, lang), f.read(), served["offline", lang])


def check_report(world, name, wrapper):
    for lang in LANGUAGES:
        out = world.run(*wrapper, "LANGUAGE=" + lang, REPORT, "--help").out.decode()
        ok("%s: the report program in %s" % (name, lang), out.startswith(USAGE[lang]), out[:60])


def libraries(program):
    said = subprocess.run(["ldd", program], check=True, stdout=subprocess.PIPE).stdout.decode()
    return re.findall(r"(/\S+) \(0x", said)


def empty_root(world):
    """A folder with the programs, their libraries and the store; words that run something in it."""
    root = world.path("root")
    for program in (GATEWAY, STORE, REPORT):
        for path in libraries(program):
            os.makedirs(root + os.path.dirname(path), exist_ok=True)
            shutil.copy(path, root + path)
        shutil.copy(program, root)
    shutil.copytree(world.path("store"), root + "/store")
    return root, ("unshare", "-r", shutil.which("chroot", path="/usr/sbin:/sbin"), root)


def check_empty_root(world, served):
    if subprocess.run(["unshare", "-r", "true"], stderr=subprocess.DEVNULL).returncode != 0:
        note("no root folder of one's own here: that part is left out")
        return
    if any("san.so" in path for path in libraries(GATEWAY)) or b"__asan_init" in open(GATEWAY, "rb").read():
        note("a sanitizer needs /proc: the empty root folder is left out")
        return
    root, enter = empty_root(world)
    names = [os.path.join(d, f) for d, _, files in os.walk(root) for f in files]
    equal("an empty root holds no locale", [n for n in names if re.search("locale|\\.mo$|LC_", n[len(root):])], [])
    for lang in LANGUAGES:
        out = world.run("env", "-i", "LANGUAGE=" + lang, *enter, "/skrynka-report", "--help").out.decode()
        ok("an empty root: the report program in %s" % lang, out.startswith(USAGE[lang]), out[:60])
    world.run("env", "LD_BIND_NOW=1", *enter, "/skrynka-gateway", "--store", "/store", "--offline", "/pages")
    for lang in LANGUAGES:
        with open(root + "/pages/%s.html" % lang, "rb") as f:
            equal("an empty root: the page in %s" % lang, f.read(), served["offline", lang])
    check_gateway_in(world, enter)


def check_gateway_in(world, enter):
    # Without /proc it can neither start itself anew nor see whether there is swap.
    process = subprocess.Popen(["env", "LD_BIND_NOW=1", *enter, "/skrynka-gateway", "--store", "/store",
                                "--listen", "127.0.0.1:0", "--accept-swap"],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        line = process.stdout.readline().decode()
        ok("an empty root: the gateway starts", "ready on" in line, line)
    finally:
        process.terminate()
        process.communicate()
    equal("an empty root: the gateway ends well", process.returncode, 0)


def main():
    need_tools("msgfmt", "unshare", "chroot", "ldd")
    with World("locales") as world:
        store, _ = world.intake(names=("Перша",))
        served = None
        for name, variables in ENVIRONMENTS.items():
            wrapper = clean(variables)
            gateway = world.gateway(store, wrapper=wrapper)
            check_words(name, gateway.web)
            now = pages(gateway.web)
            served = served or now
            ok("%s: the same bytes" % name, now == served)
            equal("%s: the gateway ends well" % name, gateway.stop(), 0)
            check_store(world, name, wrapper, served, "pages-%d" % len(os.listdir(world.dir)))
            check_report(world, name, clean(v for v in variables if not v.startswith("LANGUAGE=")))
        check_empty_root(world, served)


if __name__ == "__main__":
    sys.exit(checks.run(main))
