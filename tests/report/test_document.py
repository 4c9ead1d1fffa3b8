import base64
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from catml.errors import DatasetError, WorkflowError
from catml.report.content import Reference, ReportFigure
from catml.report.document import build_report, render_report

from . import synthetic, synthetic_content

_VOID = {"meta", "img", "input", "br", "link"}


class _Page(HTMLParser):
    """Collects what a test wants to know, and insists that every tag is closed in order."""

    def __init__(self, text):
        super().__init__()
        self.stack, self.ids, self.links, self.sources, self.text = [], [], [], [], []
        self.rows = 0
        self.feed(text)
        assert self.stack == []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes["href"]] if "href" in attributes else []
        self.sources += [attributes["src"]] if "src" in attributes else []
        self.rows += tag == "tr"
        if tag not in _VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        if not {"script", "style"} & set(self.stack):
            self.text.append(data)

    @property
    def words(self):
        return re.sub(r"\s+", " ", " ".join(self.text))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def report(folder):
    content = synthetic_content.content(figures=synthetic_content.save_all(folder))
    return build_report(content, folder).read_text(encoding="utf-8")


def test_the_page_is_whole_and_its_ids_are_unique(report):
    page = _Page(report)
    assert report.startswith("<!DOCTYPE html>")
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


def test_nothing_is_fetched_from_anywhere(report):
    page = _Page(report)
    assert all(source.startswith("data:image/") for source in page.sources)
    assert all(link.startswith(("#", "https://doi.org/10.")) for link in page.links)
    style = report[report.index("<style>") : report.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert "<link" not in report


def test_every_figure_stands_in_the_page_as_it_was_saved(report, folder):
    pictures = [
        base64.b64decode(source.partition(",")[2])
        for source in _Page(report).sources
        if source.startswith("data:image/svg+xml;base64,")
    ]
    saved = {path.read_bytes() for path in (folder / "figures").glob("*.svg")}
    assert set(pictures) == saved
    assert len(saved) == 7


def test_the_page_tells_the_answer_and_the_numbers_behind_it(report):
    words = _Page(report).words
    for part in (
        "CO2 reduction on alloy skins and overlayers",
        "Copper binds CO a little too weakly.",
        "CO₂(g) + 8 H⁺ + 8 e⁻ → CH₄(g) + 2 H₂O(l)",
        "First on the list: one layer of Cu on Cu₃Al, (100) face",
        "ΔE(CO*) against CO(g), RPBE, coverage 1/4 ML",
        "−0.77 to −0.57 eV, summit of the volcano at −0.67 eV",
        "−0.68 ± 0.15",
        "0.231 [0.208, 0.249]",
        "24 of 174 candidates (14 %) lie outside",
        "doi:10.1038/ncomms15438",
        "catml run workflow.yaml --out runs/co2",
        "model: seed: 0",
    ):
        assert part in words


def test_every_candidate_is_in_the_table(report):
    listed = re.findall(r'data-find="([^"]+)"', report)
    assert listed == synthetic.candidates()["surface"].tolist()


def test_figures_are_numbered_in_the_order_of_the_page(report):
    numbers = [int(number) for number in re.findall(r'id="figure-(\d+)"', report)]
    assert numbers == list(range(1, 8))
    tables = [int(number) for number in re.findall(r'id="table-(\d+)"', report)]
    assert tables == list(range(1, 6))


def test_a_long_table_is_cut_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("catml.report.document._SHOWN", 100)
    content = synthetic_content.content(candidates_file="tables/candidates.csv")
    words = _Page(render_report(content, tmp_path)).words
    assert "The first 100 of 174 candidates; all of them are in tables/candidates.csv." in words


EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)>&"\''


def test_whatever_the_user_wrote_is_escaped(tmp_path):
    table = synthetic.candidates().head(12)
    table = table.assign(surface=[EVIL, *table["surface"][1:]], domain_reason=EVIL)
    table["origin"] = "extrapolated"
    content = synthetic_content.content(
        title=EVIL,
        question=EVIL,
        reaction=replace(synthetic_content.REACTION, title=EVIL, equation=EVIL, activity=EVIL),
        candidates=table,
        shortlist=table.head(3).assign(site_atoms=EVIL),
        datasets=synthetic_content.datasets().assign(What=EVIL, DOI="javascript:alert(1)"),
        method=(EVIL,),
        limits=(EVIL,),
        references=(
            Reference(citation=EVIL, doi='10.1/"><script>'),
            Reference(citation="", doi=EVIL),
        ),
        versions={EVIL: EVIL},
        configuration=EVIL,
        repeat=EVIL,
    )
    text = render_report(content, tmp_path)
    page = _Page(text)
    assert text.count("<script>") == 1
    assert "<img src=x" not in text
    assert not any("javascript" in link or "<" in link for link in page.links)
    assert EVIL in "".join(page.text)


def test_a_page_without_figures_scores_or_shortlist_still_reads(tmp_path):
    table = synthetic.candidates().query("origin != 'extrapolated'")
    content = synthetic_content.content(
        candidates=table,
        shortlist=table.head(0),
        scores=synthetic.scores().head(0),
        datasets=synthetic_content.datasets().head(0),
    )
    words = _Page(render_report(content, tmp_path)).words
    assert "No surface is proposed." in words
    assert "The predictions were not tested in this run." in words
    assert "All candidates lie inside the range of the training data." in words


def test_the_same_content_gives_the_same_page(tmp_path):
    content = synthetic_content.content()
    assert render_report(content, tmp_path) == render_report(content, tmp_path)


def test_scores_of_a_random_split_alone_are_refused_and_nothing_is_written(tmp_path):
    content = synthetic_content.content(scores=synthetic.scores().query("split == 'random'"))
    with pytest.raises(DatasetError, match="random split only"):
        build_report(content, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("file", "problem"), [("missing.svg", "cannot be read"), ("a.pdf", r"\.svg")]
)
def test_a_figure_that_cannot_be_shown_is_named(tmp_path, file, problem):
    figure = ReportFigure(file=file, section="volcano", title="", caption="")
    with pytest.raises(WorkflowError, match=problem):
        build_report(synthetic_content.content(figures=(figure,)), tmp_path)
    assert not list(tmp_path.iterdir())
