"""`train` learns, repeats itself, goes on, and says what is wrong with its pictures."""

import errno
import json
import os

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from intertwine.base.errors import FileError, OptionError, ShapeError  # noqa: E402
from intertwine.learn import Classifier, predict, train  # noqa: E402
from learn.training.drawn import CLASSES, bars, write_folder  # noqa: E402

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def model():
    """A net that has learned bars; nobody changes it."""
    return train(bars(60), epochs=6, threads=1)


def weights(classifier):
    return {k: v.numpy() for k, v in classifier.net.state_dict().items()}


def same(one, other):
    return all((a == b).all() for a, b in zip(one.values(), other.values(), strict=True))


class TestLearning:
    def test_unseen_pictures_are_told_apart(self, model):
        images, labels = bars(40, seed=1)
        guesses = model.probabilities(images).argmax(axis=1)
        assert (guesses == labels).mean() > 0.9

    def test_the_same_seed_gives_the_same_bits_and_another_does_not(self):
        data = bars(8)
        one, same_seed, other = (train(data, epochs=1, seed=s, threads=1) for s in (1, 1, 2))
        assert same(weights(one), weights(same_seed))
        assert not same(weights(one), weights(other))

    def test_in_bfloat16_it_learns_too_and_answers_in_float32(self):
        images, labels = bars(60)
        found = train((images, labels), epochs=6, threads=1, dtype="bfloat16")
        assert found.card["settings"]["dtype"] == "bfloat16"
        assert found.card["accuracy"]["validation"]["value"] == 1
        rounded, exact = weights(found), weights(train((images, labels), epochs=6, threads=1))
        assert not same(rounded, exact)
        assert {each.dtype for each in rounded.values()} == {each.dtype for each in exact.values()}

    def test_torch_is_left_as_it_was(self):
        torch.manual_seed(7)
        before, threads = torch.random.get_rng_state(), torch.get_num_threads()
        train(bars(4), epochs=1, threads=1)
        assert (torch.random.get_rng_state() == before).all()
        assert torch.get_num_threads() == threads

    def test_it_stops_when_validation_gets_no_better(self):
        images, labels = bars(20)
        shuffled = np.random.default_rng(0).permutation(labels)  # nothing can be learned
        found = train((images, shuffled), epochs=40, patience=2, threads=1)
        losses = [each["validation_loss"] for each in found.card["epochs"]]
        assert len(losses) < 40
        assert losses.index(min(losses)) == len(losses) - 3

    def test_a_net_of_ones_own(self, tmp_path):
        def maker(channels, classes):
            flat = 16 * 16 * channels
            return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(flat, classes))

        data = bars(8)
        found = train(data, tmp_path / "own", net=maker, epochs=1, threads=1)
        loaded = Classifier.load(tmp_path / "own", net=maker)
        assert (loaded.probabilities(data[0]) == found.probabilities(data[0])).all()
        with pytest.raises(FileError, match="its net is no preset; pass the function"):
            Classifier.load(tmp_path / "own")


class TestGoingOn:
    def stopped(self, folder, at, **options):
        def watch(moment):
            if moment.step == at:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            train(bars(10), folder, epochs=3, threads=1, watch=watch,
                  checkpoint_every_s=0, **options)  # fmt: skip

    def test_the_same_call_goes_on(self, tmp_path):
        calm = train(bars(10), epochs=3, threads=1)
        self.stopped(tmp_path / "m", 5)
        steps = []
        found = train(bars(10), tmp_path / "m", epochs=3, threads=1,
                      watch=lambda moment: steps.append(moment.step))  # fmt: skip
        assert steps[0] == 5
        assert same(weights(found), weights(calm))
        assert found.card["epochs"] == calm.card["epochs"]

    def test_other_settings_do_not(self, tmp_path):
        self.stopped(tmp_path / "m", 5)
        with pytest.raises(OptionError) as raised:
            train(bars(10), tmp_path / "m", epochs=4, threads=1)
        assert str(raised.value).startswith(
            f"train: {tmp_path / 'm' / 'checkpoint.safetensors'} is of another training.\n"
            "  epochs: 3 there, 4 here\n  patience: 1 there, 2 here\n"
        )
        train(bars(10), tmp_path / "m", epochs=1, threads=1, overwrite=True)

    def test_another_dtype_does_not(self, tmp_path):
        self.stopped(tmp_path / "m", 5)
        with pytest.raises(OptionError) as raised:
            train(bars(10), tmp_path / "m", epochs=3, threads=1, dtype="bfloat16")
        assert str(raised.value).splitlines()[1] == "  dtype: 'float32' there, 'bfloat16' here"

    def test_an_unknown_dtype_is_named(self):
        with pytest.raises(OptionError, match="dtype"):
            train(bars(4), epochs=1, dtype="float16")

    def test_other_pictures_do_not(self, tmp_path):
        self.stopped(tmp_path / "m", 5)
        with pytest.raises(OptionError, match=r"\n  pictures: '\w{32}' there, '\w{32}' here\n"):
            train(bars(10, seed=1), tmp_path / "m", epochs=3, threads=1)

    def test_a_full_disk_loses_nothing(self, tmp_path, monkeypatch):
        calm = train(bars(10), epochs=3, threads=1)
        sync, count = os.fsync, [0]

        def full(file):
            count[0] += 1
            if count[0] == 4:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            sync(file)

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(FileError) as raised:
            train(bars(10), tmp_path / "m", epochs=3, threads=1, checkpoint_every_s=0)
        path = tmp_path / "m" / "checkpoint.safetensors"
        assert str(raised.value) == (
            f"Cannot write {path}: No space left on device. Nothing was left there."
        )
        assert [each.name for each in path.parent.iterdir()] == [path.name]
        steps = []
        found = train(bars(10), tmp_path / "m", epochs=3, threads=1,
                      watch=lambda moment: steps.append(moment.step))  # fmt: skip
        assert steps[0] == 4
        assert same(weights(found), weights(calm))

    def test_another_net_does_not(self, tmp_path):
        def maker(width):
            return lambda channels, classes: torch.nn.Sequential(
                torch.nn.Conv2d(channels, width, 16), torch.nn.Flatten(),
                torch.nn.Linear(width, classes),
            )  # fmt: skip

        self.stopped(tmp_path / "m", 5, net=maker(4))
        with pytest.raises(OptionError) as raised:
            train(bars(10), tmp_path / "m", epochs=3, threads=1, net=maker(5))
        assert str(raised.value) == (
            f"train: {tmp_path / 'm' / 'checkpoint.safetensors'} is of another net: 0.weight is "
            "(4, 1, 16, 16) there, (5, 1, 16, 16) here.\n"
            "  Name another folder, or start anew with --force (overwrite=True)."
        )

    def test_a_broken_checkpoint_is_named(self, tmp_path):
        self.stopped(tmp_path / "m", 5)
        path = tmp_path / "m" / "checkpoint.safetensors"
        path.write_bytes(path.read_bytes()[:-100])
        with pytest.raises(FileError) as raised:
            train(bars(10), tmp_path / "m", epochs=3, threads=1)
        assert str(raised.value).startswith(f"{path} cannot be read as a checkpoint: ")
        assert str(raised.value).endswith(
            ".\n  Start anew with --force (overwrite=True), or put the file back."
        )


class TestFolders:
    def test_grey_and_colour_sizes_orientation_and_broken_files(self, tmp_path):
        from PIL import Image

        folder = write_folder(tmp_path / "f", 8, side=20)
        red = np.zeros((40, 30, 3), np.uint8)
        red[:, :, 0] = 255
        exif = Image.Exif()
        exif[274] = 6  # turned by 90 degrees
        Image.fromarray(red).save(folder / "cross" / "red.jpg", exif=exif)
        Image.new("LA", (10, 10), (0, 0)).save(folder / "lying" / "clear.png")
        (folder / "standing" / "broken.png").write_bytes(b"no picture")
        (folder / "standing" / "empty.jpg").touch()
        found = train(folder, tmp_path / "m", epochs=1, threads=1)
        assert found.classes == CLASSES
        assert found.card["model"]["preprocessing"]["channels"] == 3
        assert found.card["model"]["preprocessing"]["side"] == 20
        assert dict(found.skipped) == {
            str(
                folder / "standing" / "broken.png"
            ): "cannot be read as a picture: no known format.",
            str(folder / "standing" / "empty.jpg"): "is empty.",
        }
        assert found.card["data"]["skipped"] == [list(each) for each in found.skipped]

    def test_a_test_folder_is_measured_on(self, tmp_path):
        write_folder(tmp_path / "train", 10)
        write_folder(tmp_path / "test", 5, seed=1)
        found = train(tmp_path, epochs=1, threads=1)
        assert found.card["accuracy"]["test"]["total"] == 15
        assert found.card["evaluated_on"] == "test"
        assert np.sum(found.card["confusion"]) == 15

    def test_pictures_to_measure_on_may_have_fewer_classes_and_no_others(self, tmp_path):
        images, labels = bars(6)
        few, known = bars(4, seed=1)
        found = train((images, labels), test=(few[4:], known[4:]), epochs=1, threads=1)
        assert found.card["accuracy"]["test"]["total"] == 8
        assert np.sum(found.card["confusion"][0]) == 0
        with pytest.raises(OptionError) as raised:
            train((images, labels), test=(few, known + 1), epochs=1, threads=1)
        assert str(raised.value) == (
            "train: the class 3 of the test pictures is none of the 3 classes trained on: "
            "0, 1, 2.\n"
            "  Rename its folder, or move it elsewhere."
        )

    def test_idx_and_npz(self, tmp_path):
        import gzip

        images, labels = bars(6)
        flat = images[..., 0]
        head = lambda a: bytes([0, 0, 8, a.ndim]) + np.array(a.shape, ">u4").tobytes()  # noqa: E731
        for name, array in (("images-idx3", flat), ("labels-idx1", labels.astype(np.uint8))):
            with gzip.open(tmp_path / f"train-{name}-ubyte.gz", "wb") as file:
                file.write(head(array) + array.tobytes())
        np.savez(tmp_path / "a.npz", x_train=flat, y_train=labels, x_test=flat, y_test=labels)
        one = train(tmp_path, epochs=1, threads=1)
        other = train(tmp_path / "a.npz", epochs=1, threads=1)
        assert same(weights(one), weights(other))
        assert "test" not in one.card["accuracy"]
        assert other.card["accuracy"]["test"]["total"] == 18


class TestRefusals:
    """Each refusal names the numbers and the next step, before anything is written."""

    def refused(self, source, out=None, **options):
        with pytest.raises((FileError, OptionError, ShapeError)) as raised:
            train(source, out, threads=1, **options)
        return str(raised.value)

    def test_one_class(self, tmp_path):
        folder = write_folder(tmp_path / "f", 3)
        for name in ("lying", "standing"):
            (folder / name).rename(tmp_path / name)
        assert self.refused(folder) == (
            f"train: {folder} has 1 class, cross with 3 pictures; training needs at least 2.\n"
            "  Add a sub-folder of pictures that show something else."
        )

    @pytest.mark.parametrize("count", [0, 1])
    def test_an_empty_class_and_one_of_one_picture(self, tmp_path, count):
        folder = write_folder(tmp_path / "f", 3)
        for path in sorted((folder / "lying").iterdir())[count:]:
            path.unlink()
        assert self.refused(folder) == (
            f"train: 1 class has fewer than 2 pictures in {folder}: lying {count}.\n"
            "  The largest class, cross, has 3.\n"
            "  Add pictures, or move the folder elsewhere."
        )

    def test_no_subfolders(self, tmp_path):
        folder = write_folder(tmp_path / "f", 3) / "cross"
        assert self.refused(folder) == (
            f"{folder} has no sub-folders and 3 pictures.\n"
            f"  Make a sub-folder for each class, such as {folder / 'coat'} and {folder / 'bag'}, "
            "and move its pictures there."
        )

    def test_a_class_of_which_one_file_is_readable(self, tmp_path):
        folder = write_folder(tmp_path / "f", 3)
        for path in sorted((folder / "lying").iterdir())[1:]:
            path.write_bytes(b"broken")
        assert self.refused(folder, tmp_path / "m") == (
            f"train: 1 class has fewer than 2 readable pictures in {folder}: lying 1.\n"
            "  The largest class, cross, has 3.\n"
            "  Add pictures, or move the folder elsewhere."
        )
        assert not (tmp_path / "m").exists()

    def test_a_folder_that_cannot_be_written(self, tmp_path, monkeypatch):
        monkeypatch.setattr(os, "access", lambda path, how: False)
        assert self.refused(bars(2), tmp_path / "m" / "deep") == (
            f"Cannot write {tmp_path / 'm' / 'deep'}: {tmp_path} is read-only for you.\n"
            "  Name another folder with -o (out=)."
        )

    def test_all_broken(self, tmp_path):
        folder = write_folder(tmp_path / "f", 2)
        for path in folder.rglob("*.png"):
            path.write_bytes(b"broken")
        assert self.refused(folder) == (
            f"None of 6 files in {folder} can be read as a picture.\n"
            f"  The first: {folder / 'cross' / '000.png'} cannot be read as a picture: "
            "no known format."
        )

    def test_no_folder(self, tmp_path):
        assert self.refused(tmp_path / "no") == f"There is no folder {tmp_path / 'no'}."

    def test_a_pickled_archive(self, tmp_path):
        np.savez(tmp_path / "a.npz", x_train=np.array([{}], object), y_train=np.zeros(1))
        assert self.refused(tmp_path / "a.npz") == (
            f"{tmp_path / 'a.npz'} cannot be read as an archive of arrays: Object arrays cannot be "
            "loaded when allow_pickle=False\n"
            "  Save one with numpy.savez_compressed(path, x_train=images, y_train=labels)."
        )

    def test_damaged_idx_files(self, tmp_path):
        images, labels = (tmp_path / f"train-{n}-ubyte" for n in ("images-idx3", "labels-idx1"))
        labels.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 2, 0, 1]))
        images.write_bytes(bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 9, 0, 0, 0, 9]) + bytes(100))
        assert self.refused(tmp_path) == (
            f"{images} or its labels cannot be read: IDX of shape (2, 9, 9) has 100 samples."
        )
        images.rename(tmp_path / "train-images-idx3-ubyte.gz")
        labels.rename(tmp_path / "train-labels-idx1-ubyte.gz")
        assert self.refused(tmp_path) == (
            f"{tmp_path / 'train-images-idx3-ubyte.gz'} is damaged: Not a gzipped file "
            "(b'\\x00\\x00').\n  Fetch it again."
        )

    def test_arrays_of_other_shapes(self):
        images, labels = bars(2)
        assert self.refused((images, labels[:-1])) == (
            "train: every image needs one label.\n  arrays: images (6, 16, 16)    labels (5,)"
        )
        assert self.refused((images / 255, labels)) == (
            "train: images are uint8 of shape (n, H, W) or (n, H, W, 1 or 3).\n"
            "  arrays: float64 (6, 16, 16, 1)"
        )

    def test_a_folder_with_a_model_or_other_files(self, tmp_path):
        train(bars(4), tmp_path / "m", epochs=1, threads=1)
        assert self.refused(bars(4), tmp_path / "m") == (
            f"{tmp_path / 'm'} has a model already.\n  Pass --force (overwrite=True) to train "
            "another in its place, or name another folder."
        )
        (tmp_path / "letter.txt").touch()
        assert self.refused(bars(4), tmp_path) == (
            f"{tmp_path} has 2 files and no checkpoint, such as letter.txt.\n"
            "  Name a new folder for the model."
        )

    def test_a_loss_that_is_not_finite(self):
        class Overflowing(torch.nn.Linear):
            def forward(self, x):
                return super().forward(x.flatten(1)) * torch.inf

        assert self.refused(bars(4), epochs=3, net=lambda c, n: Overflowing(256 * c, n)) == (
            "train: the loss is nan at step 1 of 3.\n  Pass a learning rate below 0.00625."
        )


class TestModels:
    @pytest.fixture
    def saved(self, model, tmp_path):
        model.save(tmp_path / "m")
        return tmp_path / "m"

    def test_a_saved_model_answers_the_same(self, model, saved):
        images, _ = bars(5, seed=2)
        assert (Classifier.load(saved).probabilities(images) == model.probabilities(images)).all()

    def test_saving_replaces_no_model_unless_told_to(self, model, saved):
        (saved / "notes.txt").write_text("mine")
        before = {path.name: path.read_bytes() for path in saved.iterdir()}
        with pytest.raises(FileError) as error:
            model.save(saved)
        assert str(error.value) == (
            f"{saved} has a model already.\n"
            "  Pass overwrite=True to replace it, or name another folder."
        )
        assert {path.name: path.read_bytes() for path in saved.iterdir()} == before
        other = train(bars(4), epochs=1, threads=1)
        other.save(saved, overwrite=True)
        assert same(weights(Classifier.load(saved)), weights(other))
        assert (saved / "notes.txt").read_text() == "mine"

    def test_a_truncated_model(self, saved):
        path = saved / "model.safetensors"
        path.write_bytes(path.read_bytes()[:1000])
        with pytest.raises(FileError) as raised:
            predict(saved, bars(1)[0][0])
        text = str(raised.value)
        assert text.startswith(f"{path} is not what card.json describes: 1000 bytes with SHA-256 ")
        assert text.endswith("or of another model: put the file back, or train the model again.")

    def test_weights_of_another_shape(self, saved):
        import hashlib

        from safetensors.numpy import load, save

        arrays = load((saved / "model.safetensors").read_bytes())
        arrays["dense.weight"] = arrays["dense.weight"][:, :-1].copy()
        content = save(arrays)
        (saved / "model.safetensors").write_bytes(content)
        card = json.loads((saved / "card.json").read_text())
        card["weights_sha256"] = hashlib.sha256(content).hexdigest()
        (saved / "card.json").write_text(json.dumps(card))
        with pytest.raises(FileError, match=r"dense\.weight.*\(?\[3, 47\]\)?.*\[3, 48\]"):
            Classifier.load(saved)

    def test_another_preprocessing(self, saved):
        card = json.loads((saved / "card.json").read_text())
        card["model"]["preprocessing"]["channels"] = 3
        (saved / "card.json").write_text(json.dumps(card))
        with pytest.raises(FileError) as raised:
            Classifier.load(saved)
        assert str(raised.value) == (
            f"{saved} does not fit together: 3 channels have 1 means\n"
            "  Train it again, or put its model.safetensors and card.json back."
        )

    def test_a_pickle_is_not_loaded(self, tmp_path):
        path = tmp_path / "model.pt"
        path.write_bytes(b"\x80\x04.")
        with pytest.raises(FileError) as raised:
            predict(path, bars(1)[0][0])
        assert str(raised.value) == (
            f"{path} is a file; a model is a folder with model.safetensors and card.json.\n"
            "  Other files of weights are not loaded: pickles run code."
        )

    def test_predictions_of_files_and_what_is_skipped(self, saved, tmp_path):
        folder = write_folder(tmp_path / "f", 2, seed=4)
        (folder / "lying" / "broken.png").write_bytes(b"")
        found = predict(saved, folder)
        assert len(found) == 6
        assert found[0].picture == str(folder / "cross" / "000.png")
        assert sum(found[0].probabilities.values()) == pytest.approx(1, abs=1e-12)
        assert found[0].label == next(iter(found[0].probabilities))
        assert found.skipped == ((str(folder / "lying" / "broken.png"), "is empty."),)
