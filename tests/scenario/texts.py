"""The words of the pages, from the same files as the pages: texts("uk").FORM_H1."""
import functools
import gettext
import io
import os
import re
import subprocess

from world import SOURCE

LANGUAGES = ("uk", "ru", "crh", "en")
ENTRY = re.compile(r'X\((\w+),\s*((?:N_\(\s*)?(?:"(?:[^"\\]|\\.)*"\s*)+)')
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
ESCAPE = {"n": "\n", "t": "\t"}


@functools.lru_cache(None)
def english():
    with open(os.path.join(SOURCE, "gateway", "pages", "text.def"), encoding="utf-8") as f:
        return {name: re.sub(r"\\(.)", lambda m: ESCAPE.get(m.group(1), m.group(1)),
                             "".join(STRING.findall(parts))) for name, parts in
                ENTRY.findall(f.read())}


@functools.lru_cache(None)
def catalogue(lang):
    path = os.path.join(SOURCE, "gateway", "po", lang + ".po")
    made = subprocess.run(["msgfmt", "-o", "-", path], check=True, stdout=subprocess.PIPE)
    return gettext.GNUTranslations(io.BytesIO(made.stdout))


class Texts:
    def __init__(self, lang):
        self.lang = lang

    def __getattr__(self, name):
        words = english()[name]
        return words if self.lang == "en" else catalogue(self.lang).gettext(words)


def texts(lang):
    return Texts(lang)
