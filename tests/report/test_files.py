import pandas as pd
import pytest
from matplotlib.figure import Figure

from catml.errors import WorkflowError
from catml.report.figures_volcano import volcano_figure
from catml.report.files import save_figure, write_picture

from . import synthetic


def _simple():
    figure = Figure(figsize=(2, 2))
    figure.add_subplot().plot([0, 1], [2, 5])
    return figure, pd.DataFrame({"x": [0, 1], "y": [2, 5]})


def test_a_figure_is_saved_three_ways(tmp_path):
    files = save_figure(*_simple(), tmp_path / "new" / "folder", "line_1")
    assert files.png.read_bytes().startswith(b"\x89PNG")
    assert b"</svg>" in files.svg.read_bytes()
    assert files.csv.read_text() == "x,y\n0,2\n1,5\n"
    assert sorted(path.name for path in files.png.parent.iterdir()) == [
        "line_1.csv",
        "line_1.png",
        "line_1.svg",
    ]


def test_the_same_figure_gives_the_same_bytes(tmp_path):
    def save(folder):
        drawn = volcano_figure(
            synthetic.volcano_curve(),
            synthetic.candidates(),
            adsorbate="CO",
            window_ev=synthetic.WINDOW_EV,
            activity_label=synthetic.ACTIVITY,
        )
        files = save_figure(*drawn, tmp_path / folder, "volcano")
        return [path.read_bytes() for path in (files.png, files.svg, files.csv)]

    first, second = save("a"), save("b")
    assert first == second
    assert b"<dc:date>" not in first[1]


def test_text_in_svg_stays_text_and_names_fonts_every_machine_has(tmp_path):
    figure, data = _simple()
    figure.axes[0].set_xlabel("ΔE(CO*) / eV")
    svg = save_figure(figure, data, tmp_path, "line").svg.read_text()
    assert "ΔE(CO*) / eV</text>" in svg
    assert "Verdana" in svg


@pytest.mark.parametrize("name", ["", "../up", "Large", "a.b", "a/b"])
def test_a_name_that_is_no_file_name_is_refused(tmp_path, name):
    with pytest.raises(WorkflowError, match="lower-case"):
        save_figure(*_simple(), tmp_path, name)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkflowError, match="cannot write"):
        save_figure(*_simple(), tmp_path / "file", "line")


@pytest.mark.parametrize(("name", "start"), [("a.png", b"\x89PNG"), ("b.SVG", b"<?xml")])
def test_a_picture_is_one_file_of_the_kind_its_name_says(tmp_path, name, start):
    write_picture(_simple()[0], tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_bytes().startswith(start)


@pytest.mark.parametrize("name", ["a.jpg", "picture", "a.pdf"])
def test_a_picture_of_another_kind_is_refused(tmp_path, name):
    with pytest.raises(WorkflowError, match=r"\.png or \.svg"):
        write_picture(_simple()[0], tmp_path / name)
    assert list(tmp_path.iterdir()) == []
