"""Small tables like those of a real screening, made up from a fixed seed."""

import numpy as np
import pandas as pd

ACTIVITY = "log10(j / (mA/cm2))"
HOSTS = ("Cu", "Ni", "Pd", "Pt", "Ag", "Au")
GUESTS = ("Al", "Sc", "Ti", "Fe", "Co", "Zn", "Y", "Zr", "Nb", "Ru", "Rh", "Hf", "Re", "Ir")
WINDOW_EV = (-0.77, -0.57)
_PURE_EV = {"Cu": -0.6, "Ni": -1.75, "Pd": -1.6, "Pt": -1.7, "Ag": -0.07, "Au": -0.25}


def activity_of(energy_ev):
    """Two straight legs that meet at −0.67 eV: log10 of the current density in mA/cm²."""
    return np.minimum(1.433 * energy_ev + 2.087, -3.952 * energy_ev - 1.521)


def volcano_curve():
    energy = np.linspace(-2.1, 0.3, 121)
    return pd.DataFrame({"energy_ev": energy, "log10_activity": activity_of(energy)})


def published_points():
    energy = np.array([-1.88, -1.82, -1.78, -1.69, -0.77, -0.32, -0.24])
    names = ["Ni", "Rh", "Pt", "Pd", "Cu", "Au", "Ag"]
    return pd.DataFrame(
        {"label": names, "energy_ev": energy, "log10_activity": activity_of(energy) + 0.03}
    )


def candidates(seed=7):
    """Overlayers and skins on (100) with the pure metals as known references, ranked."""
    rng = np.random.default_rng(seed)
    rows = [_row(f"{host}(100)", host, "", "pure", _PURE_EV[host], np.nan) for host in HOSTS]
    for host in HOSTS:
        for guest in GUESTS:
            for name, family in (
                (f"{guest}@{host}(100)", "overlayer"),
                (f"{host}3{guest}@{host}(100)", "skin"),
            ):
                energy = _PURE_EV[host] + rng.normal(0.0, 0.28)
                std = rng.uniform(0.06, 0.2)
                rows.append(_row(name, host, guest, family, energy, std))
    table = pd.DataFrame(rows)
    draws = table["energy_ev"].to_numpy()[:, None] + table["std_ev"].fillna(0.03).to_numpy()[
        :, None
    ] * rng.normal(size=(len(table), 400))
    table["probability_in_window"] = ((draws > WINDOW_EV[0]) & (draws < WINDOW_EV[1])).mean(axis=1)
    activity = activity_of(draws)
    table["log10_activity"] = activity_of(table["energy_ev"].to_numpy())
    table["log10_activity_lower"], table["log10_activity_upper"] = np.quantile(
        activity, [0.05, 0.95], axis=1
    )
    table = table.sort_values(["probability_in_window", "surface"], ascending=[False, True])
    table = table.reset_index(drop=True)
    best = table.index[table["family"] != "pure"][:10]
    table["shortlisted"] = table.index.isin(best)
    return table


def _row(name, host, guest, family, energy, std):
    origin = "known" if np.isnan(std) else "extrapolated" if guest in ("Re", "Hf") else "predicted"
    reason = f"no {guest} in the training data" if origin == "extrapolated" else ""
    return {
        "surface": name, "host": host, "guest": guest, "family": family,
        "best_site": "ontop-1", "site_kind": "ontop", "site_subtype": "", "energy_ev": energy,
        "std_ev": std, "lower_ev": energy - 1.645 * std, "upper_ev": energy + 1.645 * std,
        "origin": origin, "domain_reason": reason,
    }  # fmt: skip


def predictions(n=281, seed=3):
    rng = np.random.default_rng(seed)
    energy = rng.uniform(-2.4, 0.5, n)
    tables = {}
    for split, noise in (("random", 0.09), ("composition", 0.13), ("host", 0.23)):
        errors = noise * rng.standard_t(4, n) / np.sqrt(2)
        tables[split] = pd.DataFrame({"energy_ev": energy, "predicted_ev": energy + errors})
    return tables


def scores():
    rows = []
    for split, rmse, mae, groups in (
        ("random", 0.0925, 0.067, 281),
        ("composition", 0.134, 0.098, 187),
        ("host", 0.231, 0.171, 6),
    ):
        for metric, value, unit in (
            ("rmse", rmse, "eV"),
            ("mae", mae, "eV"),
            ("coverage_90", 0.89, ""),
        ):
            rows.append(
                {"split": split, "metric": metric, "value": value, "low": value * 0.9,
                 "high": value * 1.08, "n": 281, "n_groups": groups, "unit": unit}
            )  # fmt: skip
    return pd.DataFrame(rows)


def coverage():
    rows = []
    for split, shift in (("random", 0.02), ("composition", -0.01), ("host", -0.06)):
        for nominal in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95):
            observed = nominal + shift * 4 * nominal * (1 - nominal)
            half = 1.96 * np.sqrt(observed * (1 - observed) / 281)
            rows.append(
                {"split": split, "nominal": nominal, "observed": observed,
                 "low": observed - half, "high": min(1.0, observed + half), "n": 281}
            )  # fmt: skip
    return pd.DataFrame(rows)


def group_errors():
    values = {"Cu": 0.11, "Ni": 0.16, "Pd": 0.13, "Pt": 0.24, "Ag": 0.09, "Au": 0.12}
    return pd.DataFrame(
        [
            {"group": host, "value": value, "low": value * 0.8, "high": value * 1.3, "n": 46}
            for host, value in values.items()
        ]
    )


def site_energies(seed=5):
    rng = np.random.default_rng(seed)
    shortlist = candidates().query("shortlisted")
    kinds = [
        ("ontop-1", "ontop", ""),
        ("bridge-1", "bridge", ""),
        ("hollow-4fold-1", "hollow", "4fold"),
    ]
    rows = []
    for row in shortlist.itertuples():
        for step, (site, kind, subtype) in enumerate(kinds):
            energy = row.energy_ev + step * abs(rng.normal(0.12, 0.08))
            rows.append(
                {"surface": row.surface, "site": site, "site_kind": kind, "site_subtype": subtype,
                 "energy_ev": energy, "lower_ev": energy - 0.2, "upper_ev": energy + 0.2,
                 "origin": row.origin}
            )  # fmt: skip
    return pd.DataFrame(rows)
