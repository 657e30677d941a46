"""The words of the pages, from the same files as the pages: texts("uk").FORM_H1."""
import functools
import gettext
import io
import os
import re
import subprocess

from world import SOURCE

ENTRY = re.compile(r'X\((\w+), [^"]*?\s*((?:N_\(\s*)(?:"(?:[^"\\]|\\.)*"\s*)+)')
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
ESCAPE = {"n": "\n", "t": "\t"}


def definitions(*path):
    with open(os.path.join(SOURCE, *path), encoding="utf-8") as f:
        return f.read()


LANGUAGES = tuple(re.findall(r'^LANGUAGE\(\w+, "(\w+)"', definitions("keys", "base", "language.def"), re.M))


@functools.lru_cache(None)
def english():
    text = definitions("gateway", "pages", "text.def")
    statuses = re.sub(r'STATUS\(\d+, (\w+), "\w+"', r'X(ANSWER_\1, S', definitions("keys", "base", "status.def"))
    categories = definitions("keys", "base", "category.def").replace("CATEGORY(", "X(CATEGORY_").replace(", N_", ", O, N_")
    plain = lambda parts: re.sub(r"\\(.)", lambda m: ESCAPE.get(m[1], m[1]), "".join(STRING.findall(parts)))
    return {name: plain(parts) for name, parts in ENTRY.findall(text + statuses + categories)}


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
