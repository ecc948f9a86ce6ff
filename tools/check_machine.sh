#!/bin/sh
# Say in one plain line what a machine lacks before anything is built:
#   tools/check_machine.sh PYTHON [CXX]
python=$1
cxx=${2:-}

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

command -v "$python" >/dev/null 2>&1 || fail \
  "Intertwine needs Python 3.11 or newer, and there is no '$python' here." \
  "  Install one, or name yours: make run PYTHON=python3.12"

version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])') || fail \
  "'$python' does not start." \
  "  Name another: make run PYTHON=python3.12"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail \
  "Intertwine needs Python 3.11 or newer, but '$python' is $version." \
  "  Name a newer one: make run PYTHON=python3.12"

"$python" -c 'import ensurepip, venv' 2>/dev/null || fail \
  "'$python' ($version) has no venv module." \
  "  Debian, Ubuntu: sudo apt install python$version-venv"

"$python" - <<'CHECK' || fail \
  "'$python' ($version) has no C headers (Python.h), which the build needs." \
  "  Debian, Ubuntu: sudo apt install python$version-dev    Fedora: sudo dnf install python3-devel"
import os, sys, sysconfig
sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))
CHECK

compiler=
for candidate in ${cxx:-c++ g++ clang++}; do
  if command -v "$candidate" >/dev/null 2>&1; then compiler=$candidate; break; fi
done
[ -n "$compiler" ] || fail \
  "Intertwine is partly C++ and needs a C++20 compiler, and there is no ${cxx:-c++, g++ or clang++} here." \
  "  Debian, Ubuntu: sudo apt install g++    Fedora: sudo dnf install gcc-c++    macOS: xcode-select --install" \
  "  Or name yours: make run CXX=/path/to/c++"
