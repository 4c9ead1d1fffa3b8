"""Physical constants in the units catml uses: eV, Å, K, s.

Values of the 2018 CODATA adjustment (doi:10.1103/RevModPhys.93.025010).
"""

BOLTZMANN_EV_PER_K = 8.617333262e-5
PLANCK_EV_S = 4.135667696e-15
HBAR2_PER_ELECTRON_MASS_EV_ANG2 = 7.619964231
