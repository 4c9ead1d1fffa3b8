"""Small VASP files in the layouts of its manual, written from given densities."""

import numpy as np

P_FIELDS = ["py", "pz", "px"]
D_FIELDS = ["dxy", "dyz", "dz2", "dxz", "x2-y2"]
F_FIELDS = ["fy3x2", "fxyz", "fyz2", "fz3", "fxz2", "fzx2", "fx3"]
LM_FIELDS = ["s", *P_FIELDS, *D_FIELDS, *F_FIELDS]
L_FIELDS = ["s", "p", "d", "f"]


def fields(*, lorbit: int, with_f: bool) -> list[str]:
    if lorbit == 10:
        return L_FIELDS if with_f else L_FIELDS[:3]
    return LM_FIELDS if with_f else LM_FIELDS[:9]


def orbital_densities(energy, *, n_atoms, n_spins, n_orbitals, seed=0):
    """Random sums of Gaussians, shape (atoms, spins, orbitals, n), rounded as VASP rounds."""
    rng = np.random.default_rng(seed)
    shape = (n_atoms, n_spins, n_orbitals, 3, 1)
    centers, widths = rng.uniform(-5, 1, shape), rng.uniform(0.3, 1.0, shape)
    heights = rng.uniform(0.05, 0.4, shape)
    return np.round((heights * np.exp(-(((energy - centers) / widths) ** 2))).sum(axis=3), 4)


def doscar(energy, densities, fermi, *, partial=True, total_columns=None):
    """DOSCAR of densities (atoms, channels, orbitals, n); 1, 2 or 4 channels."""
    n_atoms, channels = densities.shape[:2]
    n = len(energy)
    head = f"{energy[-1]:16.8f}{energy[0]:16.8f}{n:5d}{fermi:16.8f}{1:16.8f}"
    lines = [
        f"{n_atoms:4d}{n_atoms:4d}{int(partial):4d}{0:4d}",
        "  0.1166400E+02  0.3600000E-09  0.3600000E-09  0.3600000E-09  0.5000000E-15",
        "  1.000000000000000E-004",
        "  CAR ",
        " slab",
        head,
    ]
    columns = total_columns or (5 if channels == 2 else 3)
    for e in energy:
        lines.append(f"{e:11.3f}" + "".join(f"{1.0:12.4E}" for _ in range(columns - 1)))
    if partial:
        for atom in densities:
            lines.append(head)
            for k, e in enumerate(energy):
                row = atom[:, :, k].T.ravel()  # s(up) s(down) py(up) ...
                lines.append(f"{e:11.3f}" + "".join(f"{value:12.4E}" for value in row))
    return "\n".join(lines) + "\n"


def poscar(symbols):
    kinds = list(dict.fromkeys(symbols))
    assert list(symbols) == sorted(symbols, key=kinds.index)
    counts = " ".join(str(list(symbols).count(kind)) for kind in kinds)
    places = [f"0.0 0.0 {i / len(symbols):.6f}" for i in range(len(symbols))]
    cell = f"2.5 0 0\n0 2.5 0\n0 0 {2.0 * len(symbols):.1f}"
    return "\n".join(["slab", "1.0", cell, " ".join(kinds), counts, "Direct", *places]) + "\n"


def vasprun(energy, densities, fermi, symbols, names, *, partial=True, dos=True, extra=""):
    """Return a vasprun.xml of densities (atoms, channels, orbitals, n)."""
    n_atoms, channels = densities.shape[:2]
    spins = 2 if channels == 2 else 1
    cell = (
        f"<varray name='basis'><v>2.5 0 0</v><v>0 2.5 0</v><v>0 0 {2.0 * n_atoms:.1f}</v></varray>"
    )
    places = "".join(f"<v>0 0 {i / n_atoms:.6f}</v>" for i in range(n_atoms))
    structure = f"<crystal>{cell}</crystal><varray name='positions'>{places}</varray></structure>"
    atoms = "".join(f"<rc><c>{s}</c><c>1</c></rc>" for s in symbols)
    types = "".join(
        f"<rc><c>1</c><c>{s}</c><c>1.0</c><c>1.0</c><c>PAW_PBE {s} 01Jan2000</c></rc>"
        for s in dict.fromkeys(symbols)
    )

    def rows(columns):
        return "".join(
            "<r>" + " ".join(f"{v:.4f}" for v in row) + "</r>" for row in np.column_stack(columns)
        )

    flat = np.ones_like(energy)
    total = "".join(
        f"<set comment='spin {s + 1}'>{rows([energy, flat, flat])}</set>" for s in range(spins)
    )
    block = f"<total><array><set>{total}</set></array></total>"
    if partial:
        headings = "<field>energy</field>" + "".join(f"<field> {name} </field>" for name in names)
        ions = "".join(
            f"<set comment='ion {i + 1}'>"
            + "".join(
                f"<set comment='spin {s + 1}'>{rows([energy, *atom[s]])}</set>"
                for s in range(channels)
            )
            + "</set>"
            for i, atom in enumerate(densities)
        )
        block += f"<partial><array>{headings}<set>{ions}</set></array></partial>"
    dos_block = f"<dos><i name='efermi'>{fermi:.8f}</i>{block}</dos>" if dos else ""
    return (
        "<?xml version='1.0' encoding='ISO-8859-1'?>\n<modeling>"
        "<generator><i name='program' type='string'>vasp</i>"
        "<i name='version' type='string'>6.4.2</i></generator>"
        "<incar></incar>"
        "<kpoints><generation param='Gamma'><v name='divisions'>1 1 1</v></generation>"
        "<varray name='kpointlist'><v>0 0 0</v></varray>"
        "<varray name='weights'><v>1</v></varray></kpoints>"
        f"<parameters><i type='int' name='IBRION'>-1</i><i type='int' name='NSW'>0</i>"
        f"<i type='int' name='NELM'>60</i>{extra}</parameters>"
        f"<atominfo><array name='atoms'><set>{atoms}</set></array>"
        f"<array name='atomtypes'><set>{types}</set></array></atominfo>"
        f"<structure name='initialpos'>{structure}"
        "<calculation><scstep><energy><i name='e_fr_energy'>-1.0</i></energy></scstep>"
        f"<structure>{structure}"
        f"<energy><i name='e_fr_energy'>-1.0</i></energy>{dos_block}</calculation>"
        f"<structure name='finalpos'>{structure}</modeling>\n"
    )
