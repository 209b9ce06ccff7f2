// What `rota prove` found, told three ways: text, JSON (docs/schemas/prove.json) and the page.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/console.h"
#include "cli/json.h"
#include "cli/movie.h"
#include "cli/proof_core.h"
#include "cli/proof_program.h"

namespace rota::cli {

struct Proof {
  // What is proven: names and values, in order.
  std::vector<std::pair<std::string, std::string>> facts;
  std::string project;
  std::optional<CoreProof> core;
  unsigned threads = 2;
  std::optional<ProgramProof> program;
  std::string no_program;       // why the program was not cut; empty: it was
  bool program_failed = false;  // it was meant to be
  bool is_promised = true;
  bool was_stopped = false;  // by Ctrl-C: not whole, so not fine
  std::vector<std::string> not_tested;

  bool is_fine() const;
};

// "N faults in the core ...: 0 lost; K cuts of your program: 0 lost, worst recovery X boots."
std::string summary_of(const Proof& proof);
void print(const Proof& proof, Console& console);
Json json_of(const Proof& proof);
// With the movies of the worst cases; their time is part of the caller's patience.
MoviePage page_of(const Proof& proof);

}  // namespace rota::cli
