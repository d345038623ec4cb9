// Requests for the HTTP port, by the grammar of RFC 9112 and all that breaks it, over connections of their own.
#include "fuzz.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

http_tally web;

static const char *const METHODS[] = {"GET", "GET", "GET", "GET", "GET", "GET", "GET", "GET", "GET", "HEAD", "HEAD", "HEAD", "POST", "PUT", "OPTIONS", "TRACE", "CONNECT", "get", "G\tET", "PRI", "BREW"};
static const char *const TARGETS[] = {
    "/../secret.txt", "/a/../../secret.txt", "/%2e%2e/secret.txt", "/%2e%2e%2fsecret.txt", "/..%5csecret.txt", "/%c0%ae%c0%ae/secret.txt",
    "/%252e%252e/secret.txt", "/outside", "/passwd", "/away/secret.txt", "/fifo", "/pxelinux/", "/pxelinux", "/", "*", "//hello",
    "http://192.168.11.109/hello", "http://example.com/hello", "http://192.168.11.109:8069/../secret.txt", "/hello?x=1", "/hello#x",
    "/%00", "/hello%00", "/%0d%0aX:%20y", "/%", "/%zz", "/%e2%80%ae", "/HELLO", "/proc/self/environ", "/api/v1/status", "/metrics",
    "/.%2e/secret.txt", "/pxelinux/../hello", "hello", ""};
static const char *const VERSIONS[] = {"HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/0.9", "http/1.1", "", "HTTP/1.1 "};
static const char *const HEADERS[] = {
    "Range: bytes=0-", "Range: bytes=0-99", "Range: bytes=-5", "Range: bytes=5-2", "Range: bytes=0-0,2-3", "Range: bytes=99999999999999999999-",
    "Range: lines=1-2", "Range: bytes=", "Range: bytes=-0", "If-Range: \"x\"", "If-None-Match: *", "If-Match: \"x\"", "If-None-Match: \"x\", W/\"y\"",
    "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT", "If-Modified-Since: yesterday", "Content-Length: 0", "Content-Length: 5", "Content-Length: -1",
    "Content-Length: 99999999999", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Expect: 100-continue", "Expect: x", "Connection: close",
    "Connection: keep-alive", "Connection: upgrade", "Upgrade: h2c", "Upgrade: websocket", "Host: other.example", "Host:", "Accept: */*",
    "User-Agent: UefiHttpBoot/1.0", "User-Agent: iPXE/1.21", "Authorization: Basic eDp5", "X: \33[2J", "X\1: y", " folded", "NoColon", "__proto__: x",
    "constructor: x", "Cookie: a=b"};

static void text(octets *o, const char *s) { put(o, s, (uint32_t)strlen(s)); }

static void one_request(dice *d, octets *o) {
  text(o, PICK(d, METHODS));
  text(o, chance(d, 97) ? " " : "\t");
  if (chance(d, 60)) { text(o, "/"); text(o, file_name(d)); }
  else if (chance(d, 95)) text(o, PICK(d, TARGETS));
  else for (uint32_t n = below(d, 1200); n > 0; n--) put1(o, 'a' + (uint8_t)below(d, 26));
  text(o, " ");
  text(o, PICK(d, VERSIONS));
  const char *end = chance(d, 97) ? "\r\n" : "\n";
  text(o, end);
  if (chance(d, 95)) { text(o, "Host: 192.168.11.109:8069"); text(o, end); }
  for (uint32_t n = chance(d, 1) ? 120 : below(d, 4); n > 0; n--) { text(o, PICK(d, HEADERS)); text(o, end); }
  text(o, end);
  if (chance(d, 6)) put_noise(o, d, below(d, 60));
}

void make_http(dice *d, octets *o) {
  o->size = 0;
  if (chance(d, 30)) *o = *seed_of(d, TO_HTTP);
  else do one_request(d, o); while (chance(d, 15) && o->size < 700);
  if (chance(d, 35)) mutate(d, o, TO_HTTP);
}

// ---- Connections

#define SLOTS 72
#define ROOM (1u << 18)
typedef struct { int fd; uint32_t sent, got; octets out; uint8_t *in; double until; bool slow; } slot;
static slot slots[SLOTS];
static uint64_t seed, made;
static uint16_t port;
static double next_start;

void open_web(uint64_t s, uint16_t p) {
  seed = s;
  port = p;
  for (int i = 0; i < SLOTS; i++) slots[i] = (slot){.fd = -1, .in = malloc(ROOM + 1)};
}

static void begin(slot *s, int i) {
  dice d = {seed ^ 0x48545450 ^ (made++ << 20)};
  make_http(&d, &s->out);
  s->sent = s->got = 0;
  s->slow = chance(&d, 1);
  s->until = now() + (s->slow ? 15 : 5);
  s->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in me = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(NEIGHBOURS + 2 + (uint32_t)i % 7)};
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(server)};
  struct linger at_once = {1, 0};
  setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  if (s->fd < 0 || bind(s->fd, (void *)&me, sizeof me) || (connect(s->fd, (void *)&to, sizeof to) && errno != EINPROGRESS)) {
    perror("connection");
    exit(2);
  }
  web.connections++;
}

// The answers on one connection, one behind the other. The body of HEAD is missing; the next answer shows that.
static void judge_web(slot *s) {
  uint8_t *at = s->in, *end = s->in + s->got;
  *end = 0;
  web.octets += s->got;
  if (is_secret(s->in, s->got)) breach("HTTP: bytes from outside the root", s->in, s->got);
  while (at < end) {
    uint8_t *body = memmem(at, (size_t)(end - at), "\r\n\r\n", 4);
    if (end - at < 13 || !body) return;
    if (memcmp(at, "HTTP/1.1 ", 9)) return breach("HTTP: no status line", at, (uint32_t)(end - at));
    int status = atoi((char *)at + 9);
    char head[4096] = "";
    memcpy(head, at, (size_t)(body - at) < sizeof head - 1 ? (size_t)(body - at) : sizeof head - 1);
    body += 4;
    web.answers++;
    char *length = strcasestr(head, "\r\ncontent-length:"), *range = strcasestr(head, "\r\ncontent-range: bytes ");
    uint64_t size = length ? strtoull(length + 17, NULL, 10) : 0, from = range ? strtoull(range + 23, NULL, 10) : 0;
    if (status < 100 || status > 599) breach("HTTP: no status", at, 40);
    if (status >= 300 && status < 400 && status != 304) breach("HTTP: a redirect", at, 40);
    at = body;
    bool bodiless = status < 200 || status == 304 || at == end || (end - at >= 9 && !memcmp(at, "HTTP/1.1 ", 9));
    if (bodiless) continue;
    uint64_t there = size < (uint64_t)(end - at) ? size : (uint64_t)(end - at);
    if (status == 200 || status == 206) {
      web.found++;
      if (!is_file_part(at, there, from)) breach("HTTP: bytes of no file in the root", at, (uint32_t)there);
    }
    if (!length) return;
    at += there;
  }
}

static void end(slot *s) {
  judge_web(s);
  close(s->fd);
  s->fd = -1;
}

static void turn(slot *s) {
  while (s->sent < s->out.size) {
    ssize_t n = send(s->fd, s->out.at + s->sent, s->out.size - s->sent, MSG_NOSIGNAL);
    if (n < 0) break;
    s->sent += (uint32_t)n;
    if (s->sent == s->out.size) web.requests++;
  }
  for (;;) {
    ssize_t n = s->got == ROOM ? 0 : recv(s->fd, s->in + s->got, ROOM - s->got, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != ENOTCONN)) return end(s);
    if (n < 0) break;
    s->got += (uint32_t)n;
    if (!s->slow) s->until = now() + 0.5; // a client that hears no more goes away
  }
  if (now() > s->until) end(s);
}

void turn_web(bool asking) {
  for (int i = 0; i < SLOTS; i++) {
    slot *s = &slots[i];
    if (s->fd >= 0) turn(s);
    else if (asking && now() >= next_start) {
      begin(s, i);
      next_start = now() + 0.002;
    }
  }
}

bool web_is_quiet(void) {
  for (int i = 0; i < SLOTS; i++) if (slots[i].fd >= 0) return false;
  return true;
}
