"""Fitted models as JSON: model, parameters and data, so that they forecast as they did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from intertwine.base.atomic import atomic
from intertwine.base.errors import FileError
from intertwine.base.libraries import need
from intertwine.series.arima import ARIMA

if TYPE_CHECKING:
    from intertwine.series.fitted import FittedARIMA

_FORMAT = "intertwine ARIMA 1"


def save(fitted: FittedARIMA, path: Path) -> None:
    """Write a model; the file is there whole or not at all."""
    model, data = fitted.model, fitted._data
    trend = len(model.trend_names)
    content = {
        "format": _FORMAT,
        "order": model.order,
        "seasonal_order": model.seasonal_order,
        "trend": model.trend,
        "method": model.method,
        "box_cox": None if data.transform is None else data.transform.l,
        "param_names": fitted.param_names,
        "params": fitted.params.tolist(),
        "x": [None if np.isnan(v) else v for v in data.observed.values.tolist()],
        "exog": {
            name: row.tolist()
            for name, row in zip(data.names[trend:], data.regressors[trend:], strict=True)
        },
        "index": _index_words(data.observed.index),
        "name": data.observed.name,
    }
    with atomic(path) as handle:
        handle.write(json.dumps(content, indent=1).encode())


def load(path: str | Path) -> FittedARIMA:
    """Read what `FittedARIMA.save` wrote.

    Raises
    ------
    FileError
        There is no such file, or it holds no model.
    """
    path = Path(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict) or "format" not in content:
            raise ValueError("it names no format")
        if content["format"] != _FORMAT:
            raise ValueError(f"its format is {content['format']!r}, not {_FORMAT!r}")
        return _restored(content)
    except FileNotFoundError:
        raise FileError(f"There is no file {path}.") from None
    except KeyError as error:
        raise _no_model(path, f"it lacks {error}") from error
    except json.JSONDecodeError:
        raise _no_model(path, "it is no JSON") from None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise _no_model(path, str(error).splitlines()[0].rstrip(".")) from error


def _no_model(path: Path, reason: str) -> FileError:
    return FileError(f"{path} holds no fitted model: {reason}.\n  FittedARIMA.save writes one.")


def _restored(content: dict[str, Any]) -> FittedARIMA:
    model = ARIMA(
        content["order"], content["seasonal_order"], content["trend"], content["method"],
        content["box_cox"],
    )  # fmt: skip
    x: Any = np.array([np.nan if v is None else v for v in content["x"]], float)
    names = list(content["exog"])
    exog: Any = np.array(list(content["exog"].values()), float).T if names else None
    if content["index"] is not None or names:
        x, exog = _with_pandas(x, exog, names, content)
    return model.at(x, np.array(content["params"], float), exog)


def _index_words(index: Any) -> dict[str, Any] | None:
    if index is None:
        return None
    kind = type(index).__name__
    freq = getattr(index, "freqstr", None)
    zone = None if getattr(index, "tz", None) is None else str(index.tz)
    return {"kind": kind, "freq": freq, "tz": zone, "values": [_plain(v) for v in index]}


def _plain(value: Any) -> Any:
    if isinstance(value, int | float | np.integer | np.floating):
        return value.item() if isinstance(value, np.generic) else value
    return str(value)


def _with_pandas(x: Any, exog: Any, names: list[str], content: dict[str, Any]) -> tuple[Any, Any]:
    pd = need("pandas", "A series with an index")
    words = content["index"]
    index = None
    if words is not None:
        if words["kind"] == "DatetimeIndex":
            zoned = words.get("tz") is not None
            index = pd.to_datetime(words["values"], utc=zoned, format="ISO8601")
            if zoned:
                index = index.tz_convert(words["tz"])
            index = pd.DatetimeIndex(index, freq=words["freq"])
        elif words["kind"] == "PeriodIndex":
            index = pd.PeriodIndex(words["values"], freq=words["freq"])
        else:
            index = pd.Index(words["values"])
        x = pd.Series(x, index=index, name=content["name"])
    if exog is not None:
        exog = pd.DataFrame(exog, columns=names)
    return x, exog
