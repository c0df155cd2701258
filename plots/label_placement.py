"""Places labels beside points so that none covers a marker, a line or another label."""

import math

MARKER = 5  # half of a marker's side, in points of 1/72 inch, as all lengths here
RADII = [1, 5, 9, 13, 18, 24, 31, 39, 49, 60, 75, 90, 110, 130]
LEADER_FROM = 5  # labels as far away as this get a line to their point


def meet(one, other):
    """Whether two boxes (left, right, bottom, top) share an area."""
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def box_at(place, size, angle, radius):
    """The box of a label that begins `radius` beyond the edge of the marker at `place`, and where its leader ends."""
    x, y = math.cos(angle), math.sin(angle)
    end = (place[0] + (MARKER + radius) * x, place[1] + (MARKER + radius) * y)
    left = end[0] - size[0] * (0.5 - 0.5 * max(-1, min(1, 2 * x)))
    bottom = end[1] - size[1] * (0.5 - 0.5 * max(-1, min(1, 1.2 * y)))
    return (left, left + size[0], bottom, bottom + size[1]), end


def leader(place, end):
    """Small boxes along the line from the edge of the marker to the end."""
    length = math.dist(place, end)
    steps = [part / length for part in range(MARKER + 1, math.floor(length), 2)]
    on_line = [(place[0] + step * (end[0] - place[0]), place[1] + step * (end[1] - place[1])) for step in steps]
    return [(x - 0.5, x + 0.5, y - 0.5, y + 0.5) for x, y in on_line]


def choose(place, size, first_angle, inside, taken, written):
    """The nearest box clear of `taken`, its leader, clear of the boxes `written`, and its end, searched from first_angle
    to both sides; where all is full, the nearest box of all."""
    turns = [turn * sign * math.pi / 12 for turn in range(13) for sign in (1, -1)]
    for radius in RADII:
        for turn in turns:
            box, end = box_at(place, size, first_angle + turn, radius)
            line = leader(place, end) if radius >= LEADER_FROM else []
            if not (inside[0] < box[0] and box[1] < inside[1] and inside[2] < box[2] and box[3] < inside[3]):
                continue
            clear = not any(meet(box, other) for other in taken)
            if clear and not any(meet(part, other) for part in line for other in written):
                return box, line, end
    box, end = box_at(place, size, first_angle, RADII[0])
    return box, [], end


def label(figure, axis, labels, path):
    """Writes labels, (point, text, first angle, font weight) each, the first ones nearest to their points; `path` is a
    line of horizontal and vertical parts that they keep clear of. The axes' limits are final."""
    figure.draw_without_rendering()  # settles where points are on the paper
    unit = 72 / figure.dpi

    def on_paper(point):
        return tuple(unit * axis.transData.transform(point))

    frame = axis.bbox
    inside = (unit * frame.x0, unit * frame.x1, unit * frame.y0, unit * frame.y1)
    corners = [on_paper(point) for point in path]
    taken = [(min(a[0], b[0]) - 1, max(a[0], b[0]) + 1, min(a[1], b[1]) - 1, max(a[1], b[1]) + 1)
             for a, b in zip(corners, corners[1:])]
    half = MARKER - 1
    taken += [(x - half, x + half, y - half, y + half) for x, y in (on_paper(point) for point, *_ in labels)]
    boxes = []
    for point, text, angle, weight in labels:
        shown = axis.text(*point, text, fontsize=6.5, fontweight=weight, zorder=4)
        extent = shown.get_window_extent()
        shown.remove()
        place = on_paper(point)
        box, line, end = choose(place, (unit * extent.width + 1, unit * extent.height), angle, inside, taken, boxes)
        middle = ((box[0] + box[1]) / 2 - place[0], (box[2] + box[3]) / 2 - place[1])
        axis.annotate(text, point, xytext=middle, textcoords="offset points", fontsize=6.5, fontweight=weight,
                      ha="center", va="center", zorder=4).set_in_layout(False)
        if line:
            axis.annotate("", point, xytext=(end[0] - place[0], end[1] - place[1]), textcoords="offset points", zorder=2,
                          arrowprops={"arrowstyle": "-", "color": "0.45", "linewidth": 0.6, "shrinkA": 0, "shrinkB": 0}
                          ).set_in_layout(False)
        taken += [box] + line
        boxes.append(box)
