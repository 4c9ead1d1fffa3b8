import pytest

from catml.errors import DatasetError
from catml.validation.benchmark_data import DATA, benchmark_table
from catml.validation.benchmark_models import MODELS
from catml.validation.benchmark_plan import (
    LONGEST_CELL_S,
    LONGEST_COMPOSITION_S,
    QUICK_MODELS,
    make_plan,
)
from catml.validation.splits import SPLITS


def test_every_dataset_states_its_rows_and_only_known_splits() -> None:
    for data in DATA.values():
        assert set(data.splits) <= set(SPLITS)
        assert {"random", "composition"} <= set(data.splits)
    # Usable rows, as they are quoted.
    assert [DATA[key].n_rows for key in ("ma2015", "co", "n")] == [285, 17352, 4645]


@pytest.mark.parametrize("key", DATA)
def test_the_stated_number_of_rows_is_that_of_the_table(key: str) -> None:
    table = benchmark_table(key)
    assert len(table) == DATA[key].n_rows
    assert set(table["source"]) == set(DATA[key].sources)
    assert table["functional"].nunique() == 1


def test_a_plan_has_baselines_published_systems_and_ours_on_every_dataset() -> None:
    plan = make_plan()
    for key in DATA:
        kinds = {MODELS[cell.model].kind for cell in plan.cells if cell.data == key}
        assert kinds == {"baseline", "published", "ours"}
    assert len({cell.key for cell in plan.cells}) == len(plan.cells)


def test_what_a_model_needs_decides_where_it_runs() -> None:
    plan = make_plan()
    assert {cell.data for cell in plan.cells if cell.model == "ma2015"} == {"ma2015"}
    assert {cell.data for cell in plan.cells if cell.model == "scaling_o"} == {"n"}
    assert {cell.data for cell in plan.cells if cell.model == "catml"} == set(DATA)
    reasons = {(x.data, x.model): x.reason for x in plan.left_out}
    assert "without geometry" in reasons["co", "noh2018"]
    assert reasons["ma2015", "gaussian_process"] == "is what catml takes by itself"
    # On the large table catml takes the blend with other descriptors than those compared here.
    assert reasons["co", "blend"] == "takes long; asked for by --long"
    # Scaling from other adsorbates makes no sense elsewhere: no reason is owed.
    assert ("co", "scaling_o") not in reasons


def test_cells_that_take_long_are_left_out_with_the_reason_and_come_with_long() -> None:
    short, everything = make_plan(), make_plan(long=True)
    others = [cell for cell in short.cells if cell.model != "catml"]
    assert max(cell.seconds for cell in others) <= LONGEST_COMPOSITION_S
    assert all(
        cell.seconds <= LONGEST_CELL_S[MODELS[cell.model].kind]
        for cell in others
        if cell.split != "composition"
    )
    assert len(everything.cells) > len(short.cells)
    assert any("asked for by --long" in x.reason for x in short.left_out)
    assert not any("--long" in x.reason for x in everything.left_out)


def test_the_quick_plan_is_small_and_has_grouped_splits() -> None:
    plan = make_plan(quick=True)
    assert {cell.data for cell in plan.cells} == {"ma2015"}
    assert {cell.split for cell in plan.cells} == {"random", "composition", "host"}
    assert {cell.model for cell in plan.cells} == set(QUICK_MODELS)


def test_learning_curves_are_of_new_compositions() -> None:
    curves = [cell for cell in make_plan().cells if cell.train_share < 1]
    assert {cell.split for cell in curves} == {"composition"}
    assert {cell.model for cell in curves} == {"catml"}


def test_a_selection_keeps_what_it_names() -> None:
    plan = make_plan(data=["n"], splits=["composition", "random"], models=["mean", "scaling_o"])
    assert {(c.data, c.split, c.model) for c in plan.cells} == {
        ("n", split, model)
        for split in ("random", "composition")
        for model in ("mean", "scaling_o")
    }


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        ({"data": ["ma2051"]}, r"no dataset 'ma2051'; did you mean 'ma2015'\?"),
        ({"splits": ["colour"]}, r"no split 'colour'.*random, composition"),
        ({"models": ["catm"]}, r"no model 'catm'; did you mean 'catml'\?"),
        ({"data": ["co"], "models": ["ma2015"]}, "leaves nothing to measure"),
        ({"data": ["n"], "splits": ["random"]}, "only the random split.*Add --split composition"),
    ],
)
def test_wrong_selections_are_refused(selection: dict[str, list[str]], message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        make_plan(**selection)  # type: ignore[arg-type]


def test_estimates_pass_through_the_measured_sizes() -> None:
    model = MODELS["tran2018"]
    assert model.seconds(4645) == pytest.approx(model.cost_s[1])
    assert model.cost_s[0] < model.seconds(1000) < model.cost_s[1]
