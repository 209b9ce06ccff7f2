// Of the http_parser library: the methods of HTTP requests, which esp_http_server.h speaks in, and
// the parts of a URL. Its parser of messages is not offered.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// XX(number, enumerator without HTTP_, as it stands in a request)
// clang-format off
#define HTTP_METHOD_MAP(XX)         \
  XX(0, DELETE, DELETE)             \
  XX(1, GET, GET)                   \
  XX(2, HEAD, HEAD)                 \
  XX(3, POST, POST)                 \
  XX(4, PUT, PUT)                   \
  XX(5, CONNECT, CONNECT)           \
  XX(6, OPTIONS, OPTIONS)           \
  XX(7, TRACE, TRACE)               \
  XX(8, COPY, COPY)                 \
  XX(9, LOCK, LOCK)                 \
  XX(10, MKCOL, MKCOL)              \
  XX(11, MOVE, MOVE)                \
  XX(12, PROPFIND, PROPFIND)        \
  XX(13, PROPPATCH, PROPPATCH)      \
  XX(14, SEARCH, SEARCH)            \
  XX(15, UNLOCK, UNLOCK)            \
  XX(16, BIND, BIND)                \
  XX(17, REBIND, REBIND)            \
  XX(18, UNBIND, UNBIND)            \
  XX(19, ACL, ACL)                  \
  XX(20, REPORT, REPORT)            \
  XX(21, MKACTIVITY, MKACTIVITY)    \
  XX(22, CHECKOUT, CHECKOUT)        \
  XX(23, MERGE, MERGE)              \
  XX(24, MSEARCH, M-SEARCH)         \
  XX(25, NOTIFY, NOTIFY)            \
  XX(26, SUBSCRIBE, SUBSCRIBE)      \
  XX(27, UNSUBSCRIBE, UNSUBSCRIBE)  \
  XX(28, PATCH, PATCH)              \
  XX(29, PURGE, PURGE)              \
  XX(30, MKCALENDAR, MKCALENDAR)    \
  XX(31, LINK, LINK)                \
  XX(32, UNLINK, UNLINK)
// clang-format on

enum http_method
#ifdef __cplusplus
    : int  // so that it can be any number, as in C: esp_http_server's HTTP_ANY is none of these
#endif
{
#define XX(number, name, string) HTTP_##name = number,
  HTTP_METHOD_MAP(XX)
#undef XX
};

// "GET"; "<unknown>" for a number that is none.
const char* http_method_str(enum http_method m);

enum http_parser_url_fields {
  UF_SCHEMA = 0,
  UF_HOST = 1,
  UF_PORT = 2,
  UF_PATH = 3,
  UF_QUERY = 4,
  UF_FRAGMENT = 5,
  UF_USERINFO = 6,
  UF_MAX = 7
};

struct http_parser_url {
  uint16_t field_set;  // a bit for each field that is there: 1 << UF_HOST
  uint16_t port;       // the number of UF_PORT; 0 without it
  struct {
    uint16_t off;
    uint16_t len;
  } field_data[UF_MAX];
};

void http_parser_url_init(struct http_parser_url* u);
// 0, or another number for what is no URL: of a full URL, a path (from '/'), or for is_connect
// "host:port".
int http_parser_parse_url(const char* buf,
                          size_t buflen,
                          int is_connect,
                          struct http_parser_url* u);

#ifdef __cplusplus
}
#endif
