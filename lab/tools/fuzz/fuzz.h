// The parts of the fuzzer: what is sent (dhcp, tftp, http, mutate), what must hold of each answer (laws, files), and the
// wire between them (main).
#ifndef FUZZ_H
#define FUZZ_H
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 1472 // UDP payload that fits a frame

// A stream of numbers for each datagram, from seed and index alone: any datagram can be made again by itself.
typedef struct { uint64_t state; } dice;
static inline uint64_t roll(dice *d) {
  uint64_t z = (d->state += 0x9e3779b97f4a7c15ull);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}
static inline uint32_t below(dice *d, uint32_t n) { return (uint32_t)((roll(d) >> 32) * n >> 32); }
static inline bool chance(dice *d, uint32_t percent) { return below(d, 100) < percent; }
#define PICK(d, list) ((list)[below(d, sizeof(list) / sizeof *(list))])

typedef struct { uint8_t at[MOST]; uint32_t size; } octets;
static inline void put(octets *o, const void *from, uint32_t n) {
  if (n > MOST - o->size) n = MOST - o->size;
  memcpy(o->at + o->size, from, n);
  o->size += n;
}
static inline void put1(octets *o, uint8_t octet) { put(o, &octet, 1); }
static inline void put_noise(octets *o, dice *d, uint32_t n) { while (n--) put1(o, (uint8_t)roll(d)); }
static inline uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static inline uint32_t get32(const uint8_t *p) { return (uint32_t)get16(p) << 16 | get16(p + 2); }
static inline void set16(uint8_t *p, uint32_t v) { p[0] = (uint8_t)(v >> 8); p[1] = (uint8_t)v; }
static inline void set32(uint8_t *p, uint32_t v) { set16(p, v >> 16); set16(p + 2, v); }

// The house. Addresses are numbers in the host's order.
extern uint32_t server, relay, broadcast;
#define ROUTED 0x0a630000u // 10.99.0.0/16 is behind the fuzzer: 65536 addresses that nobody has
#define NEIGHBOURS 0xc0a80bc8u // 192.168.11.200 to .249 are the fuzzer's own, so that its kernel refuses what comes back
#define NEIGHBOUR_COUNT 50

// seeds.c: what real clients have sent. One line each: PORT HEX, or "http HEX".
enum { TO_DHCP, TO_PXE, TO_TFTP, TO_TRANSFER, TO_HTTP, KINDS };
void load_seeds(const char *file);
const octets *seed_of(dice *d, int kind);
void mutate(dice *d, octets *o, int kind);

void make_dhcp(dice *d, octets *o, int kind);
void make_tftp(dice *d, octets *o);
void make_transfer(dice *d, octets *o, uint16_t block);
void make_http(dice *d, octets *o);

// files.c: what may be sent at all
void load_files(const char *list);
const char *file_name(dice *d);
bool is_file_part(const uint8_t *bytes, uint64_t size, uint64_t from);
bool is_block(const uint8_t *bytes, uint32_t size, uint16_t block);
bool is_secret(const uint8_t *bytes, uint32_t size);

// laws.c
typedef struct {
  uint64_t dhcp, offers, acks, tftp, data, oacks, errors, octets_in, octets_out;
  uint64_t proven, unproven; // answers to addresses that have answered, and to others
  double dhcp_ratio, request_ratio, address_ratio; // octets out to octets in
  uint32_t most_sends, address_in, address_out;
} tally;
extern tally seen;
typedef struct { uint32_t source; uint16_t port; uint16_t to; } flow;
void note_sent(flow f, const uint8_t *bytes, uint32_t size, int kind, uint64_t index);
void judge(flow from, uint32_t destination, const uint8_t *bytes, uint32_t size);
void sum_up(void);
bool transfer_to(dice *d, flow *f, uint16_t *block);
void breach(const char *law, const uint8_t *bytes, uint32_t size);
extern uint64_t breaches;

// wire.c
#define BATCH 16
#define AHEAD 48 // datagrams that may be under way: fewer than fit into the buffer of a socket
typedef struct { uint64_t sent, read, lost, full, unheard; } wire_tally;
extern wire_tally cable;
double now(void);
int open_wire(const char *interface, const char *mac, const char *pid);
void send_batch(const octets *packets, const flow *flows);
void listen_once(void);
void settle(void);
void wait_for(int64_t most);
void sum_up_wire(void);

// http.c
typedef struct { uint64_t connections, requests, answers, found, octets; } http_tally;
extern http_tally web;
void open_web(uint64_t seed, uint16_t port);
void turn_web(bool asking);
bool web_is_quiet(void);
#endif
