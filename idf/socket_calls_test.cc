// Sockets of a program: who waits for the network lets the other tasks run. This file is compiled
// as a project's sources are, with rota_newlib.h.
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "idf/platform_for_test.h"
#include "lwip/dns.h"
#include "lwip/netdb.h"
#include "lwip/sockets.h"

namespace rota::idf {
namespace {

// What the tasks of a test share; they are plain functions.
int listening = -1;
std::string heard;

sockaddr_in address_of(int socket) {
  sockaddr_in address{};
  socklen_t length = sizeof(address);
  EXPECT_EQ(getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length), 0);
  return address;
}

// Says what it hears back, until the peer has nothing more to say.
void answer(void*) {
  const int peer = accept(listening, nullptr, nullptr);
  char bytes[64];
  while (true) {
    const ssize_t got = read(peer, bytes, sizeof(bytes));
    if (got <= 0) break;
    heard.append(bytes, static_cast<std::size_t>(got));
    EXPECT_EQ(write(peer, bytes, static_cast<std::size_t>(got)), got);
  }
  close(peer);
  vTaskDelete(nullptr);
}

class ProgramSockets : public testing::Test {
 protected:
  ProgramSockets() { heard.clear(); }
  static int new_server(std::uint16_t port) {
    const int server = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_ANY);
    any.sin_port = htons(port);
    EXPECT_EQ(bind(server, reinterpret_cast<sockaddr*>(&any), sizeof(any)), 0);
    EXPECT_EQ(listen(server, 1), 0);
    return server;
  }

  PlatformForTest board;
};

TEST_F(ProgramSockets, OtherTasksRunWhileOneWaits) {
  board.run([] {
    listening = new_server(0);
    xTaskCreate(answer, "server", 4096, nullptr, 5, nullptr);
    taskYIELD();  // the server waits in accept(), and this task goes on

    const sockaddr_in at = address_of(listening);
    EXPECT_EQ(ntohl(at.sin_addr.s_addr), INADDR_LOOPBACK) << "not for the whole world";
    const int client = socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(connect(client, reinterpret_cast<const sockaddr*>(&at), sizeof(at)), 0);
    EXPECT_EQ(send(client, "hello", 5, 0), 5);
    char bytes[16];
    EXPECT_EQ(recv(client, bytes, sizeof(bytes), 0), 5) << "the server went on meanwhile";

    timeval a_while{0, 1000};
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &a_while, sizeof(a_while));
    EXPECT_EQ(recv(client, bytes, sizeof(bytes), 0), -1);
    EXPECT_EQ(errno, EAGAIN) << "of the call, whatever ran meanwhile";
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(client, &readable);
    a_while = {0, 1000};
    EXPECT_EQ(select(client + 1, &readable, nullptr, nullptr, &a_while), 0);
    close(client);
  });
  EXPECT_EQ(heard, "hello");
  close(listening);
}

TEST_F(ProgramSockets, APeerThatWentAwayIsAnError) {
  board.run([] {
    listening = new_server(0);
    const sockaddr_in at = address_of(listening);
    const int client = socket(AF_INET, SOCK_STREAM, 0);
    ASSERT_EQ(connect(client, reinterpret_cast<const sockaddr*>(&at), sizeof(at)), 0);
    close(accept(listening, nullptr, nullptr));
    int sent = 0;
    while (sent >= 0) sent = static_cast<int>(write(client, "anybody?", 8));
    EXPECT_TRUE(errno == EPIPE || errno == ECONNRESET) << errno;
    close(client);
  });
  close(listening);
}

TEST_F(ProgramSockets, APortInUseIsSaidAndIsAnError) {
  board.run([] {
    listening = new_server(0);
    const int second = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in any = address_of(listening);
    any.sin_addr.s_addr = htonl(INADDR_ANY);
    EXPECT_EQ(bind(second, reinterpret_cast<sockaddr*>(&any), sizeof(any)), -1);
    EXPECT_EQ(errno, EADDRINUSE);
    close(second);
  });
  close(listening);
  EXPECT_TRUE(board.console_has("is in use on this machine")) << board.console;
}

TEST_F(ProgramSockets, NamesAndAddressesByLwipsNames) {
  board.run([] {
    ip_addr_t address{};
    EXPECT_EQ(dns_gethostbyname("localhost", &address, nullptr, nullptr), ERR_OK);
    EXPECT_STREQ(ipaddr_ntoa(&address), "127.0.0.1");
    EXPECT_EQ(dns_gethostbyname("", &address, nullptr, nullptr), ERR_ARG);
    IP_ADDR4(&address, 192, 168, 4, 1);
    dns_setserver(0, &address);
    EXPECT_STREQ(ipaddr_ntoa(dns_getserver(0)), "192.168.4.1");
    EXPECT_TRUE(ip_addr_isany(dns_getserver(7)));
    char text[IP4ADDR_STRLEN_MAX];
    in_addr host{};
    host.s_addr = htonl(0xC0A80401);
    EXPECT_STREQ(inet_ntoa_r(host, text, sizeof(text)), "192.168.4.1");
    EXPECT_EQ(inet_ntoa_r(host, text, 4), nullptr);
    ip4_addr_t parsed{};
    EXPECT_EQ(ip4addr_aton("10.0.0.7", &parsed), 1);
    EXPECT_EQ(ip4_addr4(&parsed), 7);
    EXPECT_EQ(ip4addr_aton("ten", &parsed), 0);
  });
}

}  // namespace
}  // namespace rota::idf
