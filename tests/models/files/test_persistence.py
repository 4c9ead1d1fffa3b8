import io
import json
import re
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from catml.errors import ModelError
from catml.models.adsorption import AdsorptionModel
from catml.models.files import persistence
from catml.models.files.container import packed, unpacked
from catml.models.files.persistence import load_model, save_model
from catml.models.priors.adsorbate_transfer import AdsorbateTransfer
from tests.models.files.archives import rewritten
from tests.models.problems import dataset


def fitted(regressor: str = "ridge") -> AdsorptionModel:
    model = AdsorptionModel("CO", regressor=regressor, descriptors="environment", n_jobs=1)
    return model.fit(dataset())


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("model") / "co.skops"
    fitted().save(path)
    return path.read_bytes()


@pytest.mark.parametrize("regressor", ["gaussian_process", "ridge", "xgboost", "kernel_ridge"])
def test_predictions_survive_a_round_trip(regressor: str, tmp_path: Path) -> None:
    model = fitted(regressor)
    model.save(tmp_path / "co.skops")
    again = load_model(tmp_path / "co.skops")
    new = dataset(30, seed=5)
    before, after = model.predict(new), again.predict(new)
    for column in ("energy_ev", "std_ev", "lower_ev", "upper_ev"):
        np.testing.assert_allclose(after[column], before[column], rtol=1e-6)
    assert after["domain_reason"].tolist() == before["domain_reason"].tolist()
    assert again.training_ == model.training_
    assert again.get_params() == model.get_params()
    again.save(tmp_path / "again.skops")
    assert load_model(tmp_path / "again.skops").training_ == model.training_


def test_no_square_matrix_is_stored(tmp_path: Path) -> None:
    fitted("gaussian_process").save(tmp_path / "co.skops")
    with zipfile.ZipFile(tmp_path / "co.skops") as archive:
        arrays = np.load(io.BytesIO(archive.read("regressor.npz")))
        assert all(120 not in arrays[name].shape[1:] for name in arrays.files)


def test_header_states_what_the_model_is(saved: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(saved)) as archive:
        header = json.loads(archive.read("header.json"))
    assert header["model"]["adsorbate"] == "CO"
    assert header["training"]["reference"] == "CO(g)"
    assert header["training"]["functional"] == "RPBE"
    assert len(header["training"]["checksum"]) == 64
    assert {"python", "numpy", "scikit-learn", "skops", "xgboost"} < set(header["packages"])
    by_split = {score["split"]: score for score in header["scores"]}
    assert by_split["composition"]["n_rows"] == 120
    assert 0 < by_split["composition"]["mae_ev"] < by_split["composition"]["rmse_ev"] < 0.5
    assert "energy_ev" not in header["witnesses"]["rows"]


def refused(content: bytes, path: Path) -> str:
    path.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        load_model(path)
    assert "not a usable model file" in str(caught.value)
    return str(caught.value)


def test_a_model_of_another_type_is_not_saved(tmp_path: Path) -> None:
    transfer = AdsorbateTransfer("CO", dataset(adsorbate="O"))
    with pytest.raises(ModelError, match=r"type AdsorbateTransfer cannot be saved.* fit it again"):
        save_model(transfer, tmp_path / "transfer.skops")


def test_every_truncation_is_refused(saved: bytes, tmp_path: Path) -> None:
    for length in (0, 10, len(saved) // 2, len(saved) - 30):
        refused(saved[:length], tmp_path / "cut.skops")


def test_a_changed_byte_anywhere_in_a_member_is_refused(saved: bytes, tmp_path: Path) -> None:
    def flip(members: dict[str, bytes]) -> None:
        raw = bytearray(members["regressor.npz"])
        raw[-200] ^= 1
        members["regressor.npz"] = bytes(raw)

    assert "altered" in refused(rewritten(saved, flip), tmp_path / "bad.skops")


def edit_header(**changes: object):
    def change(members: dict[str, bytes]) -> None:
        header = json.loads(members["header.json"])
        header.update(changes)
        members["header.json"] = json.dumps(header).encode()

    return change


def test_an_edited_header_is_refused(saved: bytes, tmp_path: Path) -> None:
    edited = rewritten(saved, edit_header(feature_names=["one"]))
    assert "altered" in refused(edited, tmp_path / "bad.skops")


def test_another_schema_version_is_refused(saved: bytes, tmp_path: Path) -> None:
    message = refused(rewritten(saved, edit_header(schema=99)), tmp_path / "new.skops")
    assert re.search(r"saved by catml \S+ in schema 99; this catml \S+ reads schema 3", message)


def forged(content: bytes, change) -> bytes:
    """The file after a change of its header, with checksums that fit again."""
    header, members = unpacked(content)
    change(header)
    return packed({k: v for k, v in header.items() if k != "members"}, members)


def test_a_model_that_predicts_something_else_now_is_refused(saved: bytes, tmp_path: Path) -> None:
    def other_energy(header: dict) -> None:
        header["witnesses"]["predicted"]["energy_ev"][1] += 0.5
        header["packages"]["numpy"] = "0.9"

    message = refused(forged(saved, other_energy), tmp_path / "bad.skops")
    assert "0.5 eV away from what it did when it was saved" in message
    assert "saved with numpy 0.9, now" in message

    def other_columns(header: dict) -> None:
        header["feature_names"][0] = "something_else"

    message = refused(forged(saved, other_columns), tmp_path / "bad.skops")
    assert "other descriptors than this catml computes" in message


@pytest.mark.parametrize("regressor", ["gaussian_process", "xgboost", "kernel_ridge"])
def test_the_same_seed_gives_the_same_bits_and_so_does_the_file(
    regressor: str, tmp_path: Path
) -> None:
    first, second = fitted(regressor), fitted(regressor)
    first.save(tmp_path / "co.skops")
    new = dataset(30, seed=5)
    expected = first.predict(new)
    for other in (second, load_model(tmp_path / "co.skops")):
        pd.testing.assert_frame_equal(other.predict(new), expected, check_exact=True)


@pytest.mark.parametrize("content", [b"", b"hello", b"\x80\x04K\x01."])
def test_foreign_files_are_refused(content: bytes, tmp_path: Path) -> None:
    refused(content, tmp_path / "foreign.skops")


def test_a_foreign_archive_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("schema.json", "{}")
    assert "not written by catml" in refused(buffer.getvalue(), tmp_path / "foreign.skops")


def test_a_type_that_is_not_trusted_is_refused(monkeypatch, tmp_path: Path) -> None:
    import skops.io

    model = fitted("kernel_ridge")
    foreign = skops.io.dumps(model.domain_)
    monkeypatch.setattr(skops.io, "dumps", lambda _: foreign)
    save_model(model, tmp_path / "odd.skops")
    refused((tmp_path / "odd.skops").read_bytes(), tmp_path / "odd.skops")


def test_pickled_arrays_are_refused(monkeypatch, tmp_path: Path) -> None:
    def pack(arrays):
        buffer = io.BytesIO()
        np.savez(buffer, **dict(arrays), evil=np.array([{}], dtype=object))
        return buffer.getvalue()

    monkeypatch.setattr(persistence, "array_bytes", pack)
    save_model(fitted(), tmp_path / "odd.skops")
    refused((tmp_path / "odd.skops").read_bytes(), tmp_path / "odd.skops")


def test_a_missing_file_and_an_unwritable_folder_are_one_message(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(tmp_path / "none.skops")
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="cannot write"):
        fitted().save(tmp_path / "file" / "co.skops")
    with pytest.raises(ModelError, match="not fitted"):
        AdsorptionModel("CO").save(tmp_path / "co.skops")


def test_a_failed_save_leaves_the_old_file(monkeypatch, tmp_path: Path, saved: bytes) -> None:
    path = tmp_path / "co.skops"
    path.write_bytes(saved)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(ModelError, match="No space left"):
        fitted().save(path)
    assert path.read_bytes() == saved
    assert [p.name for p in tmp_path.iterdir()] == ["co.skops"]
