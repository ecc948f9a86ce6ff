"""The joints of a drawn person, eight heads tall, in heads: garments are cut to them."""

from __future__ import annotations

from math import cos, radians, sin

#: Heights from the crown.
NECK, SHOULDER, ARMPIT, WAIST, CROTCH, KNEE, ANKLE, FLOOR = (
    1.38, 1.56, 2.25, 3.05, 4.35, 5.95, 7.5, 8.0,
)  # fmt: skip

#: Arms and sleeves point there, this many degrees from the vertical.
ARM_DEG = 22.0
ARM = (sin(radians(ARM_DEG)), cos(radians(ARM_DEG)))

#: An arm's length from the shoulder's joint to the hand, and where that joint lies.
ARM_LENGTH = 2.95
JOINT = (0.82, 1.7)

#: A leg's middle line.
LEG = 0.42
