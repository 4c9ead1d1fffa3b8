"""What VASP's other files say of a density of states: LOCPOT, OUTCAR and vasprun.xml beside it.

The work function takes the vacuum level from the LOCPOT (LVHAR or LVTOT), averaged over planes, or
else from the OUTCAR, where VASP writes it for slabs with IDIPOL or LVACPOTAV. The Fermi level of
the OUTCAR, or else of the vasprun.xml, is compared with that of a DOSCAR.
Formats: https://www.vasp.at/wiki/index.php/LOCPOT,
https://www.vasp.at/wiki/index.php/Computing_the_work_function.
"""

import re
import warnings
from pathlib import Path

from catml.descriptors.dos import ProjectedDos, with_vacuum
from catml.descriptors.reading.file_content import DosFileWarning, opened, unpacked_copy
from catml.descriptors.reading.vacuum_level import VacuumLevels, vacuum_levels
from catml.descriptors.reading.vasprun import as_atoms
from catml.errors import DescriptorError

_NUMBER = rb"\s+(-?\d+\.\d+)"
_OUTCAR_VACUUM = re.compile(rb"vacuum level on the upper side and lower side.*?" + 2 * _NUMBER)
_OUTCAR_FERMI = re.compile(rb"(?:E-fermi\s*:|Fermi energy:)\s*(-?\d+\.\d+)")
_VASPRUN_FERMI = re.compile(rb'name=["\']efermi["\']>\s*(-?\d+\.\d+)')
# DOSCAR and OUTCAR round alike; more than this is another calculation or another algorithm.
_SAME_EV = 0.01


def beside(file: Path, kind: str) -> Path | None:
    """Return the file of a kind, as ``"LOCPOT"``, beside another of VASP's, or None.

    ``DOSCAR.relaxed`` has ``LOCPOT.relaxed`` beside it, or else ``LOCPOT``; gzipped or not.
    """
    name = file.name.removesuffix(".gz")
    own = re.sub(r"DOSCAR|vasprun\.xml", lambda _: kind, name, count=1)
    for candidate in dict.fromkeys((own, kind) if own != name else (kind,)):
        for found in (file.with_name(candidate), file.with_name(f"{candidate}.gz")):
            if found != file and found.is_file() and found.stat().st_size:
                return found
    return None


def with_work_function(dos: ProjectedDos, file: Path) -> ProjectedDos:
    """Return the densities with the work functions that a LOCPOT or OUTCAR beside them gives.

    Warns
    -----
    DosFileWarning
        If a LOCPOT has no level vacuum, or cannot be used.
    """
    found = beside(file, "LOCPOT")
    if found is not None:
        try:
            levels = _locpot_levels(found, dos)
        except DescriptorError as problem:
            warnings.warn(f"no work function: {problem}", DosFileWarning, stacklevel=4)
            return dos
        if levels is None:
            warnings.warn(
                f"no work function: the potential in {found} is not level on both sides of a slab; "
                "it takes a vacuum of 10 Å and, for unlike sides, a dipole correction (LDIPOL)",
                DosFileWarning,
                stacklevel=4,
            )
            return dos
        return with_vacuum(dos, levels, source=str(found))
    found = beside(file, "OUTCAR")
    if found is None:
        return dos
    matches = _last_match(found, _OUTCAR_VACUUM)
    if matches is None:
        return dos
    upper_ev, lower_ev = (float(number) for number in matches.groups())
    return with_vacuum(dos, VacuumLevels(upper_ev, lower_ev), source=str(found))


def check_fermi_level(fermi_level_ev: float, file: Path) -> None:
    """Compare the Fermi level of a DOSCAR with that of the OUTCAR or vasprun.xml beside it.

    Warns
    -----
    DosFileWarning
        If they differ by more than 0.01 eV.
    """
    for kind, pattern in (("OUTCAR", _OUTCAR_FERMI), ("vasprun.xml", _VASPRUN_FERMI)):
        found = beside(file, kind)
        match = None if found is None else _last_match(found, pattern)
        if match is None:
            continue
        other_ev = float(match.group(1))
        if abs(other_ev - fermi_level_ev) > _SAME_EV:
            warnings.warn(
                f"{file} has its Fermi level at {fermi_level_ev:.4f} eV, {found} at "
                f"{other_ev:.4f} eV; the former is taken, give the right one (--fermi-level) if "
                "it is the latter",
                DosFileWarning,
                stacklevel=4,
            )
        return


def _last_match(file: Path, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
    """Return the last match in a file's lines, or None.

    Warns
    -----
    DosFileWarning
        If it cannot be read.
    """
    last = None
    try:
        with opened(file) as lines:
            for line in lines:
                last = pattern.search(line) or last
    except DescriptorError as problem:
        warnings.warn(f"left out: {problem}", DosFileWarning, stacklevel=5)
        return None
    return last


def _locpot_levels(file: Path, dos: ProjectedDos) -> VacuumLevels | None:
    from pymatgen.io.vasp.outputs import Locpot

    with unpacked_copy(file) as copy:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                locpot = Locpot.from_file(str(copy))
            atoms = as_atoms(locpot.structure)
            potential = locpot.data["total"]
        except Exception as reason:  # pymatgen raises whatever its parser stumbles on
            raise DescriptorError(
                f"{file} is a damaged LOCPOT ({type(reason).__name__}); copy or calculate it again"
            ) from None
    if len(atoms) != len(dos.symbols):
        raise DescriptorError(
            f"{file} has {len(atoms)} atoms, but {dos.source} has {len(dos.symbols)}; they are of "
            "different calculations"
        )
    return vacuum_levels(atoms, potential)
