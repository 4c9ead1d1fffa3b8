"""Distinct sites of compounds, counted by hand or held against the other ways of finding them."""

import pytest

from catml.errors import SurfaceError
from catml.structures.families import template_of
from catml.structures.site_table import site_table, site_table_of_slab
from catml.structures.sites import find_sites
from catml.structures.surface import Surface
from tests.structures.crystal_examples import CRYSTALS

DESCRIBED = ["site", "site_kind", "site_subtype", "site_atoms", "same_layer", "sublayer"]


def binding(surface: Surface) -> list[tuple[str, str, int]]:
    return sorted(
        (site.kind, "".join(sorted(site.elements)), site.multiplicity)
        for site in find_sites(surface.slab())
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    {
        # A square net of both ions: V - E + F = 2 - 4 + 2.
        "MgO(100)": [
            *(("bridge", "MgO", 4), ("hollow", "MgMgOO", 2)),
            *(("ontop", "Mg", 1), ("ontop", "O", 1)),
        ],
        # The close-packed layer of the cations alone.
        "MgO(111)": [
            *(("bridge", "MgMg", 3), ("hollow", "MgMgMg", 1), ("hollow", "MgMgMg", 1)),
            ("ontop", "Mg", 1),
        ],
    }.items(),
)
def test_rocksalt(name: str, expected: list[tuple[str, str, int]]) -> None:
    assert binding(Surface(name)) == expected


@pytest.mark.parametrize("oxide", ["RuO2", "TiO2", "IrO2", "SnO2"])
def test_rutile_110_has_one_bare_metal_and_two_kinds_of_oxygen(oxide: str) -> None:
    slab = Surface(f"{oxide}(110)").slab()
    top = slab.positions[:, 2].max()
    ontop = [site for site in find_sites(slab) if site.kind == "ontop"]
    depths = {(site.elements[0], round((top - site.position[2]) / 1.25)) for site in ontop}
    # Bridging oxygen on top; one plane down oxygen bound to three metal atoms, and the metal atom
    # that has lost one of its six. The metal atoms below the bridging rows are covered.
    assert depths == {("O", 0), ("O", 1), (oxide[:2], 1)}
    assert len(ontop) == 3
    assert sum(site.kind == "bridge" for site in find_sites(slab)) == 1


def test_hollows_between_unlike_ions_are_not_called_fcc_or_hcp() -> None:
    subtypes = {
        site.subtype: "".join(sorted(set(site.elements)))
        for site in find_sites(Surface("RuO2(110)").slab())
        if site.kind == "hollow"
    }
    assert subtypes == {"3fold": "ORu", "hcp": "O"}


@pytest.mark.parametrize(
    ("name", "miller", "deepest_ang"),
    [("anatase", (1, 1, 0), 1.5), ("zincblende", (1, 1, 0), 0.1), ("rutile", (0, 0, 1), 0.1)],
)
def test_channels_hold_no_sites(name: str, miller: tuple[int, ...], deepest_ang: float) -> None:
    slab = Surface.from_bulk(CRYSTALS[name], miller).slab(layers=12)
    exposed = {i for site in find_sites(slab) for i in site.atoms}
    depth = slab.positions[:, 2].max() - min(slab.positions[i, 2] for i in exposed)
    assert depth < deepest_ang


@pytest.mark.parametrize(
    "name", ["MgO(100)", "TiC(111)", "RuO2(110)", "RuO2(100)", "Ti3Al(0001)", "Ti3Al(10-10)"]
)
def test_both_ways_of_the_new_prototypes_agree(name: str) -> None:
    surface = Surface(name)
    fast = site_table([name])
    slow = site_table_of_slab(surface.slab(layers=template_of(surface).layers))
    assert fast[DESCRIBED].to_numpy().tolist() == slow[DESCRIBED].to_numpy().tolist()


@pytest.mark.parametrize(
    ("name", "miller"),
    [("perovskite", (0, 0, 1)), ("anatase", (1, 0, 1)), ("wurtzite", (0, 0, 0, 1))],
)
def test_both_ways_of_crystals_from_files_agree(name: str, miller: tuple[int, ...]) -> None:
    for surface in Surface.from_bulk(CRYSTALS[name], miller).terminations():
        fast = site_table([surface, "Pt(111)"])
        assert list(fast["surface"])[-4:] == ["Pt(111)"] * 4
        slow = site_table_of_slab(surface.slab(layers=template_of(surface).layers))
        assert fast[DESCRIBED][:-4].to_numpy().tolist() == slow[DESCRIBED].to_numpy().tolist()
        constants = surface.lattice_constants()
        assert set(fast["lattice_a_ang"][:-4]) == {constants.a_ang}


def test_a_slab_of_a_crystal_says_which_surface_it_is() -> None:
    surface = Surface.from_bulk(CRYSTALS["anatase"], "101", label="anatase")
    table = site_table_of_slab(surface.slab())
    assert set(table["surface"]) == {"TiO2[anatase](101)"}
    assert set(table["lattice_c_ang"]) == {surface.lattice_constants().c_ang}
    assert set(table["host"]) == {"Ti"}


def test_one_table_for_all_bulks() -> None:
    table = site_table(["RuO2(110)", "MgO(100)", "Ti3Al(0001)", "Pt(111)"])
    assert table.groupby("surface", sort=False).size().to_dict() == {
        "RuO2(110)": 7,
        "MgO(100)": 4,
        "Ti3Al(0001)": 9,
        "Pt(111)": 4,
    }


@pytest.mark.parametrize(
    ("name", "facets"),
    {
        "Ni3Al": ["111", "100", "211"],
        "Ru": ["0001", "10-10"],
        "NiAl[B2]": ["110"],
        "CuAu": ["101", "001"],
        "RuO2": ["110"],
        "MgO": ["100"],
        "Ti3Al": ["0001"],
    }.items(),
)
def test_a_prototype_read_from_a_file_has_the_sites_of_the_named_one(
    name: str, facets: list[str]
) -> None:
    from ase import Atoms

    for facet in facets:
        named = Surface(f"{name}({facet})")
        constants = named.lattice_constants()
        structure = named.structure
        bulk = Atoms(
            [named.species[role] for role in structure.roles],
            cell=structure.cell(constants.a_ang, constants.c_ang),
            pbc=True,
        )
        places = [[x / structure.unit for x in place] for place in structure.positions]
        bulk.set_scaled_positions(places)
        read = Surface.from_bulk(bulk, facet)
        wanted = {tuple(sorted(surface_sites(one))) for one in named.terminations()}
        assert {tuple(sorted(surface_sites(one))) for one in read.terminations()} == wanted


def surface_sites(surface: Surface) -> list[tuple[str, ...]]:
    table = site_table([surface])
    return [tuple(row) for row in table[DESCRIBED[1:]].to_numpy().tolist()]


def test_a_crystal_open_all_the_way_down_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from catml.structures import families
    from catml.structures.finding import surface_net

    monkeypatch.setattr(surface_net, "COMPOUND_PROBE_RATIO", 0.9)
    monkeypatch.setattr(families, "_DEEPEST", 8.0)
    with pytest.raises(SurfaceError, match="wide channels"):
        site_table([Surface.from_bulk(CRYSTALS["anatase"], (1, 1, 0), label="open")])
