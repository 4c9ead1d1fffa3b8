import gzip
import re
import warnings

import ase
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catml.descriptors.d_band import d_band_table
from catml.descriptors.dos_files import DosFileWarning, read_dos
from catml.errors import CatmlError, DescriptorError
from tests.descriptors.vasp_files import doscar, fields, orbital_densities, poscar, vasprun

# Small files; that their energies are far apart is the subject of one test alone.
pytestmark = pytest.mark.filterwarnings("ignore:.*has a density of states every")
ENERGY = np.round(np.linspace(-10, 8, 181), 4)
FERMI = 1.25
SYMBOLS = ["Cu", "Cu", "O"]
LAYOUTS = [(lorbit, spins, f) for lorbit in (10, 11, 12) for spins in (1, 2) for f in (False, True)]


def written(lorbit, spins, with_f, *, n_atoms=3):
    """Densities of a layout, and the d orbitals among them."""
    names = fields(lorbit=lorbit, with_f=with_f)
    densities = orbital_densities(
        ENERGY - FERMI, n_atoms=n_atoms, n_spins=spins, n_orbitals=len(names)
    )
    d = slice(2, 3) if lorbit == 10 else slice(4, 9)
    return names, densities, densities[:, :, d]


@pytest.mark.parametrize(("lorbit", "spins", "with_f"), LAYOUTS)
def test_doscar_of_every_layout(tmp_path, lorbit, spins, with_f):
    _, densities, d = written(lorbit, spins, with_f)
    (tmp_path / "DOSCAR").write_text(doscar(ENERGY, densities, FERMI))
    (tmp_path / "CONTCAR").write_text(poscar(SYMBOLS))
    dos = read_dos(tmp_path / "DOSCAR")
    assert dos.symbols == tuple(SYMBOLS)
    assert dos.fermi_level_ev == FERMI
    np.testing.assert_allclose(dos.energy_ev, ENERGY - FERMI, atol=1e-9)
    np.testing.assert_allclose(dos.d_states, d, atol=1e-4)


@pytest.mark.parametrize(("lorbit", "spins", "with_f"), LAYOUTS)
def test_vasprun_of_every_layout_says_what_pymatgen_says(tmp_path, lorbit, spins, with_f):
    from pymatgen.electronic_structure.core import OrbitalType, Spin
    from pymatgen.io.vasp.outputs import Vasprun

    names, densities, d = written(lorbit, spins, with_f)
    file = tmp_path / "vasprun.xml"
    file.write_text(vasprun(ENERGY, densities, FERMI, SYMBOLS, names))
    dos = read_dos(file)
    assert dos.symbols == tuple(SYMBOLS)
    np.testing.assert_allclose(dos.d_states, d, atol=1e-9)
    theirs = Vasprun(str(file), parse_potcar_file=False, parse_eigen=False).complete_dos
    for i, site in enumerate(theirs.structure):
        # pymatgen names site and orbitals; LORBIT = 10 has the orbitals' sums alone.
        summed = (
            theirs.pdos[site][OrbitalType.d]
            if lorbit == 10
            else theirs.get_site_spd_dos(site)[OrbitalType.d].densities
        )
        ours = {Spin.up: dos.d_states[i, 0].sum(axis=0)}
        if spins == 2:
            ours[Spin.down] = dos.d_states[i, 1].sum(axis=0)
        for spin, curve in ours.items():
            np.testing.assert_allclose(curve, summed[spin], atol=1e-9)
    if lorbit != 10:
        center = theirs.get_band_center(sites=[theirs.structure[0]], erange=None)
        row = d_band_table(dos, atoms=[0]).iloc[0]
        # pymatgen's trapezoids on the same grid.
        assert row["d_band_center_ev"] == pytest.approx(float(center), abs=2e-3)


def test_noncollinear_files_give_the_density_not_its_magnetisation(tmp_path):
    for lorbit, with_f in ((10, False), (10, True), (11, False), (11, True)):
        names, total, d = written(lorbit, 1, with_f, n_atoms=2)
        part = np.array([1.0, 0.3, -0.4, 0.6])[None, :, None, None]
        densities = np.round(total * part, 4)
        (tmp_path / "DOSCAR").write_text(doscar(ENERGY, densities, FERMI))
        np.testing.assert_allclose(read_dos(tmp_path / "DOSCAR").d_states, d, atol=1e-4)
        flag = "<i type='logical' name='LNONCOLLINEAR'> T </i>"
        (tmp_path / "vasprun.xml").write_text(
            vasprun(ENERGY, densities, FERMI, ["Fe", "Fe"], names, extra=flag)
        )
        np.testing.assert_allclose(read_dos(tmp_path / "vasprun.xml").d_states, d, atol=1e-9)


def test_a_hydrogen_atom_among_f_orbitals_has_no_magnetisation(tmp_path):
    _, densities, d = written(11, 1, True)
    densities[1, :, 1:] = 0  # s states alone
    (tmp_path / "DOSCAR").write_text(doscar(ENERGY, densities, FERMI))
    np.testing.assert_allclose(read_dos(tmp_path / "DOSCAR").d_states, d, atol=1e-4)


def test_gzip_is_known_by_content_whatever_the_name(tmp_path):
    names, densities, d = written(11, 2, False)
    packed = gzip.compress(doscar(ENERGY, densities, FERMI).encode())
    (tmp_path / "DOSCAR.gz").write_bytes(packed)
    (tmp_path / "POSCAR.gz").write_bytes(gzip.compress(poscar(SYMBOLS).encode()))
    dos = read_dos(tmp_path / "DOSCAR.gz")
    assert dos.symbols == tuple(SYMBOLS)
    np.testing.assert_allclose(dos.d_states, d, atol=1e-4)
    xml = vasprun(ENERGY, densities, FERMI, SYMBOLS, names).encode()
    for name in ("vasprun.xml.gz", "packed-without-ending"):
        (tmp_path / name).write_bytes(gzip.compress(xml))
        np.testing.assert_allclose(read_dos(tmp_path / name).d_states, d, atol=1e-9)
    (tmp_path / "run.gz").write_bytes(xml)
    assert read_dos(tmp_path / "run.gz").is_spin_polarized


def test_the_structure_of_a_doscar(tmp_path):
    _, densities, _ = written(10, 1, False)
    file = tmp_path / "DOSCAR"
    file.write_text(doscar(ENERGY, densities, FERMI))
    assert read_dos(file).atoms is None
    assert read_dos(file).symbols == ("X", "X", "X")
    (tmp_path / "POSCAR").write_text(poscar(SYMBOLS))
    (tmp_path / "CONTCAR").write_text("")  # left empty by a run that was stopped
    assert read_dos(file).symbols == tuple(SYMBOLS)
    other = tmp_path / "other.vasp"
    other.write_text(poscar(["Pt", "Pt", "O"]))
    assert read_dos(file, structure=other).symbols == ("Pt", "Pt", "O")


def test_fortran_numbers_of_a_doscar(tmp_path):
    energy = np.linspace(-2.0, 8.0, 20001)
    densities = np.zeros((1, 1, 3, energy.size))
    densities[0, 0, 2] = 1.0
    text = doscar(energy, densities, FERMI)
    assert "-2.0000000020001" in text  # NEDOS runs into EMIN
    text = text.replace("0.0000E+00", "0.1234-104")
    (tmp_path / "DOSCAR").write_text(text)
    dos = read_dos(tmp_path / "DOSCAR")
    assert dos.fermi_level_ev == FERMI
    assert dos.d_states.shape == (1, 1, 1, 20001)
    # The energies are rounded to 0.001 eV in their column, twice as coarse as the grid.
    np.testing.assert_allclose(dos.energy_ev, energy - FERMI, atol=1e-9)


def _broken_doscars():
    _, densities, _ = written(11, 1, False)
    good = doscar(ENERGY, densities, FERMI)
    lines = good.splitlines()
    yield "\n".join(lines[:-20]), r"cut short: atom 2 of 3 has 161 of 181 lines"
    yield "\n".join(lines[:100]), r"cut short: the total density of states has 94 of 181"
    yield "\n".join(lines[:3]), "is no DOSCAR"
    yield good[: len(good) // 2 - 30], "cut short|no table"
    yield good[:-5], "ends within a line"
    yield " running on 4 cores\n vasp.6.4.2\n" * 10, "is no DOSCAR"
    yield doscar(ENERGY, densities, FERMI, partial=False), "LORBIT = 10, 11 or 12"
    yield doscar(ENERGY, densities, FERMI, total_columns=4), "4 columns, not 3 or 5"
    yield doscar(ENERGY, densities[:, :, :5], FERMI), "5 columns of orbitals"
    yield good.replace(lines[400][-12:], "************", 1), "no table|not finite"
    yield doscar(ENERGY, densities, 30.0), "Fermi level, 30 eV, lies outside"
    yield doscar(ENERGY, densities, -10.5), "Fermi level, -10.5 eV, lies outside"
    yield doscar(ENERGY[::-1], densities, FERMI), "do not increase"
    yield good.replace(lines[5], f"{lines[5]}; Z= 29; 4s 3d_xy"), "is of LOBSTER"
    yield "\n".join([*lines[:5], "  33   18   24", *lines[6:]]), "is no DOSCAR"  # an EIGENVAL
    yield "", "is empty"


@pytest.mark.parametrize(("text", "says"), list(_broken_doscars()))
def test_broken_doscar_is_one_clear_message(tmp_path, text, says):
    (tmp_path / "DOSCAR").write_text(text)
    with pytest.raises(DescriptorError, match=says) as caught:
        read_dos(tmp_path / "DOSCAR")
    assert "\n" not in str(caught.value)
    assert str(tmp_path / "DOSCAR") in str(caught.value)


def _broken_vaspruns():
    names, densities, _ = written(11, 2, False)

    def whole(**changes):
        return vasprun(ENERGY, densities, FERMI, SYMBOLS, names, **changes)

    good = whole()
    yield good[: len(good) // 2], "cut short"
    yield "<?xml version='1.0'?><html></html>", "not VASP's vasprun.xml"
    yield good.replace("</partial>", ""), "damaged vasprun.xml"
    yield good.replace("<generator>", "<maker>").replace("</generator>", "</maker>"), "damaged"
    yield whole(dos=False), "has no density of states"
    yield whole(partial=False), "LORBIT = 10, 11 or 12"
    yield good.replace(f"{FERMI:.8f}", "unknown"), "density of states that is damaged"
    yield good.replace(f"{FERMI:.8f}", "99.0"), "Fermi level, 99 eV, lies outside"
    yield (
        vasprun(ENERGY, densities[:2], FERMI, SYMBOLS[:2], names).replace(
            "<v>0 0 0.500000</v>", ""
        ),
        "damaged",
    )


@pytest.mark.parametrize(("text", "says"), list(_broken_vaspruns()))
def test_broken_vasprun_is_one_clear_message(tmp_path, text, says):
    (tmp_path / "vasprun.xml").write_text(text)
    with pytest.raises(DescriptorError, match=says) as caught:
        read_dos(tmp_path / "vasprun.xml")
    assert "\n" not in str(caught.value)


def test_files_of_other_kinds(tmp_path):
    with pytest.raises(DescriptorError, match="No such file"):
        read_dos(tmp_path / "nowhere.xml")
    with pytest.raises(DescriptorError, match="File name too long"):
        read_dos(tmp_path / ("x" * 300))
    with pytest.raises(DescriptorError, match="is a folder without files of projwfc"):
        read_dos(tmp_path)
    (tmp_path / "WAVECAR").write_bytes(bytes(range(256)) * 4)
    with pytest.raises(DescriptorError, match="binary"):
        read_dos(tmp_path / "WAVECAR")
    packed = gzip.compress(b"text" * 1000)
    (tmp_path / "DOSCAR.gz").write_bytes(packed[:-12])
    with pytest.raises(DescriptorError, match="does not unpack"):
        read_dos(tmp_path / "DOSCAR.gz")
    with pytest.raises(DescriptorError, match=r"name the file in it: DOSCAR.gz$"):
        read_dos(tmp_path)
    (tmp_path / "cu.gpw").write_text("gone")
    with pytest.raises(DescriptorError, match="does not begin as files of GPAW do"):
        read_dos(tmp_path / "cu.gpw")


@pytest.mark.parametrize("thing", [3, None, b"DOSCAR", ""])
def test_what_is_no_path_is_refused(thing):
    with pytest.raises(DescriptorError, match="is no path of a file; give a vasprun"):
        read_dos(thing)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b'{"energies": [0, 1]}', r"is JSON; .*dos_from_arrays"),
        (b"- of UlmASE-Trajectory" + bytes(20), "a trajectory or another of ASE's files"),
        (b"# Tetrahedron method\n0.0 0.1\n0.1 0.2\n" * 9, "is no DOSCAR"),  # phonopy's
        (gzip.compress(b"text" * 100), "is no DOSCAR"),
        (b"\x1f\x8b\x08", "does not unpack"),
    ],
)
def test_contents_of_other_kinds(tmp_path, content, says):
    file = tmp_path / "DOSCAR"
    file.write_bytes(content)
    with pytest.raises(DescriptorError, match=says):
        read_dos(file)


def test_files_that_may_not_be_read(tmp_path, monkeypatch):
    file = tmp_path / "DOSCAR"
    file.write_text("")

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr(type(file), "open", refuse)
    with pytest.raises(DescriptorError, match="cannot be read: Permission denied"):
        read_dos(file)


def test_the_fermi_level_given(tmp_path):
    names, densities, _ = written(11, 1, False)
    (tmp_path / "vasprun.xml").write_text(
        vasprun(ENERGY, densities, 99.0, SYMBOLS, names)  # outside its energies
    )
    with pytest.raises(DescriptorError, match="or give the right one"):
        read_dos(tmp_path / "vasprun.xml")
    dos = read_dos(tmp_path / "vasprun.xml", fermi_level_ev=FERMI)
    np.testing.assert_allclose(dos.energy_ev, ENERGY - FERMI, atol=1e-9)
    for wrong in (float("nan"), float("inf")):
        with pytest.raises(DescriptorError, match="is no energy"):
            read_dos(tmp_path / "vasprun.xml", fermi_level_ev=wrong)


def test_coarse_energies_are_said_so(tmp_path):
    for n, says in ((401, []), (151, ["every 0.120 eV, .* up to 0.060 eV too high"])):
        energy = np.round(np.linspace(-10, 8, n), 4)
        densities = orbital_densities(energy - FERMI, n_atoms=1, n_spins=1, n_orbitals=9)
        (tmp_path / "DOSCAR").write_text(doscar(energy, densities, FERMI))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            read_dos(tmp_path / "DOSCAR")
        assert len(caught) == len(says)
        assert all(re.search(text, str(w.message)) for text, w in zip(says, caught, strict=True))


def test_a_structure_in_python(tmp_path):
    _, densities, _ = written(10, 1, False)
    (tmp_path / "DOSCAR").write_text(doscar(ENERGY, densities, FERMI))
    atoms = ase.Atoms("PtPtO", positions=np.eye(3))
    assert read_dos(tmp_path / "DOSCAR", structure=atoms).symbols == ("Pt", "Pt", "O")
    assert "file" not in atoms.info
    with pytest.raises(DescriptorError, match="has 3 atoms, but the structure given has 2"):
        read_dos(tmp_path / "DOSCAR", structure=atoms[:2])


def test_a_poscar_without_elements(tmp_path):
    _, densities, _ = written(10, 1, False)
    (tmp_path / "DOSCAR").write_text(doscar(ENERGY, densities, FERMI))
    lines = poscar(SYMBOLS).splitlines()
    del lines[5]
    (tmp_path / "POSCAR").write_text("\n".join(lines) + "\n")
    with pytest.raises(DescriptorError, match="names no elements, as POSCARs of VASP 4"):
        read_dos(tmp_path / "DOSCAR")


_SMALL = np.round(np.linspace(-10, 8, 13), 4)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damaged_files_are_read_or_refused_in_one_sentence(data, tmp_path_factory):
    """Cut at any byte, with bytes changed, left out or doubled: never another library's error."""
    names = fields(lorbit=11, with_f=False)
    densities = orbital_densities(_SMALL - FERMI, n_atoms=2, n_spins=2, n_orbitals=9)
    texts = {
        "DOSCAR": doscar(_SMALL, densities, FERMI),
        "vasprun.xml": vasprun(_SMALL, densities, FERMI, ["Fe", "O"], names),
        "POSCAR": poscar(["Fe", "O"]),
    }
    files = {name: text.encode() for name, text in texts.items()}
    files["packed"] = gzip.compress(files["DOSCAR"], mtime=0)
    kind = data.draw(st.sampled_from(sorted(files)))
    content = files[kind]
    start = data.draw(st.integers(0, len(content) - 1))
    end = data.draw(st.integers(start, min(len(content), start + 40)))
    change = data.draw(st.sampled_from(["cut", "replace", "leave out", "double"]))
    new = data.draw(st.binary(min_size=1, max_size=4)) if change == "replace" else b""
    files[kind] = {
        "cut": content[:start],
        "replace": content[:start] + new + content[start + len(new) :],
        "leave out": content[:start] + content[end:],
        "double": content[:end] + content[start:],
    }[change]
    folder = tmp_path_factory.mktemp("damaged")
    for name, written_content in files.items():
        (folder / name).write_bytes(written_content)
    refusal = ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DosFileWarning)
        try:
            d_band_table(read_dos(folder / ("DOSCAR" if kind == "POSCAR" else kind)))
        except CatmlError as problem:
            refusal = str(problem)
    assert "\n" not in refusal


def test_a_structure_of_another_calculation(tmp_path):
    names, densities, _ = written(11, 1, False)
    (tmp_path / "DOSCAR").write_text(doscar(ENERGY, densities, FERMI))
    (tmp_path / "POSCAR").write_text(poscar(["Cu"] * 4))
    with pytest.raises(DescriptorError, match=r"has 3 atoms, but .*POSCAR has 4"):
        read_dos(tmp_path / "DOSCAR")
    (tmp_path / "POSCAR").write_text("no structure\n")
    with pytest.raises(DescriptorError, match="no POSCAR that can be read"):
        read_dos(tmp_path / "DOSCAR")
    (tmp_path / "vasprun.xml").write_text(vasprun(ENERGY, densities, FERMI, SYMBOLS, names))
    with pytest.raises(DescriptorError, match="holds its own structure"):
        read_dos(tmp_path / "vasprun.xml", structure=tmp_path / "POSCAR")
