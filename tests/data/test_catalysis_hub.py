import json

import pytest

from catml.data.catalysis_hub import import_catalysis_hub
from catml.errors import DatasetError


def node(**changed):
    return {
        "node": {
            "id": "UmVhY3Rpb246MQ==",
            "Equation": "0.5N2(g) + * -> N*",
            "reactants": '{"N2gas": 0.5, "star": 1.0}',
            "products": '{"Nstar": 1.0}',
            "reactionEnergy": -0.5,
            "surfaceComposition": "Pt3Ni",
            "chemicalComposition": "Ni3Pt9",
            "facet": "111",
            "sites": '{"N": "hollow|A_A_B|HCP"}',
            "coverages": '{"N": 0.25}',
            "dftFunctional": "BEEF-vdW",
            **changed,
        }
    }


def save(tmp_path, *edges):
    path = tmp_path / "answer.json"
    path.write_text(json.dumps({"data": {"reactions": {"edges": list(edges)}}}))
    return path


def test_one_adsorption_becomes_one_row(tmp_path):
    result = import_catalysis_hub(save(tmp_path, node()), source="hub")
    assert result.problems == ()
    (row,) = result.table.to_dict("records")
    assert (row["adsorbate"], row["reference"], row["functional"]) == ("N", "1/2 N2(g)", "BEEF-vdW")
    assert (row["surface"], row["site_kind"], row["site_subtype"]) == (
        "Pt3Ni(111)",
        "hollow",
        "hcp",
    )
    assert row["site_atoms"] == "Ni:1 Pt:2"
    assert (row["energy_ev"], row["coverage_ml"]) == (-0.5, 0.25)
    assert (row["status"], row["source_label"]) == ("ok", "UmVhY3Rpb246MQ==")


def test_the_gas_side_gives_the_reference(tmp_path):
    carbon = node(
        reactants='{"CH4gas": 1, "star": 1}', products='{"Cstar": 1, "H2gas": 2}', sites="{}"
    )
    (row,) = import_catalysis_hub(save(tmp_path, carbon)).table.to_dict("records")
    assert (row["adsorbate"], row["reference"]) == ("C", "CH4(g) - 2 H2(g)")
    assert row["status"] == "no-site"


def test_the_equation_serves_where_the_sides_are_not_asked_for(tmp_path):
    edge = node(Equation="CH4(g) - 1.5H2(g) + * -> CH*", sites="{}")
    del edge["node"]["reactants"], edge["node"]["products"]
    (row,) = import_catalysis_hub(save(tmp_path, edge)).table.to_dict("records")
    assert (row["adsorbate"], row["reference"]) == ("CH", "CH4(g) - 3/2 H2(g)")


def test_two_atoms_of_one_molecule_are_dissociated(tmp_path):
    edge = node(reactants='{"N2gas": 1, "star": 2}', products='{"Nstar": 2}')
    (row,) = import_catalysis_hub(save(tmp_path, edge)).table.to_dict("records")
    assert (row["adsorbate"], row["reference"], row["status"]) == ("2N", "N2(g)", "dissociated")


@pytest.mark.parametrize(
    "changed",
    [
        {"reactants": '{"COstar": 1, "Ostar": 1}', "products": '{"CO2gas": 1, "star": 2}'},
        {"reactants": '{"COgas": 1, "Ostar": 1}', "products": '{"CO2star": 1}'},
        {"products": '{"Nstar": 1, "Hstar": 1}'},
        {"products": '{"Nstar": 0.5}'},
        {"reactants": "", "products": "", "Equation": "nothing"},
        {"reactants": '{"N2gas": "half", "star": 1}'},
    ],
)
def test_a_reaction_that_is_no_adsorption_is_kept_apart(tmp_path, changed):
    result = import_catalysis_hub(save(tmp_path, node(), node(**changed)))
    assert len(result.table) == 1
    (problem,) = result.problems
    assert (problem.row, problem.column) == (2, "Equation")
    assert "one adsorption" in problem.allowed


def test_bad_cells_are_named_in_the_databases_words(tmp_path):
    edges = [
        node(reactionEnergy=None),
        node(dftFunctional=""),
        node(reactants='{"O2gas": 0.5, "star": 1}'),
    ]
    problems = import_catalysis_hub(save(tmp_path, *edges)).problems
    assert [(p.row, p.column) for p in problems] == [
        (1, "reactionEnergy"),
        (2, "dftFunctional"),
        (3, "reference"),
    ]


@pytest.mark.parametrize(
    ("composition", "facet", "surface"),
    [
        ("Ru", "111", "Ru[A1](111)"),
        ("Ru", "(0001)", "Ru(0001)"),
        ("Ag2Au2", "101", "AgAu(101)"),
        ("TiO2", "110", ""),
        ("Cu", "1x1", ""),
    ],
)
def test_surfaces_are_named_by_the_grammar_or_left_empty(tmp_path, composition, facet, surface):
    edge = node(surfaceComposition=composition, facet=facet)
    (row,) = import_catalysis_hub(save(tmp_path, edge)).table.to_dict("records")
    assert row["surface"] == surface
    assert row["elements"]


def test_the_csv_of_the_python_client_is_read_too(tmp_path):
    path = tmp_path / "hub.csv"
    path.write_text(
        "reaction_id,reactants,products,reaction_energy,surface_composition,facet,sites,"
        "dft_functional\n"
        "7,\"{'H2gas': 0.5, 'star': 1.0}\",{'Hstar': 1.0},-0.3,Pt,111,{'H': 'hollow|A_A_A|FCC'},"
        "RPBE\n"
    )
    result = import_catalysis_hub(path)
    (row,) = result.table.to_dict("records")
    assert (row["adsorbate"], row["surface"], row["site_atoms"]) == ("H", "Pt(111)", "Pt:3")
    assert (row["same_layer"], row["sublayer"]) == ("Pt:9", "Pt:6")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "cannot be read as JSON"),
        ('{"errors": ["no"]}', "not the answer to a reactions query"),
        ('{"data": {"reactions": {"edges": []}}}', "holds no reaction"),
        ('{"data": {"reactions": {"edges": [{"node": {"id": "1"}}]}}}', "lacks reactionEnergy"),
    ],
)
def test_a_file_that_is_no_answer_is_refused(tmp_path, content, words):
    path = tmp_path / "answer.json"
    path.write_text(content)
    with pytest.raises(DatasetError, match=words):
        import_catalysis_hub(path)
