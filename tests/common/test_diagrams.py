"""Diagrams: areas keep their shares and their box, flows their sums, names are escaped."""

import re

import pytest

from common.diagrams import WIDTH, Flow, Rect, growth, sankey, squarified, treemap

BOX = Rect(0, 0, 720, 280)


@pytest.mark.parametrize("sizes", [[1], [5, 3, 2], [1_000_000, 1], [7] * 40, list(range(60, 0, -1))])
def test_areas_are_as_large_as_their_share_and_stay_inside(sizes: list[int]) -> None:
    places = squarified(sizes, BOX)
    for size, place in zip(sizes, places, strict=True):
        assert place.width * place.height == pytest.approx(size / sum(sizes) * BOX.width * BOX.height, rel=1e-6)
        assert -1e-6 <= place.x <= place.x + place.width <= BOX.width + 1e-6
        assert -1e-6 <= place.y <= place.y + place.height <= BOX.height + 1e-6
    for at, one in enumerate(places):
        for other in places[at + 1 :]:
            across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
            down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
            assert across < 1e-6 or down < 1e-6, "no two share a place"


def test_equal_sizes_are_nearly_square() -> None:
    assert all(0.4 < place.width / place.height < 2.5 for place in squarified([1] * 24, BOX))


def test_nothing_is_drawn_of_nothing() -> None:
    assert squarified([], BOX) == []
    assert "<rect" not in treemap([("none", 0)], label="Nothing")


def test_names_are_text() -> None:
    drawn = treemap([("<b>&", 3)], label='"x"') + sankey([Flow("<i>", "</svg>", 1)], label="x")
    drawn += growth([("<u>", 1, 0.5)], label="x")
    assert not re.search(r"<[biu]>", drawn)
    assert drawn.count("</svg>") == 3


def test_bands_are_as_thick_as_what_flows() -> None:
    drawn = sankey([Flow("a", "x", 3), Flow("a", "y", 1), Flow("b", "x", 4)], label="Flows")
    thick = [float(one) for one in re.findall(r'stroke-width="([\d.]+)"', drawn)]
    assert thick[1] / thick[0] == pytest.approx(3, rel=0.05), "y, fed by the upper source alone, stands above x"
    tall = [float(one) for one in re.findall(r'<g class="node">.*?height="([\d.]+)"', drawn)]
    assert sum(tall[:2]) == pytest.approx(sum(thick), rel=0.02)


def test_a_share_that_is_not_known_is_a_gap() -> None:
    drawn = growth([("a", 1, 0.2), ("b", 2, None), ("c", 3, 0.3), ("d", 4, 0.4)], label="Growth")
    assert (drawn.count('class="share"'), drawn.count('class="share-at"')) == (1, 3)
    assert f'viewBox="0 0 {WIDTH} ' in drawn
    assert "nan" not in growth([], label="None").lower()
