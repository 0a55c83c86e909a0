#!/bin/sh
# Chromium without the boxes that an address line drops down: each window of a context loads two of them, pages of their
# own, which is a third of the work of a test. Playwright names what it goes without itself; this is added to its list.
for word; do
    shift
    case $word in --disable-features=*) word=$word,WebUIOmniboxPopup,WebUIOmniboxAimPopup ;; esac
    set -- "$@" "$word"
done
exec "${CHROMIUM:-/usr/bin/chromium}" "$@"
