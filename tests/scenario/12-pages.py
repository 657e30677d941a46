#!/usr/bin/python3 -B
"""Pages as they are served: in which encoding, under which policy; the script and the offline page.

What is compressed must be the same for everyone; a page with a code or an answer never is."""
import base64
import gzip
import hashlib
import re
import sys
import time

import checks
import skrynka as sk
from checks import equal, ok
from texts import LANGUAGES as LANGS
from world import World, read

SAME = ["/%s/" + page for page in ("", "status", "courier", "help")] + ["/offline/%s.html"]
SCRIPTS = ("/form.js", "/status.js", "/courier.js")


def source(data):
    return "'sha256-%s'" % base64.b64encode(hashlib.sha256(data).digest()).decode()


def check_encodings(web, path):
    plain = web.get(path, **{"Accept-Encoding": "identity"})
    equal("%s is there" % path, plain.status, 200)
    equal("%s as it is names no encoding" % path, plain.headers["Content-Encoding"], None)
    for accept, encoding in (("gzip", "gzip"), ("gzip, deflate, br", "br"), ("*", "gzip"),
                             ("br;q=0, gzip;q=0", None), ("deflate", None)):
        reply = web.get(path, **{"Accept-Encoding": accept})
        name = "%s for %s" % (path, accept)
        equal(name, reply.headers["Content-Encoding"], encoding)
        equal(name + ": Vary", reply.headers["Vary"], "Accept-Encoding")
        if encoding == "gzip":
            equal(name + ": the same page", gzip.decompress(reply.body), plain.body)
        elif encoding is None:
            equal(name + ": the same page", reply.body, plain.body)
        ok(name + ": smaller", encoding is None or len(reply.body) < len(plain.body) * 6 // 10)
        head = web.request("HEAD", path, headers={"Accept-Encoding": accept})
        equal(name + ": HEAD says the same", [(k, v) for k, v in head.headers.items()],
              [(k, v) for k, v in reply.headers.items()])
        equal(name + ": HEAD has no body", head.body, b"")
    return plain


def check_script(web, lang):
    for page, file in zip(("", "status", "courier"), SCRIPTS):
        script = web.get(file)
        equal("%s: its type" % file, script.headers["Content-Type"], "text/javascript; charset=utf-8")
        path = "/%s/%s" % (lang, page)
        reply = web.get(path)
        csp = reply.headers["Content-Security-Policy"]
        texts = re.search(rb"(?s)<script>(const T=.*?)</script>", reply.body)[1]
        ok("%s admits its texts and this script alone" % path,
           "script-src %s %s;" % (source(texts), source(script.body)) in csp and "'unsafe" not in csp, csp)
        ok("%s names its hash" % path, ('<script src=%s integrity="%s" defer></script>' % (
            file, source(script.body).strip("'"))).encode() in reply.body)
    csp = web.get("/%s/help" % lang).headers["Content-Security-Policy"]
    ok("%s: help admits no script" % lang, "script-src" not in csp and "default-src 'none'" in csp)


def check_offline(web, lang, desks, sums):
    reply = web.get("/offline/%s.html" % lang)
    name = "offline %s" % lang
    meta = re.search(rb'<meta http-equiv=Content-Security-Policy content="([^"]*)">', reply.body)
    equal(name + ": the policy of the file is that of the answer", meta[1].decode(),
          reply.headers["Content-Security-Policy"])
    script = re.search(rb"(?s)<script>(.*)</script></body></html>\n$", reply.body)[1]
    ok(name + ": which admits its script", source(script) in meta[1].decode())
    lines = [l for l in reply.body.split(b"\n") if l.startswith(b"<div id=o ")]
    equal(name + ": one line of organisations", len(lines), 1)
    sheets = dict(re.findall(rb'data-pin="([0-9a-f]{64})" data-offered=1 data-sheet="([^"]*)"', lines[0]))
    equal(name + ": with their sheets", {k.decode(): base64.b64decode(v) for k, v in sheets.items()},
          {desk.fingerprint: read(desk.sheet_path) for desk in desks})
    equal(name + ": its sum is printed", hashlib.sha256(reply.body).hexdigest(), sums[lang]["page"])
    equal(name + ": and its program", hashlib.sha256(reply.body.replace(lines[0] + b"\n", b"")).hexdigest(),
          sums[lang]["program"])


def check_secrets_stay_whole(web):
    """Everything that answers somebody in particular, asked for compressed."""
    accept = {"Accept-Encoding": "gzip, br"}
    report = web.form("/uk/report", [("text", "Де всі?")], **accept)
    equal("a receipt", (report.status, report.headers["Content-Encoding"]), (201, None))
    body = ("code=" + (report.code or "")).encode()
    form = {"Content-Type": "application/x-www-form-urlencoded", **accept}
    for name, sent, headers in (("a status page", body, form), ("a typing error", body[:-1], form),
                                ("a status in JSON", body, {**form, "Accept": "application/json"})):
        reply = web.request("POST", "/uk/status", sent, headers)
        equal(name + " is not compressed", reply.headers["Content-Encoding"], None)
    for path in ("/sheets", "/nothing"):
        equal(path + " is not", web.get(path, **accept).headers["Content-Encoding"], None)


def check_fresh(web, desk):
    """An organisation that was imported this moment is offered at once, and soon in every encoding."""
    pin = desk.fingerprint.encode()
    for path in ("/uk/", "/uk/status", "/uk/courier", "/offline/uk.html"):
        for coding in ("gzip", "identity"):
            reply = web.get(path, **{"Accept-Encoding": coding})
            body = gzip.decompress(reply.body) if reply.headers["Content-Encoding"] else reply.body
            ok("%s in %s: has who was imported this moment" % (path, coding), pin in body)
            equal("%s in %s: may differ for others" % (path, coding), reply.headers["Vary"], "Accept-Encoding")
    end = time.monotonic() + 120
    while web.get("/uk/", **{"Accept-Encoding": "gzip"}).headers["Content-Encoding"] != "gzip" and time.monotonic() < end:
        time.sleep(0.1)
    ok("soon compressed again", time.monotonic() < end)


def main():
    with World("pages") as world:
        store, desks = world.intake(("Перша", "Друга & <b>"))
        web = world.gateway(store).web
        for lang in LANGS:
            for path in (*SAME, *SCRIPTS):
                check_encodings(web, path % lang if "%" in path else path)
            check_script(web, lang)
            check_offline(web, lang, desks, store.offline())
        check_secrets_stay_whole(web)
        desks.append(world.desk("Третя"))
        store.import_sheet(desks[-1], desks[-1].sheet())
        check_fresh(web, desks[-1])
        check_offline(web, "en", desks, store.offline())
        equal("a row is still found", web.status(sk.code_of(bytes(15))).status, 200)


if __name__ == "__main__":
    sys.exit(checks.run(main))
