#include "cli/proof_report.h"

#include <fmt/format.h>

#include "cli/command_line.h"
#include "cli/proof_movie.h"

namespace rota::cli {
namespace {

std::string counted(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", grouped(count), what, count == 1 ? "" : "s");
}

std::string stories(std::size_t count) {
  return count == 1 ? "1 story" : grouped(count) + " stories";
}

// "4 another image runs, 2 keeps changing".
std::string verdicts_of(const CoreRound& round) {
  std::string text;
  for (std::size_t i = 1; i < round.by_verdict.size(); ++i) {
    if (round.by_verdict[i] == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", grouped(round.by_verdict[i]),
                        sim::name_of(static_cast<sim::Verdict>(i)));
  }
  return text;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : "; ") + name;
  return text;
}

std::vector<std::string> core_lines(const CoreProof& core) {
  std::vector<std::string> lines;
  const auto single = [](const CoreRound& round) {
    return fmt::format("{} at {} in {}, in up to {} ways each: {} lost",
                       counted(round.points[1], "fault"), counted(round.places, "operation"),
                       stories(round.stories), round.most_ways, grouped(round.lost));
  };
  if (core.whole.stories > 0) {
    lines.push_back(fmt::format("Images of {} bytes: {}.", grouped(core.whole.image_bytes),
                                single(core.whole)));
  }
  std::string small =
      fmt::format("Images of {} bytes: {}", grouped(core.small.image_bytes), single(core.small));
  if (core.small.points[2] > 0) {
    small +=
        fmt::format("; {} and {} of them carried out, too", counted(core.small.points[2], "pair"),
                    counted(core.small.points[3], "triple"));
  }
  lines.push_back(small + ".");
  for (const CoreRound* round : {&core.whole, &core.small}) {
    if (round->lost > 0) lines.push_back(fmt::format("Lost: {}.", verdicts_of(*round)));
    if (!round->missed_goal.empty()) {
      lines.push_back(fmt::format("Goes wrong without any fault: {}.", joined(round->missed_goal)));
    }
  }
  return lines;
}

std::string stock_line(const CoreProof& core) {
  const CoreRound& stock = core.stock;
  return fmt::format(
      "A stock bootloader and ESP-IDF's own writing on this table: {} of {} break the promise, {} "
      "of "
      "these by cuts between operations ({}).",
      grouped(stock.lost), counted(stock.points[1], "fault"),
      grouped(stock.lost_between_operations), stock.lost == 0 ? "none" : verdicts_of(stock));
}

std::vector<std::string> program_lines(const ProgramProof& program) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format(
      "{} at {} of {} kinds of place, out of {} possible ones: {} lost. An image ran after at most "
      "{}, the update was there after at most {}.",
      counted(program.cuts.size(), "cut"), program.strata_reached(), program.strata.size(),
      grouped(program.possible), grouped(program.lost),
      counted(static_cast<unsigned>(program.worst_boots_to_image), "boot"),
      counted(static_cast<unsigned>(program.worst_boots_to_update), "boot")));
  lines.push_back(fmt::format("Without a cut it updates itself in {:.1f} s with {}.",
                              program.seconds_without_cuts,
                              counted(program.operations, "flash operation")));
  if (program.took_next_version > 0) {
    lines.push_back(
        fmt::format("{} after a trial that the cut ended: your program refused the same version "
                    "again, and took "
                    "the next one.",
                    counted(program.took_next_version, "time")));
  }
  for (const CutResult& result : program.cuts) {
    if (!result.lost.empty()) {
      lines.push_back(fmt::format("LOST: cut {}: {}.", result.cut.sentence, result.lost));
    }
  }
  return lines;
}

void add_unfinished(const CoreRound& round,
                    std::string_view of_what,
                    std::vector<std::string>& points) {
  constexpr std::size_t kNamed = 4;
  if (round.unfinished.empty()) return;
  const std::string which =
      round.unfinished.size() > kNamed
          ? fmt::format("{} of {}", round.unfinished.size(), stories(round.stories))
          : joined(round.unfinished);
  points.push_back(
      fmt::format("Not finished in time (--budget gives more): {}images of {} bytes, {}.", of_what,
                  grouped(round.image_bytes), which));
}

std::vector<std::string> reductions_of(const Proof& proof) {
  std::vector<std::string> points;
  if (proof.core) {
    const CoreProof& core = *proof.core;
    if (core.whole.places_without_errors > 0) {
      points.push_back(fmt::format(
          "With images of {} bytes every cut is carried out at every operation; errors of the chip "
          "(lying, refusing, worn) are left out at {} in the middle of a slot.",
          grouped(core.whole.image_bytes), counted(core.whole.places_without_errors, "operation")));
    }
    points.push_back(
        fmt::format("Downloads that go on after a cut, and faults in pairs, are tried with images "
                    "of {} bytes; the "
                    "next update that each state must accept has that size, too.",
                    grouped(core.small.image_bytes)));
    add_unfinished(core.small, "", points);
    add_unfinished(core.whole, "", points);
    add_unfinished(core.stock, "the stock bootloader, ", points);
  }
  if (proof.program) {
    points.push_back(
        fmt::format("Your program: {} of {} possible cuts, drawn from all kinds of place in turns; "
                    "one at a time.",
                    grouped(proof.program->cuts.size()), grouped(proof.program->possible)));
  } else {
    points.push_back("Your program: " + proof.no_program);
  }
  if (!proof.core) points.push_back("The core: left out, as you asked (--program-only).");
  points.insert(points.end(), proof.not_tested.begin(), proof.not_tested.end());
  return points;
}

void print_points(Console& console,
                  std::string_view heading,
                  const std::vector<std::string>& points) {
  console.print("\n{}\n", console.ink(Ink::kBold, heading));
  for (const std::string& point : points) console.write(wrap(point, 2));
}

Json json_of_round(const CoreRound& round) {
  Json verdicts = Json::object();
  for (std::size_t i = 1; i < round.by_verdict.size(); ++i) {
    if (round.by_verdict[i] == 0) continue;
    verdicts[std::string(sim::name_of(static_cast<sim::Verdict>(i)))] = round.by_verdict[i];
  }
  return {{"image_bytes", round.image_bytes},
          {"stories", round.stories},
          {"operations", round.places},
          {"operations_without_chip_errors", round.places_without_errors},
          {"most_kinds", round.most_ways},
          {"single_faults", round.points[1]},
          {"pairs", round.points[2]},
          {"triples", round.points[3]},
          {"states", round.states},
          {"lost", round.lost},
          {"lost_between_operations", round.lost_between_operations},
          {"lost_by", std::move(verdicts)},
          {"unfinished", round.unfinished},
          {"wrong_without_faults", round.missed_goal}};
}

Json json_of_program(const ProgramProof& program) {
  Json strata = Json::array();
  for (const CutStratum& stratum : program.strata) {
    strata.push_back({{"name", stratum.name}, {"operations", stratum.operations.size()}});
  }
  Json cuts = Json::array();
  for (const CutResult& result : program.cuts) {
    cuts.push_back({{"place", result.cut.sentence},
                    {"kind_of_place", result.cut.stratum},
                    {"lost", result.lost.empty() ? Json(nullptr) : Json(result.lost)},
                    {"boots_to_image", result.boots_to_image},
                    {"boots_to_update", result.boots_to_update},
                    {"power_ons", result.power_cycles},
                    {"took_next_version", result.took_next_version}});
  }
  return {{"cuts", program.cuts.size()},
          {"possible", program.possible},
          {"operations", program.operations},
          {"lost", program.lost},
          {"worst_boots_to_image", program.worst_boots_to_image},
          {"worst_boots_to_update", program.worst_boots_to_update},
          {"kinds_of_place", std::move(strata)},
          {"each", std::move(cuts)}};
}

void add_core_movies(const CoreProof& core, std::vector<Json>& movies) {
  const auto add = [&](const sim::Token& token, const std::string& title, const std::string& what) {
    Json movie = movie_of_sweep(token, title, what);
    if (!movie.is_null()) movies.push_back(std::move(movie));
  };
  const CoreRound& lossy = core.whole.lost > 0 ? core.whole : core.small;
  if (lossy.worst_loss) {
    add(*lossy.worst_loss, "The core: a board is lost",
        fmt::format("{}. The oracle says: {}.", lossy.worst_loss->plan.scenario->what,
                    sim::name_of(lossy.worst_verdict)));
  } else {
    const CoreRound& slow =
        core.whole.starts_to_settle >= core.small.starts_to_settle ? core.whole : core.small;
    if (slow.slowest) {
      add(*slow.slowest, "The core: its worst case",
          fmt::format("{}. Nothing is lost; {} starts until the same image runs every time.",
                      slow.slowest->plan.scenario->what, slow.starts_to_settle));
    }
  }
  if (core.stock.worst_loss) {
    add(*core.stock.worst_loss, "A stock bootloader on your table",
        fmt::format("{}, with records written in place as ESP-IDF does. The oracle says: {}.",
                    core.stock.worst_loss->plan.scenario->what,
                    sim::name_of(core.stock.worst_verdict)));
  }
}

}  // namespace

bool Proof::is_fine() const {
  if (core && !core->is_fine()) return false;
  if (program && (program->lost > 0 || program->cuts.empty())) return false;
  return !program_failed && !was_stopped;
}

std::string summary_of(const Proof& proof) {
  std::string text;
  if (proof.core) {
    const CoreProof& core = *proof.core;
    const std::uint64_t places = core.whole.places + core.small.places;
    const std::uint64_t points = core.whole.all_points() + core.small.all_points();
    text = fmt::format("{} in the core ({} x up to {} kinds, and pairs): {} lost",
                       counted(points, "fault"), counted(places, "operation"),
                       std::max(core.whole.most_ways, core.small.most_ways), grouped(core.lost()));
    const std::size_t unfinished = core.whole.unfinished.size() + core.small.unfinished.size();
    if (unfinished > 0) text += fmt::format(", {} NOT FINISHED in time", stories(unfinished));
  }
  if (proof.program) {
    const ProgramProof& program = *proof.program;
    text +=
        fmt::format("{}{} of your program: {} lost, worst recovery {}", text.empty() ? "" : "; ",
                    counted(program.cuts.size(), "cut"), grouped(program.lost),
                    counted(static_cast<unsigned>(program.worst_boots_to_update), "boot"));
  } else {
    text += text.empty() ? "Your program was not cut" : "; your program was not cut";
  }
  return text + ".";
}

void print(const Proof& proof, Console& console) {
  if (proof.core) {
    std::vector<std::string> lines = core_lines(*proof.core);
    lines.push_back(stock_line(*proof.core));
    print_points(console,
                 fmt::format("The core, on your table ({:.1f} s on {} threads)",
                             proof.core->seconds, proof.threads),
                 lines);
  }
  if (proof.program) {
    print_points(console, fmt::format("Your program ({:.1f} s)", proof.program->seconds),
                 program_lines(*proof.program));
  }
  print_points(console, "What was not tested", reductions_of(proof));
  const Ink ink = proof.is_fine() ? Ink::kGreen : Ink::kRed;
  console.write("\n" + console.ink(ink, wrap(summary_of(proof), 0)));
}

Json json_of(const Proof& proof) {
  Json facts = Json::object();
  for (const auto& [name, value] : proof.facts) facts[name] = value;
  Json json;
  json["fine"] = proof.is_fine();
  json["summary"] = summary_of(proof);
  json["proven"] = std::move(facts);
  json["core"] = nullptr;
  if (proof.core) {
    json["core"] = {{"lost", proof.core->lost()},
                    {"seconds", proof.core->seconds},
                    {"images_of_your_size", json_of_round(proof.core->whole)},
                    {"small_images", json_of_round(proof.core->small)},
                    {"stock", json_of_round(proof.core->stock)}};
  }
  json["program"] = proof.program ? json_of_program(*proof.program) : Json(nullptr);
  json["not_tested"] = reductions_of(proof);
  return json;
}

MoviePage page_of(const Proof& proof) {
  MoviePage page;
  page.title = fmt::format("Power cuts of {}", proof.project);
  page.summary = summary_of(proof);
  page.is_good = proof.is_fine();
  page.facts = proof.facts;
  if (proof.program && !proof.program->movie.is_null()) {
    Json movie = proof.program->movie;
    const CutResult& worst = proof.program->cuts[*proof.program->worst];
    movie["title"] = worst.lost.empty() ? "Your program: its worst case" : "Your program: lost";
    movie["subtitle"] =
        fmt::format("The power goes {}. {}", worst.cut.sentence,
                    worst.lost.empty()
                        ? fmt::format("An image runs after {}, the update is there after {}.",
                                      counted(static_cast<unsigned>(worst.boots_to_image), "boot"),
                                      counted(static_cast<unsigned>(worst.boots_to_update), "boot"))
                        : worst.lost + ".");
    page.movies.push_back(std::move(movie));
  }
  if (proof.core) {
    add_core_movies(*proof.core, page.movies);
    std::vector<std::string> lines = core_lines(*proof.core);
    page.sections.emplace_back("The core, on your table", lines);
    page.sections.emplace_back("What a stock bootloader would have lost",
                               std::vector<std::string>{stock_line(*proof.core)});
  }
  if (proof.program) page.sections.emplace_back("Your program", program_lines(*proof.program));
  page.sections.emplace_back("What was not tested", reductions_of(proof));
  return page;
}

}  // namespace rota::cli
