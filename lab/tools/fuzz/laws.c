// What must hold of each answer, held against what was asked. Shares no code with Bootlace.
#include "fuzz.h"

tally seen;
uint64_t breaches;
static uint64_t last_index;
static char about[160]; // the datagram that is judged now

static void tell_about(const char *what, uint32_t address, uint16_t port) {
  size_t n = strlen(about);
  snprintf(about + n, sizeof about - n, "%s%u.%u.%u.%u:%u ", what, address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255, port);
}

void breach(const char *law, const uint8_t *bytes, uint32_t size) {
  if (++breaches > 20) return;
  printf("{\"breach\":\"%s\",\"about\":\"%s\",\"index\":%llu,\"bytes\":\"", law, about, (unsigned long long)last_index);
  for (uint32_t i = 0; i < size && i < 600; i++) printf("%02x", bytes[i]);
  printf("\"}\n");
  fflush(stdout);
}

// ---- DHCP

typedef struct {
  uint64_t key, index;
  uint32_t source, giaddr, ciaddr;
  uint16_t port, size;
  uint8_t type, asks, answers;
  bool boots, mixed;
} question;
#define BUCKETS (1u << 18)
static question (*questions)[4];

// Where a question is kept, or is to be kept instead of the oldest of its neighbours.
static question *question_of(uint64_t key) {
  if (!questions) questions = calloc(BUCKETS, sizeof *questions);
  question *bucket = questions[key % BUCKETS], *oldest = bucket;
  for (question *q = bucket; q < bucket + 4; q++) {
    if (q->key == key) return q;
    if (q->index < oldest->index) oldest = q;
  }
  return oldest;
}

static uint64_t key_of(const uint8_t *p, int kind) {
  uint64_t h = 0xcbf29ce484222325ull ^ (uint64_t)kind;
  for (uint32_t i = 1; i < 44; i++) {
    if (i == 3 || (i >= 8 && i < 28)) continue; // htype, hlen, xid, chaddr
    h = (h ^ p[i]) * 0x100000001b3ull;
  }
  return h ? h : 1;
}

typedef struct { uint8_t overload, type, types, class[16], classes; bool broken, end; } facts;

static void walk(const uint8_t *p, uint32_t size, facts *f, bool first) {
  for (uint32_t at = 0; at < size;) {
    uint8_t code = p[at++];
    if (code == 0) continue;
    if (code == 255) { f->end = true; return; }
    if (at >= size || at + 1 + p[at] > size) { f->broken = true; return; }
    uint8_t n = p[at++];
    if (code == 52 && first && n == 1) f->overload = p[at];
    if (code == 53 && n) { f->types += n; f->type = p[at]; }
    if (code == 60) {
      for (uint8_t i = 0; i < n && f->classes < 16; i++) f->class[f->classes++] = p[at + i];
    }
    at += n;
  }
}

// RFC 2131 section 4.1, RFC 3396: the fields in their order, and pieces of one option joined.
static facts facts_of(const uint8_t *p, uint32_t size) {
  facts f = {0};
  walk(p + 240, size - 240, &f, true);
  if (f.overload & 1) walk(p + 108, 128, &f, false);
  if (f.overload & 2) walk(p + 44, 64, &f, false);
  return f;
}

static bool is_message(const uint8_t *p, uint32_t size) { return size >= 240 && get32(p + 236) == 0x63825363; }
static bool is_boot_class(const facts *f) {
  return (f->classes >= 9 && !memcmp(f->class, "PXEClient", 9)) || (f->classes >= 10 && !memcmp(f->class, "HTTPClient", 10));
}

static void note_dhcp(flow f, const uint8_t *p, uint32_t size, int kind) {
  if (size < 44) return;
  uint64_t key = key_of(p, kind);
  question *q = question_of(key);
  question now = {.key = key, .index = last_index, .source = f.source, .port = f.port, .size = (uint16_t)size, .asks = 1,
                  .giaddr = get32(p + 24), .ciaddr = get32(p + 12)};
  if (is_message(p, size)) {
    facts is = facts_of(p, size);
    now.type = is.type;
    now.boots = p[0] == 1 && !is.broken && is.types == 1 && is_boot_class(&is);
  }
  if (q->key == key) {
    now.asks = q->asks < 255 ? (uint8_t)(q->asks + 1) : 255;
    now.answers = q->answers;
    now.boots |= q->boots;
    now.mixed = true;
  }
  *q = now;
}

static void judge_dhcp(uint16_t from, uint32_t to, uint16_t port, const uint8_t *p, uint32_t size) {
  seen.dhcp++;
  if (!is_message(p, size) || p[0] != 2) return breach("not a DHCP reply", p, size);
  facts f = facts_of(p, size);
  if (f.broken || !f.end || f.overload) breach("a reply that cannot be read", p, size);
  if (get32(p + 16)) breach("an address given out", p, size);
  if (f.types != 1 || (f.type != 2 && f.type != 5)) breach("neither OFFER nor ACK", p, size);
  if (!is_boot_class(&f)) breach("a reply without the class", p, size);
  if (size < 300 || size > MOST) breach("a reply of a wrong size", p, size);
  bool ours = false;
  for (uint32_t at = 240; at < size && p[at] != 255; at += p[at] ? p[at + 1] + 2u : 1) {
    if (p[at] == 54) ours = p[at + 1] == 4 && get32(p + at + 2) == server;
    if (memchr((uint8_t[]){1, 3, 6, 13, 51, 58, 59}, p[at], 7) && p[at]) breach("an option of a DHCP server", p, size);
  }
  if (!ours) breach("not its own server identifier", p, size);
  if (f.type == 2) seen.offers++;
  else seen.acks++;

  uint64_t key = key_of(p, from == 67 ? TO_DHCP : TO_PXE);
  question *q = question_of(key);
  if (q->key != key) return breach("nobody asked with this xid and chaddr", p, size);
  tell_about("asked by ", q->source, q->port);
  tell_about("ciaddr ", q->ciaddr, q->type);
  if (!q->boots) breach("an answer to who is no boot client", p, size);
  if (q->answers++ >= q->asks && q->asks < 255) breach("more answers than questions", p, size);
  if (q->mixed) return;
  seen.octets_in += q->size;
  seen.octets_out += size;
  double ratio = (double)size / q->size;
  if (ratio > seen.dhcp_ratio) seen.dhcp_ratio = ratio;
  if (from == 4011 && size > 548 && size > 2u * q->size) breach("a reply larger than allowed", p, size);
  if (get32(p + 24) != q->giaddr) breach("another giaddr", p, size);
  uint32_t asker = q->source ? q->source : q->ciaddr;
  bool fits = from == 4011         ? to == asker && port == q->port
              : q->giaddr          ? to == relay && q->giaddr == relay && port == 67
              : q->type == 1       ? (to == 0xffffffff || to == broadcast) && port == 68
              : to == asker && (port == q->port || port == 68);
  if (!fits) breach("a reply to somebody else", p, size);
}

// ---- TFTP

#define PORTS 16
#define ADDRESSES (65536 + NEIGHBOUR_COUNT)
static const uint16_t RESERVED[] = {69, 19, 53};
typedef struct {
  uint64_t requests, answers;
  uint32_t since, asked; // octets of the answers to the first request, and of the last request
  uint16_t tid, block;
  bool proven;
} endpoint;
static endpoint (*endpoints)[PORTS];
static struct { uint64_t in, out; bool proven; } *addresses;
static uint32_t live[256], lives;

static int port_index(uint16_t port) {
  for (int i = 0; i < 3; i++) if (port == RESERVED[i]) return i;
  return port >= 40003 && port < 40000 + PORTS ? port - 40000 : -1;
}
static int64_t address_index(uint32_t address) {
  if (address >> 16 == ROUTED >> 16) return address & 0xffff;
  return address >= NEIGHBOURS && address < NEIGHBOURS + NEIGHBOUR_COUNT ? (int64_t)(65536 + address - NEIGHBOURS) : -1;
}
static endpoint *endpoint_of(uint32_t address, uint16_t port) {
  if (!endpoints) {
    endpoints = calloc(ADDRESSES, sizeof *endpoints);
    addresses = calloc(ADDRESSES, sizeof *addresses);
  }
  int64_t i = address_index(address);
  int j = port_index(port);
  return i < 0 || j < 0 ? NULL : &endpoints[i][j];
}

// Every fourth address behind the fuzzer answers; the others are never heard again, as forged ones are.
static bool talks(uint32_t address) { return address >> 16 == ROUTED >> 16 && address % 4 == 0; }

static void note_tftp(flow f, const uint8_t *p, uint32_t size, int kind) {
  endpoint *e = endpoint_of(f.source, f.port);
  if (!e) return;
  if (kind == TO_TFTP) {
    e->requests++;
    e->asked = size;
    addresses[address_index(f.source)].in += size;
  } else if (size >= 4 && p[0] == 0 && (p[1] == 4 || p[1] == 5)) {
    e->proven = addresses[address_index(f.source)].proven = true;
  }
}

bool transfer_to(dice *d, flow *f, uint16_t *block) {
  if (!lives) return false;
  uint32_t id = live[below(d, lives < 256 ? lives : 256)];
  endpoint *e = &endpoints[id / PORTS][id % PORTS];
  *f = (flow){ROUTED + id / PORTS, (uint16_t)(40000 + id % PORTS), e->tid};
  *block = e->block;
  return true;
}

static void account(endpoint *e, uint32_t address, const uint8_t *p, uint32_t size) {
  if (e->proven) {
    seen.proven++;
    return;
  }
  seen.unproven++;
  e->answers++;
  if (e->requests == 1) { // else an answer may belong to one of several requests
    e->since += size;
    if (e->answers > seen.most_sends) seen.most_sends = (uint32_t)e->answers;
    if (e->asked && (double)e->since / e->asked > seen.request_ratio) seen.request_ratio = (double)e->since / e->asked;
  }
  if (e->answers > 3 * e->requests) breach("more than three packets for a request", p, size);
  if (size > 516) breach("a large packet to an address that has not answered", p, size);
  addresses[address_index(address)].out += size;
}

static bool is_oack(const uint8_t *p, uint32_t size) {
  static const char *const known[] = {"blksize", "tsize", "timeout", "windowsize"};
  if (size < 4 || size > 200 || p[size - 1]) return false;
  for (uint32_t at = 2; at < size;) {
    const char *name = (const char *)p + at;
    bool good = false;
    for (int i = 0; i < 4; i++) good |= !strcasecmp(name, known[i]);
    at += (uint32_t)strlen(name) + 1;
    if (!good || at >= size || !p[at]) return false;
    for (; p[at]; at++) if (p[at] < '0' || p[at] > '9') return false;
    at++;
  }
  return true;
}

static bool is_error(const uint8_t *p, uint32_t size) {
  if (size < 5 || size > 45 || get16(p + 2) > 8 || p[size - 1]) return false;
  for (uint32_t i = 4; i < size - 1; i++) if (p[i] < 32 || p[i] > 126) return false;
  return true;
}

static void judge_tftp(uint16_t from, uint32_t to, uint16_t port, const uint8_t *p, uint32_t size) {
  seen.tftp++;
  seen.octets_out += size;
  endpoint *e = endpoint_of(to, port);
  if (!e || !e->requests) return breach("nobody asked there", p, size);
  for (int i = 0; i < 3; i++) if (port == RESERVED[i]) breach("an answer to a port that no client has", p, size);
  if (from == 69) breach("an answer from the request port", p, size);
  account(e, to, p, size);
  uint16_t opcode = size >= 4 ? get16(p) : 0;
  uint16_t block = 0;
  if (opcode == 3) {
    seen.data++;
    block = get16(p + 2);
    if (!is_block(p + 4, size - 4, block)) breach("bytes of no file in the root", p, size);
  } else if (opcode == 6) {
    seen.oacks++;
    if (!is_oack(p, size)) breach("an OACK that nobody could have asked for", p, size);
  } else if (opcode == 5) {
    seen.errors++;
    if (!is_error(p, size)) breach("an ERROR that is none", p, size);
  } else breach("a packet that no server sends", p, size);
  if (opcode == 5 || !talks(to)) return;
  if (e->tid != from) live[lives++ % 256] = (uint32_t)address_index(to) * PORTS + (uint32_t)port_index(port);
  e->tid = from;
  e->block = block;
}

// ---- Both

void note_sent(flow f, const uint8_t *bytes, uint32_t size, int kind, uint64_t index) {
  last_index = index;
  if (kind == TO_DHCP || kind == TO_PXE) note_dhcp(f, bytes, size, kind);
  else {
    seen.octets_in += size;
    note_tftp(f, bytes, size, kind);
  }
}

void judge(flow from, uint32_t destination, const uint8_t *bytes, uint32_t size) {
  about[0] = 0;
  tell_about("from ", from.source, from.port);
  tell_about("to ", destination, from.to);
  if (is_secret(bytes, size)) breach("bytes from outside the root", bytes, size);
  if (from.port == 67 || from.port == 4011) judge_dhcp(from.port, destination, from.to, bytes, size);
  else judge_tftp(from.port, destination, from.to, bytes, size);
}

void sum_up(void) {
  for (uint32_t i = 0; addresses && i < ADDRESSES; i++) {
    if (addresses[i].proven || addresses[i].in == 0) continue;
    double ratio = (double)addresses[i].out / (double)addresses[i].in;
    if (ratio <= seen.address_ratio) continue;
    seen.address_ratio = ratio;
    seen.address_in = (uint32_t)addresses[i].in;
    seen.address_out = (uint32_t)addresses[i].out;
  }
}
