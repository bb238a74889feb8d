#!/bin/sh
# Makes the three fonts beside this file anew. Needs npm, and Python with `pip install fonttools brotli`.
#
# What is kept: English, French and the signs that our texts use. Every other letter comes from the system's fonts; the
# `unicode-range` in ../style.css says the same list. "Lato" is a name that its licence reserves, so the part of it that
# is kept has a name of its own.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

cd "$work"
npm pack --silent @gcds-core/fonts@1.1.1 >/dev/null
tar xzf gcds-core-fonts-1.1.1.tgz

letters="U+20-7E,U+A0,U+A3,U+A7-A9,U+AB,U+AE,U+B0,U+B7,U+BB,U+BF-FF,U+152-153,U+178,U+2011,U+2013-2014,U+2018-201A,U+201C-201E,U+2022,U+2026,U+202F,U+2039-203A,U+20AC,U+2122"
keep() {
    pyftsubset "package/fonts/$1" --unicodes="$letters" --layout-features=kern,liga,mark,ccmp --no-hinting \
        --drop-tables+=FFTM --flavor=woff2 --output-file="$2"
}
keep noto-sans/gcds-noto-sans-regular.woff2 "$here/text.woff2"
keep noto-sans/gcds-noto-sans-semibold.woff2 "$here/strong.woff2"
keep lato/gcds-lato.woff2 heading.woff2
python3 - "$here/heading.woff2" <<'RENAME'
import sys
from fontTools.ttLib import TTFont

font = TTFont("heading.woff2")
for record in font["name"].names:
    if record.nameID in (1, 3, 4, 6, 16, 18):
        record.string = record.toUnicode().replace("Lato", "NewbornHeading")
font.save(sys.argv[1])
RENAME
