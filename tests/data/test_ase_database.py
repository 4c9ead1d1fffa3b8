import pytest
from ase.build import add_adsorbate, fcc100, fcc111, molecule
from ase.db import connect

from catml.data.ase_database import import_ase_database
from catml.errors import DatasetError

DEFAULTS = {"reference": "CO(g)", "functional": "PBE"}


def covered(builder, metal, position, *, height=1.8, size=(3, 3, 4)):
    slab = builder(metal, size, vacuum=8.0)
    add_adsorbate(slab, molecule("CO"), height, position, mol_index=1)
    # The molecule stands upright with carbon down.
    slab.positions[-2:, 2] = slab.positions[:-2, 2].max() + height + [1.15, 0.0]
    return slab


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "slabs.db"
    with connect(path) as db:
        db.write(covered(fcc111, "Pt", "ontop"), eads=-1.5, adsorbate="CO")
        db.write(covered(fcc111, "Pt", "fcc", height=1.3), eads=-1.6, adsorbate="CO")
        db.write(covered(fcc100, "Cu", "bridge", height=1.5), eads=-0.6, adsorbate="CO")
        db.write(covered(fcc111, "Pt", "ontop", height=6.0), eads=-0.01, adsorbate="CO")
        db.write(fcc111("Pt", (1, 1, 4), vacuum=8.0), eads=-0.2, adsorbate="CO")
        db.write(covered(fcc111, "Pt", "ontop"), adsorbate="CO")
    return path


def test_structures_give_the_zones(database):
    table = import_ase_database(database, keys={"eads": "energy_ev"}, defaults=DEFAULTS).table
    zones = table[["site_kind", "site_atoms", "same_layer", "sublayer"]].to_numpy().tolist()
    assert zones[:3] == [
        ["ontop", "Pt:1", "Pt:6", "Pt:3"],
        ["hollow", "Pt:3", "Pt:9", "Pt:6"],
        ["bridge", "Cu:2", "Cu:6", "Cu:6"],
    ]


def test_an_unbound_or_missing_adsorbate_has_no_site_and_says_why(database):
    table = import_ase_database(database, keys={"eads": "energy_ev"}, defaults=DEFAULTS).table
    assert table["status"].tolist() == ["ok", "ok", "ok", "no-site", "no-site"]
    assert "not bound" in table["status_note"][3]
    assert "cannot be told from the slab" in table["status_note"][4]


def test_a_row_without_energy_is_kept_apart_under_its_id(database):
    result = import_ase_database(database, keys={"eads": "energy_ev"}, defaults=DEFAULTS)
    assert [(problem.row, problem.column) for problem in result.problems] == [(6, "eads")]
    assert result.rejected.index.tolist() == [6]


def test_a_selection_imports_a_part(database):
    result = import_ase_database(
        database, keys={"eads": "energy_ev"}, defaults=DEFAULTS, selection="eads<-1.55"
    )
    assert result.table["energy_ev"].tolist() == [-1.6]


def test_a_clean_slab_with_surface_and_label_uses_them(tmp_path):
    with connect(tmp_path / "named.json") as db:
        db.write(
            fcc111("Pt", (1, 1, 4), vacuum=8.0),
            energy_ev=-1.6,
            adsorbate="CO",
            surface="Pt(111)",
            site_label="fcc",
        )
    (row,) = import_ase_database(tmp_path / "named.json", defaults=DEFAULTS).table.to_dict(
        "records"
    )
    assert (row["status"], row["site_atoms"], row["host"]) == ("ok", "Pt:3", "Pt")


def test_what_cannot_be_imported_is_refused(database, tmp_path):
    with pytest.raises(DatasetError, match="does not exist"):
        import_ase_database(tmp_path / "none.db")
    with pytest.raises(DatasetError, match="cannot be mapped to 'energy'"):
        import_ase_database(database, keys={"eads": "energy"})
    with pytest.raises(DatasetError, match="no row for the selection"):
        import_ase_database(database, selection="eads<-9")
    with pytest.raises(DatasetError, match="no column energy_ev"):
        import_ase_database(database, defaults=DEFAULTS)
    (tmp_path / "text.json").write_text("not a database")
    with pytest.raises(DatasetError, match="cannot be read as an ASE database"):
        import_ase_database(tmp_path / "text.json")
