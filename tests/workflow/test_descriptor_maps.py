import numpy as np
from ase.build import fcc100

from catml.data.tables import load_dataset
from catml.models.adsorption import AdsorptionModel
from catml.workflow.descriptor_maps import draw_descriptor_map


def test_a_model_lays_its_rows_and_the_sites_it_is_asked_about_on_one_map() -> None:
    table = load_dataset("ma2015")
    model = AdsorptionModel("CO", regressor="ridge", descriptors="environment").fit(table)
    slab = fcc100("Cu", (1, 1, 4), a=3.66, vacuum=8)
    outside = [False] * 3 + [True] * 3 + [False] * 3
    _, data = draw_descriptor_map(model, ["Cu(100)", "Hf@Cu(100)", slab], outside)
    training, candidates = (data[data["role"] == role] for role in ("training", "candidate"))
    assert len(training) == 285
    assert candidates["outside"].tolist() == outside
    assert not training["outside"].any()
    places = candidates[["x", "y"]].to_numpy()
    # The slab is that of the name, and its site on top is a training row.
    np.testing.assert_allclose(places[-3:], places[:3], atol=1e-9)
    copper = table.index[table["surface"] == "Cu(100)"][0]
    np.testing.assert_allclose(places[0], training[["x", "y"]].to_numpy()[copper], atol=1e-9)
    # Hafnium is in no training row.
    distances = np.linalg.norm(places[:6, None] - training[["x", "y"]].to_numpy(), axis=2)
    nearest = distances.min(axis=1)
    assert nearest[3:].min() > nearest[:3].max()
