"""GW150914 in the open data of both LIGO detectors: python gw150914.py FOLDER PICTURE"""

import sys
from pathlib import Path

import h5py
from matplotlib.figure import Figure

import intertwine as iw


def search(folder, picture):
    plus, cross = h5py.File(folder / "GW150914_4_template.hdf5")["template"]  # a quarter wave apart
    axes = Figure(figsize=(9, 5), layout="constrained").subplots(2, sharex=True, sharey=True)
    found = []
    for name, ax in zip("HL", axes, strict=True):
        strain = h5py.File(folder / f"{name}-{name}1_LOSC_4_V2-1126259446-32.hdf5")["strain/Strain"]
        found.append(iw.find(plus + 1j * cross, strain[:], whiten="noise", boundary="zero"))
        found[-1].plot(ax).set(title=f"{name}1: signal-to-noise ratio {found[-1].score[0]:.2f}")
    axes[0].figure.savefig(picture, dpi=120)
    return found


if __name__ == "__main__":
    print(*search(Path(sys.argv[1]), sys.argv[2]), sep="\n")
