#!/bin/sh
# run_tests.sh PROCESSOR BUILD_FOLDER CMAKE GENERATOR [COMPILER_LAUNCHER]
# Builds the device code and its unit tests for a processor and runs them. The call graphs that size.py
# reads are not kept by a compiler cache, so rv32imc is compiled without one.
set -eu
processor=$1 build=$2 cmake=$3 generator=$4 launcher=${5:-}
[ "$processor" != rv32imc ] || launcher=
here=$(dirname "$(readlink -f "$0")")

probe=$(mktemp -d)
trap 'rm -rf "$probe"' EXIT
echo 'int main() { return 0; }' >"$probe/probe.cc"
case "$processor" in
  rv32imc) command -v riscv64-unknown-elf-g++ >/dev/null && command -v qemu-riscv32 >/dev/null &&
    test -d /usr/include/newlib/c++ && test -d /usr/lib/picolibc/riscv64-unknown-elf ;;
  x86_32) c++ -m32 -o "$probe/probe" "$probe/probe.cc" 2>/dev/null && "$probe/probe" ;;
esac || {
  echo "This machine can not compile for $processor; ./dev test installs what that needs."
  exit 0
}

"$cmake" -S "$here/project" -B "$build" -G "$generator" -DROTA_PROCESSOR="$processor" \
  ${launcher:+-DCMAKE_CXX_COMPILER_LAUNCHER="$launcher"} >"$probe/log" 2>&1 ||
  { cat "$probe/log"; exit 1; }
"$cmake" --build "$build" >"$probe/log" 2>&1 || { cat "$probe/log"; exit 1; }
for program in "$build"/*/*_test; do
  printf '%s: ' "$(basename "$program")"
  case "$processor" in
    rv32imc) qemu-riscv32 "$program" ;;
    *) "$program" ;;
  esac
done
