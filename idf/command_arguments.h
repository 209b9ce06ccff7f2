// The syntax of a table of arguments (argtable3/argtable3.h): " [-n <n>] <name>".
#pragma once

#include <string>

namespace rota::idf {

std::string argument_syntax(void** table);

}  // namespace rota::idf
