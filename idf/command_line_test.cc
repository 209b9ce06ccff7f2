// The command line: words, commands, the REPL on the board's console, and argtable3's tables.
#include "idf/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "argtable3/argtable3.h"
#include "esp_console.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "idf/command_arguments.h"
#include "idf/platform_for_test.h"

namespace rota::idf {
namespace {

using testing::ElementsAre;

TEST(CommandWords, AreCutAtSpacesOutsideQuotes) {
  EXPECT_THAT(words_of("  join  \"my net\" pass\\ word a\"b\"c"),
              ElementsAre("join", "my net", "pass word", "abc"));
  EXPECT_THAT(words_of("x \"\""), ElementsAre("x", ""));
  EXPECT_TRUE(words_of("   ").empty());
  std::string line = "ota \"http://a b\" now";
  char* words[3];
  EXPECT_EQ(esp_console_split_argv(line.data(), words, 3), 2U);
  EXPECT_STREQ(words[1], "http://a b");
  EXPECT_EQ(words[2], nullptr);
}

std::vector<std::string> seen;

int record(int argc, char** argv) {
  seen.assign(argv, argv + argc);
  return argc > 1 ? 7 : 0;
}

esp_console_cmd_t command(const char* name) {
  esp_console_cmd_t made{};
  made.command = name;
  made.help = "Does it";
  made.func = record;
  return made;
}

TEST(CommandLine, RunsWhatIsRegistered) {
  PlatformForTest board;
  const Runtime boot(board);
  int result = -1;
  EXPECT_EQ(esp_console_run("ota", &result), ESP_ERR_INVALID_STATE);
  const esp_console_config_t config = ESP_CONSOLE_CONFIG_DEFAULT();
  ASSERT_EQ(esp_console_init(&config), ESP_OK);
  EXPECT_EQ(esp_console_init(&config), ESP_ERR_INVALID_STATE);
  const esp_console_cmd_t ota = command("ota");
  ASSERT_EQ(esp_console_cmd_register(&ota), ESP_OK);
  const esp_console_cmd_t wrong = command("o t a");
  EXPECT_EQ(esp_console_cmd_register(&wrong), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_console_run("ota http://x", &result), ESP_OK);
  EXPECT_EQ(result, 7);
  EXPECT_THAT(seen, ElementsAre("ota", "http://x"));
  EXPECT_EQ(esp_console_run("other", &result), ESP_ERR_NOT_FOUND);
  EXPECT_EQ(esp_console_run("  ", &result), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_console_cmd_deregister("ota"), ESP_OK);
  EXPECT_EQ(esp_console_run("ota", &result), ESP_ERR_NOT_FOUND);
  EXPECT_EQ(esp_console_deinit(), ESP_OK);
}

TEST(CommandLine, ARepLReadsLinesOfTheConsole) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const int before = ::dup(STDIN_FILENO);
  ::dup2(ends[0], STDIN_FILENO);
  const std::string typed = "ota now\n\nnonsense\nhelp\n";
  EXPECT_EQ(::write(ends[1], typed.data(), typed.size()), static_cast<ssize_t>(typed.size()));
  ::close(ends[1]);  // the end of the input ends the REPL
  PlatformForTest board;
  board.run([] {
    esp_console_repl_t* repl = nullptr;
    const esp_console_repl_config_t config = ESP_CONSOLE_REPL_CONFIG_DEFAULT();
    const esp_console_dev_uart_config_t port = ESP_CONSOLE_DEV_UART_CONFIG_DEFAULT();
    ASSERT_EQ(esp_console_new_repl_uart(&port, &config, &repl), ESP_OK);
    const esp_console_cmd_t ota = command("ota");
    esp_console_cmd_register(&ota);
    EXPECT_EQ(esp_console_start_repl(repl), ESP_OK);
  });
  ::dup2(before, STDIN_FILENO);
  ::close(before);
  ::close(ends[0]);
  EXPECT_THAT(seen, ElementsAre("ota", "now"));
  EXPECT_TRUE(board.console_has("esp32> ")) << board.console;
  EXPECT_TRUE(board.console_has("Command returned non-zero error code: 0x7 (")) << board.console;
  EXPECT_TRUE(board.console_has("Unrecognized command")) << board.console;
  EXPECT_TRUE(board.console_has("ota \n  Does it")) << board.console;
}

// ---- argtable3 ----

struct Arguments {
  arg_lit* force = arg_lit0("f", "force", "Even when it is older");
  arg_int* port = arg_int0("p", "port", "<n>", "Port of the server");
  arg_str* url = arg_str1(nullptr, nullptr, "<url>", "Where the image is");
  arg_str* more = arg_strn(nullptr, nullptr, "<more>", 0, 2, nullptr);
  struct arg_end* end = arg_end(5);

  ~Arguments() { arg_freetable(table().data(), 5); }
  std::array<void*, 5> table() { return {force, port, url, more, end}; }
  int parse(const std::vector<std::string>& words) {
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    return arg_parse(static_cast<int>(argv.size()), argv.data(), table().data());
  }
  std::string errors() {
    char* text = nullptr;
    std::size_t bytes = 0;
    std::FILE* file = ::open_memstream(&text, &bytes);
    arg_print_errors(file, end, "ota");
    std::fclose(file);
    const std::string printed(text, bytes);
    std::free(text);
    return printed;
  }
};

TEST(CommandArguments, OptionsAndPlacesAreFound) {
  Arguments arguments;
  EXPECT_EQ(arg_nullcheck(arguments.table().data()), 0);
  const std::vector<std::string> line{"ota", "-f", "http://x", "--port=0x1F90", "a"};
  ASSERT_EQ(arguments.parse(line), 0) << arguments.errors();
  EXPECT_EQ(arguments.force->count, 1);
  EXPECT_EQ(arguments.port->ival[0], 8080);
  EXPECT_STREQ(arguments.url->sval[0], "http://x");
  EXPECT_EQ(arguments.more->count, 1);
  const std::vector<std::string> other{"ota", "-fp", "80", "--", "-x"};
  ASSERT_EQ(arguments.parse(other), 0) << arguments.errors();
  EXPECT_EQ(arguments.port->ival[0], 80);
  EXPECT_STREQ(arguments.url->sval[0], "-x");
  EXPECT_EQ(arguments.more->count, 0) << "each parse begins anew";
}

TEST(CommandArguments, WhatIsWrongIsSaid) {
  struct Case {
    std::vector<std::string> words;
    const char* says;
  };
  for (const Case& wrong :
       {Case{{"ota"}, "ota: missing option <url>\n"},
        Case{{"ota", "u", "-p", "x"}, "ota: invalid argument \"x\" to option -p|--port=<n>\n"},
        Case{{"ota", "u", "-p"}, "ota: option \"-p\" requires an argument\n"},
        Case{{"ota", "u", "-z"}, "ota: invalid option \"-z\"\n"},
        Case{{"ota", "u", "--zz"}, "ota: invalid option \"--zz\"\n"},
        Case{{"ota", "u", "-f", "-f"}, "ota: excess option -f|--force\n"},
        Case{{"ota", "u", "1", "2", "3"}, "ota: unexpected argument \"3\"\n"}}) {
    Arguments arguments;
    EXPECT_EQ(arguments.parse(wrong.words), 1);
    EXPECT_EQ(arguments.errors(), wrong.says);
  }
}

TEST(CommandArguments, TheSyntaxIsShown) {
  Arguments arguments;
  EXPECT_EQ(argument_syntax(arguments.table().data()),
            " [-f|--force] [-p|--port=<n>] <url> [<more>] [<more>]...");
}

}  // namespace
}  // namespace rota::idf
