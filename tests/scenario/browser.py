"""A real Chromium without JavaScript, through selenium; screenshots and what a camera reads."""
import base64
import os
import shutil
import subprocess

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--disable-dev-shm-usage", "--no-default-browser-check", "--disable-breakpad")
WIDTHS = {360: 740, 1280: 900}


class Browser:
    def __init__(self, profile, private=False):
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for argument in (*ARGUMENTS, "--user-data-dir=" + profile):
            options.add_argument(argument)
        if private:
            options.add_argument("--incognito")
        options.add_experimental_option(
            "prefs", {"profile.managed_default_content_settings.javascript": 2})
        self.profile = profile
        self.driver = webdriver.Chrome(options=options, service=Service(DRIVER))
        self.driver.set_page_load_timeout(300)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()

    def get(self, url):
        self.driver.get(url)
        return self.text

    @property
    def text(self):
        return self.one("body").text

    def one(self, selector):
        return self.driver.find_element("css selector", selector)

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def fill(self, name, value):
        self.one("[name=%s]" % name).send_keys(value)

    def submit(self, name):
        """Presses the button of the form that has this field; waits for the page that follows."""
        before = self.one("html").id
        form = self.one("form:has([name=%s])" % name)
        form.find_element("css selector", "button,input[type=submit]").click()
        WebDriverWait(self.driver, 300).until(
            lambda d: d.find_element("css selector", "html").id != before and
            d.find_elements("css selector", "h1"))
        return self.text

    # ---- pictures ------------------------------------------------------------

    def width(self, pixels):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": pixels, "height": WIDTHS[pixels], "deviceScaleFactor": 2,
            "mobile": pixels < 800})

    def content_width(self):
        metrics = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})
        return metrics["cssContentSize"]["width"]

    def picture(self, path):
        """The whole page, also what is below the screen's edge."""
        size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {
            "format": "png", "captureBeyondViewport": True,
            "clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"],
                     "scale": 1}})
        with open(path, "wb") as f:
            f.write(base64.b64decode(shot["data"]))
        return path


def scan(picture):
    """What a QR reader finds in a picture: a list of texts."""
    result = subprocess.run(("zbarimg", "-q", "--raw", picture), stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, timeout=120, check=False)
    return result.stdout.decode().split("\n")[:-1]


def kept(profile, needles, but=()):
    """Files of a browser's profile that hold any of these byte strings; not in folders `but`."""
    found = []
    for base, _, names in os.walk(profile):
        if os.path.basename(base) in but:
            continue
        for name in names:
            path = os.path.join(base, name)
            if os.path.isfile(path):
                with open(path, "rb") as f:
                    data = f.read()
                found += [(path, n) for n in needles if n in data]
    return found
