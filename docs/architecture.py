"""Draws docs/architecture.svg and docs/architecture.png: `make docs`.

The picture of the crates and of the dependency rule. Change the boxes and arrows here, never the drawings. The PNG needs
the DejaVu fonts, as most Linux systems have them; other fonts would shift the text.
"""

from html import escape
from pathlib import Path

import resvg_py

WIDTH, HEIGHT = 1320, 880
INK, SOFT, LINE = "#1f2933", "#52606d", "#66788a"
FONT = "'DejaVu Sans', Verdana, 'Segoe UI', sans-serif"

# What a crate is for decides its colour: fill, border.
WIRING = "#e9edf2", "#8796a5"
SHELL = "#e3effb", "#5a93cb"
CORE = "#e2f4ea", "#4fa374"
PORTS = "#fdf1d7", "#d09c34"
DOMAIN = "#efe6fa", "#8d67be"
OUTSIDE = "#ffffff", "#a3afba"

# x, y, width, height, colour, name, what it holds
CRATES = [
    (220, 92, 880, 72, WIRING, "moniflux", ["command line, configuration, wiring: chooses the adapters and runs"]),
    (220, 230, 240, 88, SHELL, "http", ["REST, OpenAPI"]),
    (220, 366, 240, 88, CORE, "service", ["use cases, scheduler,", "supervisor"]),
    (220, 502, 240, 88, CORE, "engine", ["what is due, batches,", "the tally"]),
    (510, 230, 200, 88, SHELL, "sink", ["the receiving end,", "its ledger"]),
    (784, 266, 292, 66, SHELL, "store-sqlite", ["embedded, the default"]),
    (784, 346, 292, 66, SHELL, "store-mongo", ["shared by replicas"]),
    (784, 426, 292, 66, SHELL, "emit-http", ["batches over HTTP"]),
    (784, 506, 292, 66, OUTSIDE, "store-conformance", ["one suite of tests for both stores"]),
    (220, 654, 240, 76, CORE, "payload", ["records and wire formats"]),
    (510, 654, 590, 76, PORTS, "ports", ["what the core asks of stores, emitters and the clock"]),
    (220, 776, 880, 66, DOMAIN, "domain", ["tests, runs, lifecycle, arithmetic: no I/O, no async, no clock"]),
]

# What is not ours: x, y, width, height, lines
NEIGHBOURS = [
    (30, 240, 134, 68, ["browser, curl,", "other services"]),
    (1156, 266, 134, 66, ["data file"]),
    (1156, 346, 134, 66, ["MongoDB"]),
    (1156, 426, 134, 66, ["destination"]),
]

# An arrow runs through its points; it points from the crate that depends to the one depended on.
DEPENDS = [
    [(340, 164), (340, 230)],  # moniflux → http
    [(610, 164), (610, 230)],  # moniflux → sink
    [(930, 164), (930, 220)],  # moniflux → adapters
    [(340, 318), (340, 366)],  # http → service
    [(340, 454), (340, 502)],  # service → engine
    [(300, 590), (300, 654)],  # engine → payload
    [(590, 318), (590, 622), (400, 622), (400, 654)],  # sink → payload
    [(660, 318), (660, 654)],  # sink → ports
    [(460, 546), (540, 546), (540, 654)],  # engine → ports
    [(930, 596), (930, 654)],  # adapters → ports
    [(340, 730), (340, 776)],  # payload → domain
    [(805, 730), (805, 776)],  # ports → domain
]

TALKS = [
    [(164, 274), (220, 274)],
    [(1076, 299), (1156, 299)],
    [(1076, 379), (1156, 379)],
    [(1076, 459), (1156, 459)],
]

# Where engine → ports passes over sink → payload, which is drawn before it.
BRIDGE = (540, 622)


def text(x, y, words, size=14, colour=SOFT, weight="normal", anchor="middle"):
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}" font-weight="{weight}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )


def box(x, y, width, height, colour, dashed=False):
    fill, border = colour
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="8" fill="{fill}" '
        f'stroke="{border}" stroke-width="1.6"{dash}/>'
    )


def crate(x, y, width, height, colour, name, holds):
    centre = x + width / 2
    top = y + (height - 21 - 18 * len(holds)) / 2 + 17
    yield box(x, y, width, height, colour, dashed=colour is OUTSIDE)
    yield text(centre, top, name, 17, INK, "bold")
    for row, words in enumerate(holds, start=1):
        yield text(centre, top + 3 + 18 * row, words)


def neighbour(x, y, width, height, lines):
    yield box(x, y, width, height, OUTSIDE)
    top = y + height / 2 + 5 - 9 * (len(lines) - 1)
    for row, words in enumerate(lines):
        yield text(x + width / 2, top + 18 * row, words, colour=INK)


def arrow(points, kind):
    """A line with rounded corners and a head at its end."""
    (x, y), *rest = points
    path = [f"M{x} {y}"]
    for (x0, y0), (x1, y1), (x2, y2) in zip(points, rest, rest[1:]):
        before = x1 - 10 * sign(x1 - x0), y1 - 10 * sign(y1 - y0)
        after = x1 + 10 * sign(x2 - x1), y1 + 10 * sign(y2 - y1)
        path.append(f"L{before[0]} {before[1]} Q{x1} {y1} {after[0]} {after[1]}")
    path.append(f"L{points[-1][0]} {points[-1][1]}")
    return f'<path d="{" ".join(path)}" class="{kind}" marker-end="url(#head)"/>'


def sign(number):
    return (number > 0) - (number < 0)


def picture():
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'font-family="{FONT}" role="img" aria-label="The crates of MoniFlux and their dependencies">'
    )
    yield (
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto" '
        f'markerUnits="userSpaceOnUse"><path d="M0 0.8 L10 5 L0 9.2 z" fill="{LINE}"/></marker></defs>'
    )
    yield (
        f"<style>.depends, .talks {{ fill: none; stroke: {LINE}; stroke-width: 1.8 }} "
        ".talks { stroke-dasharray: 2 4 }</style>"
    )
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    yield text(220, 44, "The crates of MoniFlux", 24, INK, "bold", "start")
    yield text(220, 70, "Dependencies point inwards, that is down. An arrow that a longer way already implies is left out.", 15, anchor="start")

    yield box(760, 220, 340, 376, ("#f5f9fd", "#b5cfe8"))
    yield text(930, 248, "adapters", 15, SOFT, "bold")
    for each in CRATES:
        yield from crate(*each)
    for each in NEIGHBOURS:
        yield from neighbour(*each)
    for points in DEPENDS:
        if points[-1][0] == BRIDGE[0]:
            yield '<path d="M{0} {1} v18" stroke="#ffffff" stroke-width="9"/>'.format(BRIDGE[0], BRIDGE[1] - 9)
        yield arrow(points, "depends")
    for points in TALKS:
        yield arrow(points, "talks")

    yield arrow([(1156, 690), (1196, 690)], "depends")
    yield text(1206, 695, "depends on", 13, anchor="start")
    yield arrow([(1156, 716), (1196, 716)], "talks")
    yield text(1206, 721, "talks to", 13, anchor="start")
    yield "</svg>"


def main():
    here = Path(__file__).parent
    svg = "\n".join(picture()) + "\n"
    (here / "architecture.svg").write_text(svg)
    png = resvg_py.svg_to_bytes(svg_string=svg, width=2 * WIDTH)
    (here / "architecture.png").write_bytes(bytes(png))


main()
