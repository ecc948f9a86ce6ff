"""The bytes of the smallest useful ONNX model, written field by field (onnx.proto3)."""


def _varint(number):
    parts = []
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    return bytes([*parts, number])


def _number(field, value):
    return _varint(field << 3) + _varint(value)


def _bytes(field, value):
    value = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _value(name, sizes):
    """A float tensor; a size that is a word may be any number."""
    dims = b"".join(
        _bytes(1, _bytes(2, size) if isinstance(size, str) else _number(1, size)) for size in sizes
    )
    tensor = _number(1, 1) + _bytes(2, dims)
    return _bytes(1, name) + _bytes(2, _bytes(1, tensor))


def average_pool(batch):
    """(batch, 3, H, W) -> (batch, 3, 1, 1), the mean of each channel; None takes any batch."""
    batch = batch or "batch"
    node = _bytes(1, "x") + _bytes(2, "y") + _bytes(4, "GlobalAveragePool")
    graph = (
        _bytes(1, node)
        + _bytes(2, "pool")
        + _bytes(11, _value("x", [batch, 3, "height", "width"]))
        + _bytes(12, _value("y", [batch, 3, 1, 1]))
    )
    opset = _bytes(1, "") + _number(2, 13)
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, opset)
