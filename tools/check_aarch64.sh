#!/bin/sh
# Compile the core for 64-bit ARM and hold it against plain loops under an emulator:
#   tools/check_aarch64.sh
# CXX is a compiler for that processor, RUN what runs its programs; on such a machine:
#   CXX=g++ RUN= tools/check_aarch64.sh
set -eu

cd "$(dirname "$0")/.."
compiler=${CXX:-aarch64-linux-gnu-g++}
run=${RUN-qemu-aarch64-static}
folder=build/aarch64
mkdir -p "$folder"

flags="-std=gnu++20 -O3 -ffp-contract=fast -fno-math-errno -fno-trapping-math -fwrapv -Wall -Wextra"
objects=
for source in core/*.cpp tools/portable/check.cpp; do
  case $source in core/bind*.cpp) continue ;; esac  # Python's side
  object=$folder/$(basename "$source" .cpp).o
  "$compiler" $flags -DIW_LEVEL=base -DIW_HAS_base -c "$source" -o "$object"
  objects="$objects $object"
done
"$compiler" -static $objects -pthread -o "$folder/check"
$run "$folder/check"
