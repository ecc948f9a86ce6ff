#!/bin/sh
# Build the core with GCC's sanitizers and run tests on it:
#   tools/sanitize.sh address,undefined
#   tools/sanitize.sh thread
# Further arguments go to pytest; without any, the tests that reach the core run. The first error
# ends the run, its report beside the build. PYTHON is a Python that has what the
# tests need, and nanobind. LEVELS are the SIMD levels to build, as for make: by default the best
# one of this machine, and the one that every machine has (INTERTWINE_ISA=x86-64).
set -eu

cd "$(dirname "$0")/.."
kinds=${1:?which sanitizers? address,undefined or thread}
shift
python=${PYTHON:-.venv/bin/python}
folder=$PWD/build/sanitize/$(echo "$kinds" | tr , -)
flags="-fsanitize=$kinds -fno-sanitize-recover=all -fno-omit-frame-pointer"

best=$("$python" -c 'import intertwine._core as c
print({"x86-64-v4": ";v4", "x86-64-v3": ";v3"}.get(c.level, ""))')

PATH=$(dirname "$python"):$PATH cmake -S . -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
  -DCMAKE_CXX_FLAGS="$flags" -DCMAKE_MODULE_LINKER_FLAGS="$flags" -DLEVELS="${LEVELS:-base$best}" \
  -DPython_EXECUTABLE="$(command -v "$python")" \
  -Dnanobind_DIR="$("$python" -m nanobind --cmake_dir)" >/dev/null
PATH=$(dirname "$python"):$PATH cmake --build "$folder"

rm -rf "$folder/package"
mkdir "$folder/package"
cp -r src/intertwine "$folder/package/"
rm -f "$folder"/package/intertwine/_core*.so
cp "$folder"/_core*.so "$folder/package/intertwine/"
# An editable installation finds itself before any path: let go of it.
cat >"$folder/package/sitecustomize.py" <<'END'
import sys

sys.meta_path[:] = [f for f in sys.meta_path if not type(f).__name__.startswith("ScikitBuild")]
END

runtimes=
for kind in $(echo "$kinds" | tr , ' '); do
  case $kind in
    address) runtimes="$runtimes $(g++ -print-file-name=libasan.so)" ;;
    undefined) runtimes="$runtimes $(g++ -print-file-name=libubsan.so)" ;;
    thread) runtimes="$runtimes $(g++ -print-file-name=libtsan.so)" ;;
  esac
done

[ $# -gt 0 ] || set -- tests/core tests/test_fuzz.py tests/laws tests/agreement

# Python keeps what it allocates until it ends; memory that the core loses, tests/core looks for.
# What does not fit into memory is refused, as without sanitizers.
refuse=allocator_may_return_null=1:max_allocation_size_mb=8192
export ASAN_OPTIONS=detect_leaks=0:$refuse:log_path=$folder/report UBSAN_OPTIONS=print_stacktrace=1:log_path=$folder/report TSAN_OPTIONS=halt_on_error=1:suppressions=$PWD/tools/tsan.supp:die_after_fork=0:log_path=$folder/report OPENBLAS_NUM_THREADS=1
PYTHONPATH=$folder/package LD_PRELOAD=$runtimes \
  exec "$python" -c "import sys, pathlib, intertwine._core as c, pytest
assert 'sanitize' in c.__file__, c.__file__
sys.exit(pytest.main(sys.argv[1:]))" -q -x -m "not slow" "$@"
