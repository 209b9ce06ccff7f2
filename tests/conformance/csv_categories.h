// The categories by which the recordings name what is wrong with a partition table.
#pragma once

#include <string>

#include "formats/partition_csv.h"

namespace rota::conformance {

// Two of them are named after the reference's exception.
inline std::string category_of(const formats::CsvError& error) {
  if (error.problem == formats::CsvProblem::kNumberDoesNotFit) return "error";
  if (error.problem == formats::CsvProblem::kNotText) return "UnicodeDecodeError";
  return std::string(formats::name_of(error.problem));
}
inline std::string category_of(const BasicStatus<formats::CsvError>& status) {
  return status.ok() ? "accepted" : category_of(status.error());
}

}  // namespace rota::conformance
