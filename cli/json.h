// JSON output: members in the order in which they were put in, two spaces of indent, text from
// files made valid UTF-8. Numbers are plain; addresses are numbers too (people read the text
// output).
#pragma once

#include <nlohmann/json.hpp>

#include "cli/console.h"

namespace rota::cli {

using Json = nlohmann::ordered_json;

inline void print_json(Console& console, const Json& value) {
  console.write(value.dump(2, ' ', false, Json::error_handler_t::replace));
  console.write("\n");
}

}  // namespace rota::cli
