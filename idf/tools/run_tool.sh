#!/bin/sh
# run_tool.sh PYTHON BUILD_DIR COMMAND...: a compiler or linker of a project's build. When it fails,
# explain_failure.py says what it was about, below what the tool itself said.
python=$1 build=$2
shift 2
said=$(mktemp) || exec "$@"
"$@" 2>"$said"
status=$?
cat "$said" >&2
[ "$status" = 0 ] || "$python" -B "${0%/*}/explain_failure.py" "$build" "$said" >&2
rm -f "$said"
exit "$status"
