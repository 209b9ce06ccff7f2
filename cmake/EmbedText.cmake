# Run as a script: cmake -DFROM=a.txt -DINTO=a.cc -DNAME=kText -DSPACE=rota::cli -P EmbedText.cmake
# Writes a C++ file that holds the text of a file as a std::string_view.
file(READ "${FROM}" text)
string(FIND "${text}" ")text\"" end_mark)
if(NOT end_mark EQUAL -1)
  message(FATAL_ERROR "${FROM} holds )text\", which ends a raw string")
endif()
file(WRITE "${INTO}" "// Made by EmbedText.cmake.
#include <string_view>

namespace ${SPACE} {
extern const std::string_view ${NAME};
constexpr std::string_view ${NAME} = R\"text(${text})text\";
}  // namespace ${SPACE}
")
