// The page around the movies: text made safe for HTML, the model made safe for a script element.
#include <fmt/format.h>

#include "cli/movie.h"
#include "cli/movie_page.h"

namespace rota::cli {
namespace {

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string head_of(const MoviePage& page) {
  std::string head;
  if (!page.summary.empty()) {
    head += fmt::format("<p class=\"summary{}\">{}</p>\n", page.is_good ? "" : " bad",
                        escaped(page.summary));
  }
  if (!page.facts.empty()) {
    head += "<dl class=\"facts\">\n";
    for (const auto& [name, value] : page.facts) {
      head += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escaped(name), escaped(value));
    }
    head += "</dl>\n";
  }
  return head;
}

std::string tail_of(const MoviePage& page) {
  std::string tail;
  for (const auto& [heading, paragraphs] : page.sections) {
    tail += fmt::format("<h2>{}</h2>\n<ul>\n", escaped(heading));
    for (const std::string& one : paragraphs) tail += fmt::format("<li>{}</li>\n", escaped(one));
    tail += "</ul>\n";
  }
  return tail;
}

// JSON for a script element: no "</script>" and no "<!--" can come up in it.
std::string model_of(const MoviePage& page) {
  Json model;
  model["movies"] = page.movies;
  std::string safe;
  for (const char c : model.dump(-1, ' ', false, Json::error_handler_t::replace)) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

}  // namespace

std::string html_of(const MoviePage& page) {
  std::string html;
  std::string_view rest = kMoviePage;
  while (!rest.empty()) {
    const std::size_t at = rest.find('@');
    html += rest.substr(0, at);
    if (at == std::string_view::npos) break;
    rest.remove_prefix(at + 1);
    const std::size_t end = rest.find('@');
    const std::string_view name = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (name == "TITLE") html += escaped(page.title);
    if (name == "STYLE") html += kMovieStyle;
    if (name == "HEAD") html += head_of(page);
    if (name == "TAIL") html += tail_of(page);
    if (name == "MODEL") html += model_of(page);
    if (name == "SCRIPT") html += kMovieScript;
  }
  return html;
}

}  // namespace rota::cli
