// Files that belong to this installation: they lie beside the rota executable, in its build folder.
#pragma once

#include <string>

#include "cli/refusal.h"

namespace rota::cli {

// The folder of the running executable, without a slash at the end.
std::string executable_folder();

// The path of a program beside it, e.g. "rota-server". Refuses with "run ./dev build".
Result<std::string, Refusal> neighbour_program(const std::string& name);

}  // namespace rota::cli
