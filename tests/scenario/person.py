"""A person at a real browser: Chromium through chromedriver, Firefox through its own Marionette.

Both speak the commands of WebDriver, so one class is enough, and both find and press things from
outside the page: that works where JavaScript is off, and leaves nothing in the page to notice.
(Puppeteer and WebDriver BiDi look for elements with scripts in the page.)
"""
import atexit
import base64
import json
import os
import random
import shutil
import socket
import subprocess
import time
import urllib.request

from browser import ARGUMENTS, WIDTHS, scan  # noqa: F401  (scan: for the scenarios)

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FIREFOX = shutil.which("firefox-esr")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
WAIT = 300 if os.environ.get("SKRYNKA_SLOW") else 120
KEYS = {"Escape": "\ue00c", "Enter": "\ue007", "Tab": "\ue004", "Space": " ", "Shift": "\ue008",
        "Control": "\ue009", "Alt": "\ue00a", "Meta": "\ue03d"}

# what: (name in Marionette, method and path of WebDriver)
COMMANDS = {
    "get": ("WebDriver:Navigate", "POST", "/url"),
    "url": ("WebDriver:GetCurrentURL", "GET", "/url"),
    "title": ("WebDriver:GetTitle", "GET", "/title"),
    "back": ("WebDriver:Back", "POST", "/back"),
    "find": ("WebDriver:FindElements", "POST", "/elements"),
    "click": ("WebDriver:ElementClick", "POST", "/element/{id}/click"),
    "clear": ("WebDriver:ElementClear", "POST", "/element/{id}/clear"),
    "keys": ("WebDriver:ElementSendKeys", "POST", "/element/{id}/value"),
    "text": ("WebDriver:GetElementText", "GET", "/element/{id}/text"),
    "shown": ("WebDriver:IsElementDisplayed", "GET", "/element/{id}/displayed"),
    "rect": ("WebDriver:GetElementRect", "GET", "/element/{id}/rect"),
    "attribute": ("WebDriver:GetElementAttribute", "GET", "/element/{id}/attribute/{name}"),
    "act": ("WebDriver:PerformActions", "POST", "/actions"),
    "script": ("WebDriver:ExecuteScript", "POST", "/execute/sync"),
    "later": ("WebDriver:ExecuteAsyncScript", "POST", "/execute/async"),
    "cookies": ("WebDriver:GetCookies", "GET", "/cookie"),
    "timeouts": ("WebDriver:SetTimeouts", "POST", "/timeouts"),
}


class Refused(Exception):
    """The browser's word that a command did not work."""


class Element:
    def __init__(self, person, reference):
        self.person, self.id = person, reference

    def do(self, what, **words):
        return self.person.do(what, id=self.id, **words)

    def click(self):
        self.do("click")

    def type(self, text):
        self.do("keys", text=text)

    def clear(self):
        self.do("clear")

    def attribute(self, name):
        return self.do("attribute", name=name)

    @property
    def text(self):
        return self.do("text")

    @property
    def shown(self):
        return self.do("shown")

    @property
    def rect(self):
        """x, y, width and height of the box around all of it, also where it is in pieces."""
        return self.do("rect")


living = []


@atexit.register
def close_all():
    """Also the browsers of a scenario that gave up."""
    for one in list(living):
        one.close()


class Person:
    """What the scenarios do. Fields are found by name, the rest by CSS selectors."""

    def __init__(self):
        living.append(self)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def get(self, url):
        self.do("get", url=url)

    def get_anyway(self, url):
        """The same where nothing answers."""
        try:
            self.get(url)
        except Refused:
            pass

    @property
    def url(self):
        return self.do("url")

    @property
    def title(self):
        return self.do("title")

    @property
    def text(self):
        return self.one("body").text

    def all(self, selector):
        return [Element(self, e[ELEMENT])
                for e in self.do("find", using="css selector", value=selector)]

    def one(self, selector):
        found = self.all(selector)
        if not found:
            raise Refused("nothing matches %s on %s: %s" % (selector, self.url, self.text[:300]))
        return found[0]

    def fill(self, name, value):
        self.one("[name=%s]" % name).type(value)

    def paste(self, selector, text):
        """A long text at once; works without JavaScript too."""
        self.run("document.querySelector(arguments[0]).value = arguments[1]", selector, text)

    def choose(self, name, *paths):
        self.one("[name=%s]" % name).type("\n".join(paths))

    def press(self, selector="form button"):
        """Presses a button."""
        self.one(selector).click()

    def submit(self, selector="form button"):
        """Presses a button that leads to another page; waits for that page's heading."""
        before = self.one("html").id
        self.press(selector)
        self.until(lambda: [e.id for e in self.all("html")] not in ([], [before]) and
                   self.all("h1"), "another page")
        return self.text

    def key(self, *names):
        """Keys that are pressed together."""
        names = [KEYS.get(n, n) for n in names]
        actions = [{"type": "keyDown", "value": n} for n in names]
        actions += [{"type": "keyUp", "value": n} for n in reversed(names)]
        self.do("act", actions=[{"type": "key", "id": "keyboard", "actions": actions}])

    def keys(self, *events):
        """Keys one after the other: "+Alt" goes down, "-Alt" comes up, "Alt" is both."""
        actions = [{"type": kind, "value": KEYS.get(e.lstrip("+-"), e.lstrip("+-"))}
                   for e in events
                   for kind in {"+": ("keyDown",), "-": ("keyUp",)}.get(e[0], ("keyDown", "keyUp"))]
        self.do("act", actions=[{"type": "key", "id": "keyboard", "actions": actions}])

    def run(self, script, *args):
        """Runs a function's body in the page; gives what it returns."""
        return self.do("script", script=script, args=list(args))

    def run_later(self, script, *args):
        """The same, for a body that calls its last argument when it is done."""
        return self.do("later", script=script, args=list(args))

    def until(self, condition, what, seconds=WAIT):
        """Asks until the condition holds; pages change while one looks, so a refusal is a no."""
        end = time.monotonic() + seconds
        while True:
            try:
                got = condition()
                if got:
                    return got
            except Refused as refused:
                got = refused
            if time.monotonic() > end:
                raise Refused("waited in vain for %s: %s\n%s" % (what, got, self.look()))
            time.sleep(0.05)

    def look(self):
        try:
            return "%s: %s" % (self.url, self.text)
        except Refused as refused:
            return str(refused)

    def wait(self, selector, seconds=WAIT):
        """Waits until something that matches is to be seen; gives it."""
        return self.until(lambda: next((e for e in self.all(selector) if e.shown), None),
                          selector, seconds)

    def wait_text(self, words, seconds=WAIT):
        self.until(lambda: words in self.text, repr(words), seconds)

    # ---- pictures --------------------------------------------------------------------------

    def content_width(self):
        """How wide the page is, also what hangs over the edge of the screen."""
        return self.run("return Math.ceil(document.documentElement.scrollWidth)")

    def picture(self, path):
        with open(path, "wb") as f:
            f.write(base64.b64decode(self.shot()))
        return path

    # ---- axe -------------------------------------------------------------------------------

    def axe(self, script):
        """Violations that axe-core finds on this page: [(rule, target, what)]."""
        return self.run_later(script + """
          ;const done = arguments[arguments.length - 1];
          axe.run(document, {resultTypes: ['violations', 'incomplete']}).then(r => done(
              r.violations.flatMap(v => v.nodes.map(n =>
                  [v.id, n.target.join(' '), n.failureSummary]))),
            e => done([['axe', '', String(e)]]));""")


def session(hurried):
    """hurried: get() does not wait until a page and all that belongs to it is there."""
    return {"unhandledPromptBehavior": "accept",
            **({"pageLoadStrategy": "none"} if hurried else {})}


def is_free(address, port=0):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        socket.create_server((address, port), family=family).close()
        return True
    except OSError:
        return False


def driver_port():
    """One that the kernel gives to nobody by itself. With --port=0 chromedriver takes one for IPv6
    and gives up when somebody has the same one for IPv4."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as f:
        low, high = map(int, f.read().split())
    left = [port for port in range(10000, 65536) if not low <= port <= high]
    addresses = [a for a in ("127.0.0.1", "::1") if is_free(a)]  # there may be no IPv6
    for port in random.sample(left, len(left)):
        if all(is_free(a, port) for a in addresses):
            return port
    raise Refused("no port is free outside %d to %d" % (low, high))


class Chromium(Person):
    name = "chromium"

    def __init__(self, profile, private=False, javascript=True, jit=True, proxy=None,
                 downloads=None, preferences=None, arguments=(), hurried=False):
        self.profile, self.log = profile, profile + ".log"
        os.makedirs(profile, exist_ok=True)
        self.driver = self.pid = None
        super().__init__()
        port = driver_port()
        self.base = "http://127.0.0.1:%d/session" % port
        self.driver = subprocess.Popen([DRIVER, "--port=%d" % port], stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL)
        said = []
        for line in iter(self.driver.stdout.readline, b""):
            said.append(line.decode(errors="replace"))
            if "started successfully" in line.decode(errors="replace"):
                break
        else:
            raise Refused("chromedriver: " + "".join(said))
        arguments = [*ARGUMENTS, "--user-data-dir=" + profile, *arguments]
        arguments += ["--incognito"] if private else []
        arguments += [] if jit else ["--js-flags=--jitless"]
        arguments += ["--proxy-server=" + proxy, "--proxy-bypass-list=<-loopback>"] if proxy else []
        chosen = {"credentials_enable_service": False, **(preferences or {})}
        if not javascript:
            chosen["profile.managed_default_content_settings.javascript"] = 2
        if downloads:
            chosen["download.default_directory"] = downloads
        options = {"binary": CHROMIUM, "args": arguments, "prefs": chosen}
        answer = self.http("POST", "", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options, **session(hurried)}}})
        self.base += "/" + answer["sessionId"]
        self.pid = answer["capabilities"]["goog:processID"]
        self.do("timeouts", script=WAIT * 1000, pageLoad=WAIT * 1000)
        if downloads:
            self.cdp("Browser.setDownloadBehavior", behavior="allow", downloadPath=downloads)

    def http(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, method=method,
                                         headers={"Content-Type": "application/json"})
        try:
            with DIRECT.open(request, timeout=WAIT + 30) as reply:
                return json.load(reply)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise Refused("%s: %s" % (value["error"], value["message"][:500])) from None

    def do(self, what, **words):
        _, method, path = COMMANDS[what]
        names = {n: words.pop(n) for n in ("id", "name") if "{%s}" % n in path}
        return self.http(method, path.format(**names), words if method == "POST" else None)

    def cdp(self, command, **words):
        return self.http("POST", "/goog/cdp/execute", {"cmd": command, "params": words})

    def close(self):
        """Ends the browser as a person does, so that it writes what it keeps."""
        if self.driver is None:
            return
        living.remove(self)
        try:
            self.cdp("Browser.close")
        except (Refused, OSError):
            pass
        if self.pid:
            wait_gone(self.pid)
        try:
            self.http("DELETE", "")
        except (Refused, OSError):
            pass
        self.driver.kill()
        self.driver.wait()
        self.driver.stdout.close()
        self.driver = None

    def width(self, pixels):
        self.cdp("Emulation.setDeviceMetricsOverride", width=pixels,
                 height=WIDTHS.get(pixels, 740), deviceScaleFactor=2, mobile=pixels < 800)

    def shot(self):
        size = self.cdp("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        return self.cdp("Page.captureScreenshot", format="png", captureBeyondViewport=True,
                        clip=clip)["data"]

    def content_width(self):
        return self.cdp("Page.getLayoutMetrics")["cssContentSize"]["width"]

    def dark(self, on=True):
        self.cdp("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if on else "light"}])

    def text_size(self, factor):
        """Text so many times as large as usual, as a person sets it in the preferences."""
        raise NotImplementedError  # only when it is started: preferences={"webkit..": 32}

    def offline(self, on=True):
        self.cdp("Network.enable")
        self.cdp("Network.emulateNetworkConditions", offline=on, latency=0,
                 downloadThroughput=-1, uploadThroughput=-1)


LARGE_TEXT = {"webkit.webprefs.default_font_size": 32,
              "webkit.webprefs.default_fixed_font_size": 26}
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))

# What a Firefox would tell or fetch by itself; nothing that changes what pages may do or leave.
QUIET = {
    "remote.prefs.recommended": False, "marionette.port": 0,
    "app.update.disabledForTesting": True, "app.normandy.enabled": False,
    "browser.aboutwelcome.enabled": False, "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0, "browser.startup.homepage": "about:blank",
    "browser.startup.homepage_override.mstone": "ignore", "browser.newtabpage.enabled": False,
    "browser.safebrowsing.malware.enabled": False, "browser.safebrowsing.phishing.enabled": False,
    "browser.safebrowsing.update.enabled": False, "browser.region.network.url": "",
    "browser.topsites.contile.enabled": False, "browser.search.update": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "datareporting.policy.dataSubmissionPolicyBypassNotification": True,
    "dom.push.connection.enabled": False, "extensions.getAddons.cache.enabled": False,
    "extensions.systemAddon.update.enabled": False, "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False, "messaging-system.rsexperimentloader.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False, "network.dns.disablePrefetch": True,
    "network.prefetch-next": False, "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False, "toolkit.telemetry.server": "",
    "trailhead.firstrun.didSeeAboutWelcome": True,
    "toolkit.telemetry.shutdownPingSender.enabled": False, "signon.rememberSignons": False,
    "browser.download.alwaysOpenPanel": False, "browser.tabs.warnOnClose": False,
    "dom.max_script_run_time": 0, "dom.max_chrome_script_run_time": 0,
    "dom.disable_beforeunload": False,
    # A chosen file is opened by the page's own process here, not by a dialog: let it.
    "dom.file.createInChild": True,
}
NO_JIT = {"javascript.options." + name: False for name in
          ("baselinejit", "ion", "native_regexp", "asmjs", "wasm", "blinterp",
           "jit_hints", "wasm_baselinejit", "wasm_optimizingjit")}


class Firefox(Person):
    name = "firefox"

    def __init__(self, profile, private=False, javascript=True, jit=True, proxy=None,
                 downloads=None, preferences=None, arguments=(), hurried=False):
        self.profile, self.number, self.socket = profile, 0, None
        os.makedirs(profile, exist_ok=True)
        chosen = {**QUIET, "javascript.enabled": javascript,
                  "browser.privatebrowsing.autostart": private, **({} if jit else NO_JIT)}
        if proxy:
            host, _, port = proxy.rpartition(":")
            chosen.update({"network.proxy.type": 1, "network.proxy.http": host,
                           "network.proxy.http_port": int(port), "network.proxy.ssl": host,
                           "network.proxy.ssl_port": int(port),
                           "network.proxy.allow_hijacking_localhost": True,
                           "network.proxy.no_proxies_on": ""})
        if downloads:
            chosen.update({"browser.download.dir": downloads, "browser.download.folderList": 2,
                           "browser.download.useDownloadDir": True})
        chosen.update(preferences or {})
        with open(os.path.join(profile, "user.js"), "w", encoding="utf-8") as f:
            f.writelines("user_pref(%s, %s);\n" % (json.dumps(k), json.dumps(v))
                         for k, v in chosen.items())
        self.process = self.start(arguments)
        super().__init__()
        self.pid = self.process.pid
        self.connect()
        self.do_named("WebDriver:NewSession", **session(hurried))
        self.do("timeouts", script=WAIT * 1000, pageLoad=WAIT * 1000)

    def start(self, arguments):
        environment = {**os.environ, "HOME": self.profile, "LC_ALL": "C.UTF-8", "MOZ_HEADLESS": "1",
                       "MOZ_CRASHREPORTER_DISABLE": "1", "MOZ_DISABLE_AUTO_SAFE_MODE": "1"}
        environment.pop("DISPLAY", None)
        with open(self.profile + ".log", "wb") as log:
            return subprocess.Popen(
                [FIREFOX, "--headless", "--no-remote", "--marionette",
                 "--remote-allow-system-access", "--profile", self.profile, *arguments,
                 "about:blank"], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def connect(self):
        path, end = os.path.join(self.profile, "MarionetteActivePort"), time.monotonic() + WAIT
        while True:
            try:
                with open(path, encoding="ascii") as f:
                    self.socket = socket.create_connection(("127.0.0.1", int(f.read())), WAIT + 30)
                break
            except (OSError, ValueError):
                if self.process.poll() is not None or time.monotonic() > end:
                    raise Refused("Firefox did not start") from None
                time.sleep(0.05)
        self.stream = self.socket.makefile("rb")
        self.receive()

    def receive(self):
        length = b""
        while True:
            byte = self.stream.read(1)
            if byte in (b":", b""):
                break
            length += byte
        if not length:
            raise Refused("Firefox is gone")
        return json.loads(self.stream.read(int(length)))

    def do_named(self, command, **words):
        self.number += 1
        message = json.dumps([0, self.number, command, words]).encode()
        self.socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self.receive()
        if error:
            raise Refused("%s: %s" % (error["error"], error["message"][:500]))
        if isinstance(result, dict) and set(result) == {"value"}:
            result = result["value"]
        return result

    def do(self, what, **words):
        if what in ("script", "later"):
            words.update(newSandbox=True, sandbox=None)
        return self.do_named(COMMANDS[what][0], **words)

    def chrome(self, script, *args):
        """Runs a script as part of the browser, not of the page."""
        self.do_named("Marionette:SetContext", value="chrome")
        try:
            return self.run(script, *args)
        finally:
            self.do_named("Marionette:SetContext", value="content")

    def close(self):
        if self.process is None:
            return
        living.remove(self)
        try:
            self.do_named("Marionette:Quit", flags=["eForceQuit"])
        except (AttributeError, Refused, OSError):  # it never came up, or is gone
            self.process.kill()
        try:
            self.process.wait(WAIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.socket:
            self.stream.close()
            self.socket.close()
        self.process = None

    def width(self, pixels):
        self.chrome("""const [w, h] = arguments, b = gBrowser.selectedBrowser;
          for (const [k, v] of [['width', w], ['height', h]])
            for (const p of ['', 'min-', 'max-']) b.style.setProperty(p + k, v + 'px');""",
                    pixels, WIDTHS.get(pixels, 740))
        self.until(lambda: self.run("return innerWidth") == pixels, "a width of %d" % pixels)

    def shot(self):
        return self.do_named("WebDriver:TakeScreenshot", full=True, hash=False, scroll=False)

    def dark(self, on=True):
        self.chrome("gBrowser.selectedBrowser.browsingContext.prefersColorSchemeOverride = "
                    "arguments[0]", "dark" if on else "light")

    def text_size(self, factor):
        self.chrome("gBrowser.selectedBrowser.browsingContext.textZoom = arguments[0]", factor)

    def offline(self, on=True):
        self.chrome("Services.io.offline = arguments[0]", on)


def wait_gone(pid):
    end = time.monotonic() + 30
    while os.path.exists("/proc/%d" % pid) and time.monotonic() < end:
        with open("/proc/%d/stat" % pid, encoding="ascii") as f:
            if f.read().rpartition(")")[2].split()[0] == "Z":
                return
        time.sleep(0.05)


BROWSERS = (Chromium, Firefox)
