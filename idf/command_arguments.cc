// argtable3's calls: entries in one block of memory each, parsed in two passes: options as they
// come, and what is left over to the entries without a name, in their order.
#include "idf/command_arguments.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include "argtable3/argtable3.h"

namespace {

// Functions have these names, too.
using Remark = struct arg_rem;
using End = struct arg_end;

enum Kind : int { kRemark, kFlag, kNumber, kReal, kText, kEnd };
enum Wrong : int { kMissing = 1, kTooMany, kNoNumber, kNoValue, kUnknown, kUnexpected };

constexpr char kIsEnd = 1;

struct Table {
  std::vector<arg_hdr*> entries;
  End* end = nullptr;
};

Table table_of(void** entries) {
  Table table;
  for (; entries != nullptr && *entries != nullptr; ++entries) {
    auto* entry = static_cast<arg_hdr*>(*entries);
    if (entry->kind == kEnd) {
      table.end = reinterpret_cast<End*>(entry);
      break;
    }
    table.entries.push_back(entry);
  }
  return table;
}

// An entry with room for its values behind it.
template <class Entry>
Entry* make(Kind kind,
            const char* shortopts,
            const char* longopts,
            const char* datatype,
            const char* own_datatype,
            int mincount,
            int maxcount,
            const char* glossary,
            std::size_t value_bytes) {
  if (maxcount < mincount) maxcount = mincount;
  const std::size_t room = static_cast<std::size_t>(maxcount) * value_bytes;
  void* memory = std::calloc(1, sizeof(Entry) + room);
  if (memory == nullptr) return nullptr;
  auto* entry = static_cast<Entry*>(memory);
  entry->hdr = {0,        shortopts, longopts, datatype != nullptr ? datatype : own_datatype,
                glossary, mincount,  maxcount, kind};
  return entry;
}

template <class Value, class Entry>
Value* values_behind(Entry* entry) {
  return reinterpret_cast<Value*>(entry + 1);
}

int& count_of(arg_hdr& entry) { return reinterpret_cast<arg_lit*>(&entry)->count; }

bool has_name(const arg_hdr& entry) {
  return entry.shortopts != nullptr || entry.longopts != nullptr;
}
bool takes_value(const arg_hdr& entry) {
  return entry.kind == kNumber || entry.kind == kReal || entry.kind == kText;
}

bool has_long_name(const arg_hdr& entry, std::string_view name) {
  std::string_view names = entry.longopts == nullptr ? "" : entry.longopts;
  while (!names.empty()) {
    const std::size_t comma = std::min(names.find(','), names.size());
    if (names.substr(0, comma) == name) return true;
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
  return false;
}

arg_hdr* with_letter(const Table& table, char letter) {
  for (arg_hdr* entry : table.entries) {
    if (entry->shortopts != nullptr && std::strchr(entry->shortopts, letter) != nullptr) {
      return entry;
    }
  }
  return nullptr;
}

arg_hdr* with_long_name(const Table& table, std::string_view name) {
  for (arg_hdr* entry : table.entries) {
    if (has_long_name(*entry, name)) return entry;
  }
  return nullptr;
}

// As strtol, with the suffixes KB, MB and GB, and 0b and 0o.
bool parse_number(const char* text, int& number) {
  std::string_view digits = text;
  int base = 0;
  if (digits.starts_with("0b") || digits.starts_with("0o")) {
    base = digits[1] == 'b' ? 2 : 8;
    text += 2;
  }
  char* rest = nullptr;
  const long parsed = std::strtol(text, &rest, base);
  const std::string_view suffix = rest;
  const long unit = suffix == "KB"   ? 1L << 10
                    : suffix == "MB" ? 1L << 20
                    : suffix == "GB" ? 1L << 30
                                     : 1L;
  number = static_cast<int>(parsed * unit);
  return rest != text && (suffix.empty() || unit > 1);
}

class Parse {
 public:
  explicit Parse(void** table) : table_(table_of(table)) {
    for (arg_hdr* entry : table_.entries) {
      if (entry->kind != kRemark) count_of(*entry) = 0;
    }
    if (table_.end != nullptr) table_.end->count = 0;
  }

  int run(int argc, char** argv) {
    std::vector<const char*> rest;
    for (int i = 1; i < argc; ++i) {
      const std::string_view word = argv[i];
      if (word == "--") {
        rest.insert(rest.end(), argv + i + 1, argv + argc);
        break;
      }
      if (word.starts_with("--")) {
        take_long(argv, argc, i);
      } else if (word.size() > 1 && word[0] == '-' && !is_negative_number(word)) {
        take_letters(argv, argc, i);
      } else {
        rest.push_back(argv[i]);
      }
    }
    take_rest(rest);
    for (arg_hdr* entry : table_.entries) {
      if (entry->kind != kRemark && count_of(*entry) < entry->mincount) wrong(kMissing, entry, "");
    }
    return table_.end == nullptr ? 0 : table_.end->count;
  }

 private:
  // "-5" is a value when no option has that letter.
  bool is_negative_number(std::string_view word) const {
    return word[1] >= '0' && word[1] <= '9' && with_letter(table_, word[1]) == nullptr;
  }

  void wrong(Wrong what, arg_hdr* entry, const char* value) {
    End* end = table_.end;
    if (end == nullptr || end->count >= end->hdr.maxcount) return;
    end->error[end->count] = what;
    end->parent[end->count] = entry;
    end->argval[end->count] = value;
    ++end->count;
  }

  void give(arg_hdr* entry, const char* value) {
    int& count = count_of(*entry);
    if (count >= entry->maxcount) return wrong(kTooMany, entry, value);
    switch (entry->kind) {
      case kNumber: {
        int number = 0;
        if (!parse_number(value, number)) return wrong(kNoNumber, entry, value);
        reinterpret_cast<arg_int*>(entry)->ival[count] = number;
        break;
      }
      case kReal: {
        char* rest = nullptr;
        const double number = std::strtod(value, &rest);
        if (rest == value || *rest != '\0') return wrong(kNoNumber, entry, value);
        reinterpret_cast<arg_dbl*>(entry)->dval[count] = number;
        break;
      }
      case kText:
        reinterpret_cast<arg_str*>(entry)->sval[count] = value;
        break;
      default:
        break;
    }
    ++count;
  }

  void take_long(char** argv, int argc, int& i) {
    const std::string_view word = std::string_view(argv[i]).substr(2);
    const std::size_t equals = word.find('=');
    arg_hdr* entry = with_long_name(table_, word.substr(0, equals));
    if (entry == nullptr) return wrong(kUnknown, nullptr, argv[i]);
    if (!takes_value(*entry)) return give(entry, argv[i]);
    if (equals != std::string_view::npos) return give(entry, argv[i] + 2 + equals + 1);
    if (i + 1 >= argc) return wrong(kNoValue, entry, argv[i]);
    give(entry, argv[++i]);
  }

  void take_letters(char** argv, int argc, int& i) {
    for (const char* letter = argv[i] + 1; *letter != '\0'; ++letter) {
      arg_hdr* entry = with_letter(table_, *letter);
      if (entry == nullptr) return wrong(kUnknown, nullptr, argv[i]);
      if (!takes_value(*entry)) {
        give(entry, argv[i]);
        continue;
      }
      if (letter[1] != '\0') return give(entry, letter + 1);
      if (i + 1 >= argc) return wrong(kNoValue, entry, argv[i]);
      return give(entry, argv[++i]);
    }
  }

  void take_rest(const std::vector<const char*>& rest) {
    std::size_t next = 0;
    for (arg_hdr* entry : table_.entries) {
      if (entry->kind == kRemark || has_name(*entry)) continue;
      while (next < rest.size() && count_of(*entry) < entry->maxcount) {
        const int before = count_of(*entry);
        give(entry, rest[next]);
        ++next;
        if (count_of(*entry) == before) break;  // no value of its kind
      }
    }
    for (; next < rest.size(); ++next) wrong(kUnexpected, nullptr, rest[next]);
  }

  Table table_;
};

// "-n, --count=<n>", or "-n|--count=<n>" in a message.
std::string name_of(const arg_hdr& entry, std::string_view between) {
  std::string name;
  const std::string_view letters = entry.shortopts == nullptr ? "" : entry.shortopts;
  for (const char letter : letters)
    name.append(name.empty() ? "-" : std::string(between) + "-") += letter;
  std::string_view names = entry.longopts == nullptr ? "" : entry.longopts;
  const bool has_long = !names.empty();
  while (!names.empty()) {
    const std::size_t comma = std::min(names.find(','), names.size());
    if (!name.empty()) name += between;
    name.append("--").append(names.substr(0, comma));
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
  if (entry.datatype == nullptr || entry.kind == kFlag) return name;
  if (!name.empty()) name += has_long ? '=' : ' ';
  return name + entry.datatype;
}

}  // namespace

namespace rota::idf {

std::string argument_syntax(void** table) {
  std::string syntax;
  for (const arg_hdr* entry : table_of(table).entries) {
    const std::string name = entry->kind == kRemark && entry->datatype != nullptr
                                 ? entry->datatype
                                 : name_of(*entry, "|");
    if (name.empty()) continue;
    for (int i = 0; i < entry->maxcount || (i == 0 && entry->kind == kRemark); ++i) {
      const bool must = entry->kind == kRemark || i < entry->mincount;
      syntax += must ? " " + name : " [" + name + "]";
      if (i > entry->mincount) {
        syntax += "...";
        break;
      }
    }
  }
  return syntax;
}

}  // namespace rota::idf

extern "C" {

struct arg_rem* arg_rem(const char* datatype, const char* glossary) {
  return make<Remark>(kRemark, nullptr, nullptr, datatype, nullptr, 0, 0, glossary, 0);
}

arg_lit* arg_litn(
    const char* shortopts, const char* longopts, int mincount, int maxcount, const char* glossary) {
  return make<arg_lit>(kFlag, shortopts, longopts, nullptr, nullptr, mincount, maxcount, glossary,
                       0);
}
arg_lit* arg_lit0(const char* shortopts, const char* longopts, const char* glossary) {
  return arg_litn(shortopts, longopts, 0, 1, glossary);
}
arg_lit* arg_lit1(const char* shortopts, const char* longopts, const char* glossary) {
  return arg_litn(shortopts, longopts, 1, 1, glossary);
}

arg_int* arg_intn(const char* shortopts,
                  const char* longopts,
                  const char* datatype,
                  int mincount,
                  int maxcount,
                  const char* glossary) {
  auto* entry = make<arg_int>(kNumber, shortopts, longopts, datatype, "<int>", mincount, maxcount,
                              glossary, sizeof(int));
  if (entry != nullptr) entry->ival = values_behind<int>(entry);
  return entry;
}
arg_int* arg_int0(const char* shortopts,
                  const char* longopts,
                  const char* datatype,
                  const char* glossary) {
  return arg_intn(shortopts, longopts, datatype, 0, 1, glossary);
}
arg_int* arg_int1(const char* shortopts,
                  const char* longopts,
                  const char* datatype,
                  const char* glossary) {
  return arg_intn(shortopts, longopts, datatype, 1, 1, glossary);
}

arg_dbl* arg_dbln(const char* shortopts,
                  const char* longopts,
                  const char* datatype,
                  int mincount,
                  int maxcount,
                  const char* glossary) {
  auto* entry = make<arg_dbl>(kReal, shortopts, longopts, datatype, "<double>", mincount, maxcount,
                              glossary, sizeof(double));
  if (entry != nullptr) entry->dval = values_behind<double>(entry);
  return entry;
}
arg_dbl* arg_dbl0(const char* shortopts,
                  const char* longopts,
                  const char* datatype,
                  const char* glossary) {
  return arg_dbln(shortopts, longopts, datatype, 0, 1, glossary);
}
arg_dbl* arg_dbl1(const char* shortopts,
                  const char* longopts,
                  const char* datatype,
                  const char* glossary) {
  return arg_dbln(shortopts, longopts, datatype, 1, 1, glossary);
}

arg_str* arg_strn(const char* shortopts,
                  const char* longopts,
                  const char* datatype,
                  int mincount,
                  int maxcount,
                  const char* glossary) {
  auto* entry = make<arg_str>(kText, shortopts, longopts, datatype, "<string>", mincount, maxcount,
                              glossary, sizeof(const char*));
  if (entry == nullptr) return nullptr;
  entry->sval = values_behind<const char*>(entry);
  for (int i = 0; i < entry->hdr.maxcount; ++i) entry->sval[i] = "";
  return entry;
}
arg_str* arg_str0(const char* shortopts,
                  const char* longopts,
                  const char* datatype,
                  const char* glossary) {
  return arg_strn(shortopts, longopts, datatype, 0, 1, glossary);
}
arg_str* arg_str1(const char* shortopts,
                  const char* longopts,
                  const char* datatype,
                  const char* glossary) {
  return arg_strn(shortopts, longopts, datatype, 1, 1, glossary);
}

arg_file* arg_filen(const char* shortopts,
                    const char* longopts,
                    const char* datatype,
                    int mincount,
                    int maxcount,
                    const char* glossary) {
  return reinterpret_cast<arg_file*>(arg_strn(shortopts, longopts,
                                              datatype == nullptr ? "<file>" : datatype, mincount,
                                              maxcount, glossary));
}
arg_file* arg_file0(const char* shortopts,
                    const char* longopts,
                    const char* datatype,
                    const char* glossary) {
  return arg_filen(shortopts, longopts, datatype, 0, 1, glossary);
}
arg_file* arg_file1(const char* shortopts,
                    const char* longopts,
                    const char* datatype,
                    const char* glossary) {
  return arg_filen(shortopts, longopts, datatype, 1, 1, glossary);
}

struct arg_end* arg_end(int maxerrors) {
  auto* entry = make<End>(kEnd, nullptr, nullptr, nullptr, nullptr, 0, maxerrors, nullptr,
                          sizeof(void*) + sizeof(const char*) + sizeof(int));
  if (entry == nullptr) return nullptr;
  entry->hdr.flag = kIsEnd;
  entry->parent = values_behind<void*>(entry);
  void* behind = entry->parent + maxerrors;
  entry->argval = static_cast<const char**>(behind);
  entry->error = reinterpret_cast<int*>(entry->argval + maxerrors);
  return entry;
}

int arg_nullcheck(void** argtable) {
  for (; argtable != nullptr; ++argtable) {
    if (*argtable == nullptr) return 1;
    if (static_cast<arg_hdr*>(*argtable)->kind == kEnd) return 0;
  }
  return 1;
}

int arg_parse(int argc, char** argv, void** argtable) { return Parse(argtable).run(argc, argv); }

void arg_print_errors(FILE* fp, struct arg_end* end, const char* progname) {
  for (int i = 0; end != nullptr && i < end->count; ++i) {
    const auto* entry = static_cast<const arg_hdr*>(end->parent[i]);
    const std::string name = entry == nullptr ? "" : name_of(*entry, "|");
    const char* value = end->argval[i];
    std::fprintf(fp, "%s: ", progname == nullptr ? "" : progname);
    switch (end->error[i]) {
      case kMissing:
        std::fprintf(fp, "missing option %s\n", name.c_str());
        break;
      case kTooMany:
        std::fprintf(fp, "excess option %s\n", name.c_str());
        break;
      case kNoNumber:
        std::fprintf(fp, "invalid argument \"%s\" to option %s\n", value, name.c_str());
        break;
      case kNoValue:
        std::fprintf(fp, "option \"%s\" requires an argument\n", value);
        break;
      case kUnknown:
        std::fprintf(fp, "invalid option \"%s\"\n", value);
        break;
      default:
        std::fprintf(fp, "unexpected argument \"%s\"\n", value);
    }
  }
}

void arg_print_glossary(FILE* fp, void** argtable, const char* format) {
  for (const arg_hdr* entry : table_of(argtable).entries) {
    if (entry->glossary == nullptr) continue;
    const std::string name = entry->kind == kRemark
                                 ? std::string(entry->datatype == nullptr ? "" : entry->datatype)
                                 : name_of(*entry, ", ");
    std::fprintf(fp, format == nullptr ? "  %-20s %s\n" : format, name.c_str(), entry->glossary);
  }
}

void arg_print_syntax(FILE* fp, void** argtable, const char* suffix) {
  std::fprintf(fp, "%s%s", rota::idf::argument_syntax(argtable).c_str(),
               suffix == nullptr ? "" : suffix);
}

void arg_freetable(void** argtable, size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    std::free(argtable[i]);
    argtable[i] = nullptr;
  }
}

}  // extern "C"
