// Arguments of commands, by argtable3's names: a table of what a command takes, parsed from argv,
// with the messages that argtable3 gives. Dates and regular expressions are left out.
#pragma once

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

// What every entry of a table begins with.
struct arg_hdr {
  char flag;
  const char* shortopts;  // letters: "ab"
  const char* longopts;   // names: "all,brief"
  const char* datatype;   // "<n>"; NULL: its kind's own
  const char* glossary;
  int mincount;
  int maxcount;
  int kind;
};

struct arg_rem {
  struct arg_hdr hdr;
};
struct arg_lit {
  struct arg_hdr hdr;
  int count;
};
struct arg_int {
  struct arg_hdr hdr;
  int count;
  int* ival;
};
struct arg_dbl {
  struct arg_hdr hdr;
  int count;
  double* dval;
};
struct arg_str {
  struct arg_hdr hdr;
  int count;
  const char** sval;
};
struct arg_file {
  struct arg_hdr hdr;
  int count;
  const char** filename;
};
// The last entry of a table: what was wrong.
struct arg_end {
  struct arg_hdr hdr;
  int count;
  int* error;
  void** parent;
  const char** argval;
};

struct arg_rem* arg_rem(const char* datatype, const char* glossary);
struct arg_lit* arg_lit0(const char* shortopts, const char* longopts, const char* glossary);
struct arg_lit* arg_lit1(const char* shortopts, const char* longopts, const char* glossary);
struct arg_lit* arg_litn(
    const char* shortopts, const char* longopts, int mincount, int maxcount, const char* glossary);
struct arg_int* arg_int0(const char* shortopts,
                         const char* longopts,
                         const char* datatype,
                         const char* glossary);
struct arg_int* arg_int1(const char* shortopts,
                         const char* longopts,
                         const char* datatype,
                         const char* glossary);
struct arg_int* arg_intn(const char* shortopts,
                         const char* longopts,
                         const char* datatype,
                         int mincount,
                         int maxcount,
                         const char* glossary);
struct arg_dbl* arg_dbl0(const char* shortopts,
                         const char* longopts,
                         const char* datatype,
                         const char* glossary);
struct arg_dbl* arg_dbl1(const char* shortopts,
                         const char* longopts,
                         const char* datatype,
                         const char* glossary);
struct arg_dbl* arg_dbln(const char* shortopts,
                         const char* longopts,
                         const char* datatype,
                         int mincount,
                         int maxcount,
                         const char* glossary);
struct arg_str* arg_str0(const char* shortopts,
                         const char* longopts,
                         const char* datatype,
                         const char* glossary);
struct arg_str* arg_str1(const char* shortopts,
                         const char* longopts,
                         const char* datatype,
                         const char* glossary);
struct arg_str* arg_strn(const char* shortopts,
                         const char* longopts,
                         const char* datatype,
                         int mincount,
                         int maxcount,
                         const char* glossary);
struct arg_file* arg_file0(const char* shortopts,
                           const char* longopts,
                           const char* datatype,
                           const char* glossary);
struct arg_file* arg_file1(const char* shortopts,
                           const char* longopts,
                           const char* datatype,
                           const char* glossary);
struct arg_file* arg_filen(const char* shortopts,
                           const char* longopts,
                           const char* datatype,
                           int mincount,
                           int maxcount,
                           const char* glossary);
struct arg_end* arg_end(int maxerrors);

// 1 when an entry of the table could not be made.
int arg_nullcheck(void** argtable);
// The number of errors; they stand in the arg_end.
int arg_parse(int argc, char** argv, void** argtable);
void arg_print_errors(FILE* fp, struct arg_end* end, const char* progname);
// "  -n, --count=<n>  How often", one line an entry that has a glossary.
void arg_print_glossary(FILE* fp, void** argtable, const char* format);
void arg_print_syntax(FILE* fp, void** argtable, const char* suffix);
void arg_freetable(void** argtable, size_t n);

#ifdef __cplusplus
}
#endif
