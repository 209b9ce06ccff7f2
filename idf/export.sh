# Sourced, not run:  . rota/idf/export.sh
# Sets IDF_PATH to this folder, so that ESP-IDF projects build for virtual boards, and puts idf.py and
# Rota's commands (rota, rota-server) on the PATH. For bash and zsh; other shells set IDF_PATH before.
if [ -n "${BASH_SOURCE:-}" ]; then
  IDF_PATH="$(cd "$(dirname "$BASH_SOURCE")" && pwd)"
elif [ -n "${ZSH_VERSION:-}" ]; then
  IDF_PATH="$(cd "$(dirname "$0")" && pwd)"
fi
if [ ! -f "${IDF_PATH:-}/tools/cmake/project.cmake" ]; then
  echo "export.sh: this shell does not say where the file lies;" \
       "set IDF_PATH to Rota's idf folder first." >&2
else
  export IDF_PATH
  ROTA_BUILD_DIR="${ROTA_BUILD_DIR:-$(cd "$IDF_PATH/.." && pwd)/build}"
  export ROTA_BUILD_DIR
  for rota_folder in "$ROTA_BUILD_DIR" "$IDF_PATH/tools"; do
    case ":$PATH:" in
      *":$rota_folder:"*) ;;
      *) PATH="$rota_folder:$PATH" && export PATH ;;
    esac
  done
  unset rota_folder
  case ":$PATH:" in
    *":$IDF_PATH/tools/fallbacks:"*) ;;
    *) PATH="$PATH:$IDF_PATH/tools/fallbacks" && export PATH ;;
  esac
  if [ -x "$ROTA_BUILD_DIR/rota" ]; then
    echo "Rota's build face is ready. In a project: idf.py build flash monitor"
  else
    echo "There is no Rota build in $ROTA_BUILD_DIR yet;" \
         "run './dev build' in $(dirname "$IDF_PATH")." >&2
  fi
fi
