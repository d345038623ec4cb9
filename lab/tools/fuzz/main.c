// Sends mutated datagrams with forged sources to a running appliance and holds each answer against the laws.
//   fuzz INTERFACE SERVER-MAC PID SEEDS FILES SEED FROM HTTP-PORT     then on standard input: go COUNT SECONDS, or end
//   fuzz --dump SEEDS FILES SEED FROM COUNT                           prints these datagrams, sends nothing
// It sends no faster than the process PID reads, so that no datagram is lost in a full buffer unseen.
#include "fuzz.h"
#include <poll.h>
#include <unistd.h>

uint32_t server = 0xc0a80b6d, relay = NEIGHBOURS + 1, broadcast = 0xc0a80bff; // 192.168.11.109, .201, .255
static uint64_t seed, next_index;

static uint64_t by_kind[KINDS];
static int wire = -1;

// ---- What is sent

static uint32_t routed(dice *d) { return ROUTED + below(d, 65536); }
static uint32_t neighbour(dice *d) { return NEIGHBOURS + below(d, NEIGHBOUR_COUNT); }
static const uint32_t ODD[] = {0x7f000001, 0xffffffff, 0xc0a80b6d, 0xe0000001, 0xc0a80bff, 0x08080808, 0};

static flow dhcp_flow(dice *d, octets *o) {
  if (chance(d, 80)) return (flow){0, 68, 67};
  switch (below(d, 4)) {
    case 0: return (flow){neighbour(d), 68, 67};
    case 1: return (flow){routed(d), (uint16_t)(40003 + below(d, 10)), 67};
    case 2: if (o->size >= 28) set32(o->at + 24, relay); return (flow){relay, 67, 67};
    default: return (flow){PICK(d, ODD), chance(d, 50) ? 68 : (uint16_t)roll(d), 67};
  }
}

static flow pxe_flow(dice *d, octets *o) {
  static const uint16_t ports[] = {4011, 4011, 68, 68, 40003, 40004, 1023, 53, 67, 0};
  uint32_t source = chance(d, 60) ? neighbour(d) : chance(d, 80) ? routed(d) : PICK(d, ODD);
  if (o->size >= 16 && chance(d, 80)) set32(o->at + 12, chance(d, 70) ? source : 0);
  return (flow){source, PICK(d, ports), 4011};
}

static flow tftp_flow(dice *d) {
  static const uint16_t reserved[] = {69, 19, 53};
  uint16_t port = chance(d, 97) ? (uint16_t)(40003 + below(d, 13)) : PICK(d, reserved);
  return (flow){chance(d, 95) ? routed(d) : neighbour(d), port, 69};
}

// Everything about a datagram follows from seed and index, but for the transfer that it is aimed at.
static int make(uint64_t index, octets *o, flow *f) {
  dice d = {seed * 0x2545f4914f6cdd1dull ^ index * 0xd1342543de82ef95ull};
  roll(&d);
  uint32_t share = below(&d, 100);
  int kind = share < 30 ? TO_DHCP : share < 45 ? TO_PXE : share < 80 ? TO_TFTP : TO_TRANSFER;
  uint16_t block = (uint16_t)below(&d, 4);
  *f = (flow){ROUTED, 40003, 40000};
  if (kind == TO_TRANSFER && wire >= 0 && !transfer_to(&d, f, &block)) kind = TO_TFTP;
  bool grammar = chance(&d, 55) || (kind == TO_TRANSFER && chance(&d, 60));
  if (!grammar) *o = *seed_of(&d, kind);
  else if (kind == TO_TFTP) make_tftp(&d, o);
  else if (kind == TO_TRANSFER) make_transfer(&d, o, block);
  else make_dhcp(&d, o, kind);
  if (grammar ? chance(&d, 30) : chance(&d, 92)) mutate(&d, o, kind);
  if (kind == TO_DHCP || kind == TO_PXE) {
    if (o->size >= 8 && chance(&d, 95)) set32(o->at + 4, (uint32_t)(index * 0x9e3779b1u));
    *f = kind == TO_DHCP ? dhcp_flow(&d, o) : pxe_flow(&d, o);
  } else if (kind == TO_TFTP) *f = tftp_flow(&d);
  return kind;
}

static void send_some(void) {
  static octets packets[BATCH];
  static flow flows[BATCH];
  for (int i = 0; i < BATCH; i++) {
    uint64_t index = next_index++;
    packets[i].size = 0;
    int kind = make(index, &packets[i], &flows[i]);
    note_sent(flows[i], packets[i].at, packets[i].size, kind, index);
    by_kind[kind]++;
  }
  send_batch(packets, flows);
}

static void tell(const char *what) {
  sum_up();
  sum_up_wire();
  printf("{\"%s\":%llu,\"sent\":%llu,\"read\":%llu,\"full\":%llu,\"dhcp67\":%llu,\"pxe4011\":%llu,\"tftp69\":%llu,\"transfers\":%llu,"
         "\"answers\":%llu,\"offers\":%llu,\"acks\":%llu,\"oacks\":%llu,\"data\":%llu,\"errors\":%llu,\"unheard\":%llu,\"proven\":%llu,\"unproven\":%llu,"
         "\"mostSends\":%u,\"dhcpRatio\":%.2f,\"requestRatio\":%.1f,\"addressRatio\":%.1f,\"addressIn\":%u,\"addressOut\":%u,\"bytesIn\":%llu,\"bytesOut\":%llu,"
         "\"connections\":%llu,\"requests\":%llu,\"httpAnswers\":%llu,\"httpFound\":%llu,\"breaches\":%llu}\n",
         what, (unsigned long long)next_index, (unsigned long long)cable.sent, (unsigned long long)cable.read,
         (unsigned long long)cable.full, (unsigned long long)by_kind[0], (unsigned long long)by_kind[1], (unsigned long long)by_kind[2],
         (unsigned long long)by_kind[3], (unsigned long long)(seen.dhcp + seen.tftp), (unsigned long long)seen.offers, (unsigned long long)seen.acks,
         (unsigned long long)seen.oacks, (unsigned long long)seen.data, (unsigned long long)seen.errors, (unsigned long long)cable.unheard,
         (unsigned long long)seen.proven, (unsigned long long)seen.unproven, seen.most_sends, seen.dhcp_ratio, seen.request_ratio, seen.address_ratio,
         seen.address_in, seen.address_out, (unsigned long long)seen.octets_in, (unsigned long long)seen.octets_out, (unsigned long long)web.connections,
         (unsigned long long)web.requests, (unsigned long long)web.answers, (unsigned long long)web.found, (unsigned long long)breaches);
  fflush(stdout);
}

static void go(uint64_t goal, double seconds) {
  double end = now() + seconds, reported = now();
  uint64_t until = cable.sent + goal;
  settle();
  while (cable.sent < until && now() < end) {
    send_some();
    wait_for(AHEAD);
    listen_once();
    turn_web(true);
    if (now() - reported > 5) {
      reported = now();
      printf("{\"at\":%llu}\n", (unsigned long long)next_index);
      fflush(stdout);
    }
  }
  settle();
  // Then HTTP alone for a while, and until the last answer is there.
  for (double began = now(); now() < began + 2 || (!web_is_quiet() && now() < began + 20); usleep(500)) {
    listen_once();
    turn_web(now() < began + 3);
  }
  tell("round");
}

static void dump(uint64_t amount) {
  static const char *const ports[] = {"67", "4011", "69", "transfer"};
  octets o;
  flow f;
  while (amount--) {
    o.size = 0;
    int kind = make(next_index++, &o, &f);
    printf("%s ", ports[kind]);
    for (uint32_t i = 0; i < o.size; i++) printf("%02x", o.at[i]);
    printf("\n");
  }
}

int main(int argc, char **argv) {
  bool dumping = argc == 7 && !strcmp(argv[1], "--dump");
  if (!dumping && argc != 9) { fprintf(stderr, "see the head of main.c\n"); return 2; }
  char **rest = argv + (dumping ? 2 : 4);
  load_seeds(rest[0]);
  load_files(rest[1]);
  seed = strtoull(rest[2], NULL, 10);
  next_index = strtoull(rest[3], NULL, 10);
  if (dumping) return dump(strtoull(rest[4], NULL, 10)), 0;
  wire = open_wire(argv[1], argv[2], argv[3]);
  open_web(seed, (uint16_t)atoi(argv[8]));
  printf("{\"ready\":%llu}\n", (unsigned long long)next_index);
  fflush(stdout);
  struct pollfd both[2] = {{0, POLLIN, 0}, {wire, POLLIN, 0}};
  for (char line[256];;) {
    poll(both, 2, web_is_quiet() ? 200 : 5);
    listen_once();
    turn_web(false);
    if (!(both[0].revents & (POLLIN | POLLHUP))) continue;
    ssize_t n = read(0, line, sizeof line - 1);
    if (n <= 0) return 2;
    line[n] = 0;
    uint64_t amount;
    double seconds;
    if (sscanf(line, "go %lu %lf", &amount, &seconds) == 2) go(amount, seconds);
    else {
      tell("end");
      return breaches > 0;
    }
  }
}
