"""Make the trained models that come with the package:  python -m catml.models.trained

Takes about a minute per model on two cores. Give adsorbates to make only theirs.
"""

import sys
import time
from collections.abc import Sequence

from catml.data.tables import load_dataset
from catml.errors import CatmlError
from catml.models.adsorption import AdsorptionModel
from catml.models.trained.shipped import SHIPPED, shipped_path, write_shipped


def main(adsorbates: Sequence[str]) -> int:
    """Fit, save and describe the default models of adsorbates; return the exit code."""
    for adsorbate in adsorbates or SHIPPED:
        start = time.perf_counter()
        try:
            model = AdsorptionModel(adsorbate).fit(load_dataset(adsorbate))
            record = write_shipped(model)
        except CatmlError as problem:
            print(f"{adsorbate}: {problem}", file=sys.stderr)
            return 2
        path = shipped_path(adsorbate)
        composition = next(score for score in model.scores_ if score.split == "composition")
        print(
            f"{path}: {record.n_rows} rows, {model.training_.regressor}, "
            f"{path.stat().st_size / 1e6:.2f} MB, {time.perf_counter() - start:.0f} s; "
            f"MAE {composition.mae_ev:.3f} eV on rows held out by composition"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
