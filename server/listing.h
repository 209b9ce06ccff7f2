// The catalog as people and programs read it: a table for a terminal, a page, JSON.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/catalog_entry.h"

namespace rota::server {

using Entries = std::map<std::string, CatalogEntry>;

// At most 100 columns; notes stand on lines of their own. `is_pretty`: bold head, coloured notes.
std::string listing_as_table(const Entries& entries, bool is_pretty);
std::string listing_as_html(const Entries& entries, const std::vector<std::string>& complaints);
std::string listing_as_json(const Entries& entries);

// "app", "native app", "HTML page": what stands in the kind column.
std::string kind_of(const CatalogEntry& entry);
// "1.2 MB"; bytes below 10 kB are given exactly.
std::string size_text(std::uint64_t bytes);
// A path for a URL: everything but unreserved characters and '/' is escaped.
std::string path_in_url(std::string_view path);
// Control characters become '?', so that a name can not drive a terminal or split a line.
std::string clean_text(std::string_view text);

}  // namespace rota::server
