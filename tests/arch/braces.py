#!/usr/bin/python3
"""Every branch and every loop has braces, also around one statement. clang-format as old as Debian
12's cannot say so.
usage: braces.py [SOURCE-TREE]"""
import os
import pathlib
import re
import sys

# Comments, texts and directives of the preprocessor: what they hold is no statement.
NOT_CODE = re.compile(
    r"""/\*.*?\*/ | //[^\n]* | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | ^[ \t]*\#(?:[^\n]*\\\n)*[^\n]*""",
    re.S | re.M | re.X)
KEYWORD = re.compile(r'\b(if|for|while|else|do)\b')


def masked(source):
    return NOT_CODE.sub(lambda m: re.sub(r'[^\n]', ' ', m.group()), source)


def behind_parentheses(code, at):
    depth = 0
    for i in range(at, len(code)):
        depth += (code[i] == '(') - (code[i] == ')')
        if depth == 0:
            return i + 1
    return len(code)


def bare(source):
    """The lines of the keywords that no brace follows."""
    code = masked(source)
    for m in KEYWORD.finditer(code):
        at = m.end()
        if m.group() in ('if', 'for', 'while'):
            at = behind_parentheses(code, code.index('(', at))
        rest = code[at:].lstrip()
        follows = rest.startswith('{') or (m.group() == 'while' and rest.startswith(';')) or (
            m.group() == 'else' and re.match(r'if\b', rest))
        if not follows:
            yield code.count('\n', 0, m.start()) + 1


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get('SKRYNKA_SOURCE', '.'))
    planted = 'void f(void)\n{\n    if (a(b)) /* { */\n        c();\n    else if (d) {\n    }\n}\n'
    if list(bare(planted)) != [3]:
        sys.exit('FAIL a planted branch without braces is not seen')
    print('PASS a branch without braces would be seen')
    files = [f for top in ('gateway', 'keys', 'storage', 'tests')
             for f in sorted(root.glob(top + '/**/*.[ch]')) if 'node_modules' not in f.parts]
    hits = [f'{f.relative_to(root)}:{line}' for f in files
            for line in bare(f.read_text(encoding='utf-8'))]
    if hits or len(files) < 100:
        sys.exit(f'FAIL {len(files)} files; without braces: ' + ' '.join(hits))
    print(f'PASS every branch and loop in {len(files)} files has braces')


main()
