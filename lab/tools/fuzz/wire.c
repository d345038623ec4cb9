// The cable: frames with forged sources out, frames of the appliance in, and how much of what was sent it has read.
#include "fuzz.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEADERS = 14 + 20 + 8 };
wire_tally cable;
static int wire, counters, sockets;
static uint8_t own_mac[6], server_mac[6];
static uint8_t frames[BATCH][HEADERS + MOST];

double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint32_t frame(uint8_t *p, const octets *o, flow f) {
  uint32_t to = f.to == 67 && f.source == 0 ? 0xffffffff : server, sum = 0;
  memcpy(p, server_mac, 6);
  memcpy(p + 6, own_mac, 6);
  set16(p + 12, 0x0800);
  uint8_t *ip = p + 14, *udp = ip + 20;
  memset(ip, 0, 28);
  ip[0] = 0x45;
  set16(ip + 2, 28 + o->size);
  ip[6] = 0x40;
  ip[8] = 64;
  ip[9] = 17;
  set32(ip + 12, f.source);
  set32(ip + 16, to);
  for (int i = 0; i < 20; i += 2) sum += get16(ip + i);
  sum = (sum & 0xffff) + (sum >> 16);
  set16(ip + 10, ~(sum + (sum >> 16)) & 0xffff);
  set16(udp, f.port);
  set16(udp + 2, f.to);
  set16(udp + 4, 8 + o->size);
  memcpy(udp + 8, o->at, o->size);
  return HEADERS + o->size;
}


static void hear(const uint8_t *p, uint32_t size) {
  if (size < HEADERS || get16(p + 12) != 0x0800 || p[14] >> 4 != 4 || p[14 + 9] != 17) return;
  if (!(p[0] & 1) && memcmp(p, own_mac, 6)) return; // not for us, the switch did not know better
  const uint8_t *ip = p + 14, *udp = ip + 4 * (ip[0] & 15);
  if (udp + 8 > p + size) return;
  uint32_t source = get32(ip + 12), to = get32(ip + 16), length = get16(udp + 4), room = (uint32_t)(p + size - udp);
  if (get16(ip + 6) & 0x3fff) return breach("a fragment", p, size);
  if (length < 8 || length > room) return;
  flow f = {source, get16(udp), get16(udp + 2)};
  if (source == server) judge(f, to, udp + 8, length - 8);
  else if (f.to == 67) note_sent(f, udp + 8, length - 8, TO_DHCP, ~0ull); // another client on this LAN
}

void listen_once(void) {
  static uint8_t in[BATCH][2048];
  static struct iovec at[BATCH];
  static struct mmsghdr heard[BATCH];
  for (int i = 0; i < BATCH; i++) {
    at[i] = (struct iovec){in[i], sizeof in[i]};
    heard[i].msg_hdr = (struct msghdr){.msg_iov = &at[i], .msg_iovlen = 1};
  }
  int n;
  while ((n = recvmmsg(wire, heard, BATCH, MSG_DONTWAIT, NULL)) > 0) {
    for (int i = 0; i < n; i++) hear(in[i], heard[i].msg_len);
  }
}

// The datagrams that the system of the appliance has given to a socket's owner, or has dropped.
static uint64_t taken, dropped;
static void count(void) {
  char text[4096], *line = text;
  ssize_t n = pread(counters, text, sizeof text - 1, 0);
  unsigned long long in, no_port, errors, out, full;
  if (n <= 0) { fprintf(stderr, "the appliance is gone\n"); exit(3); }
  text[n] = 0;
  for (int i = 0; i < 2; i++) line = strstr(line, "\nUdp: ") + 1;
  if (sscanf(line, "Udp: %llu %llu %llu %llu %llu", &in, &no_port, &errors, &out, &full) != 5) exit(2);
  taken = in + no_port + errors - full;
  dropped = full;
}

// Whether no socket of the appliance has anything left to read.
static bool all_read(void) {
  static char text[1 << 20];
  size_t n = 0;
  ssize_t more;
  lseek(sockets, 0, SEEK_SET);
  while ((more = read(sockets, text + n, sizeof text - 1 - n)) > 0) n += (size_t)more;
  text[n] = 0;
  for (char *line = strchr(text, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
    unsigned queued;
    if (sscanf(line, "%*u: %*8[0-9A-F]:%*X %*8[0-9A-F]:%*X %*X %*X:%x", &queued) == 1 && queued) return false;
  }
  return true;
}

static uint64_t begun_taken, begun_dropped, looked_at;
static int64_t elsewhere; // taken, but not sent by us, less what was sent and never arrived

// What is under way. The appliance hears its own broadcast OFFERs, where it listens to those of others.
static int64_t under_way(void) {
  count();
  return (int64_t)(cable.sent - (taken - begun_taken) + seen.offers) + elsewhere;
}

// Waits until nothing moves and all sockets are empty: then nothing is under way, and what is missing was dropped.
void settle(void) {
  double moved = now();
  for (uint64_t before = taken; now() - moved < 0.03 || !all_read(); before = taken) {
    listen_once();
    usleep(200);
    count();
    if (taken != before) moved = now();
  }
  elsewhere -= under_way();
  looked_at = cable.sent;
}

// Waits until at most `most` datagrams are under way. The count drifts, so now and then all are awaited.
void wait_for(int64_t most) {
  if (cable.sent - looked_at > 8000) settle();
  double moved = now();
  for (uint64_t before = taken; under_way() > most; before = taken) {
    listen_once();
    usleep(50);
    if (taken != before) moved = now();
    if (now() - moved > 0.03) return settle();
  }
}

// Sources that no system lets in (RFC 1122 section 3.2.1.3), and its own.
static bool is_dropped(const flow *f) {
  return f->source == server || f->source == broadcast || f->source >> 24 >= 0xe0 || f->source >> 24 == 0x7f ||
         (f->source == 0 && f->to != 67);
}

void send_batch(const octets *packets, const flow *flows) {
  static struct iovec at[BATCH];
  static struct mmsghdr out[BATCH];
  for (int i = 0; i < BATCH; i++) {
    cable.lost += is_dropped(&flows[i]);
    at[i] = (struct iovec){frames[i], frame(frames[i], &packets[i], flows[i])};
    out[i].msg_hdr = (struct msghdr){.msg_iov = &at[i], .msg_iovlen = 1};
  }
  for (int i = 0; i < BATCH;) {
    int n = sendmmsg(wire, out + i, (unsigned)(BATCH - i), 0);
    if (n < 0 && errno != ENOBUFS && errno != EAGAIN) { perror("send"); exit(2); }
    if (n > 0) i += n;
  }
  cable.sent += BATCH;
}

void sum_up_wire(void) {
  struct tpacket_stats stats;
  socklen_t size = sizeof stats;
  if (!getsockopt(wire, SOL_PACKET, PACKET_STATISTICS, &stats, &size)) cable.unheard += stats.tp_drops;
  count();
  cable.full = dropped - begun_dropped;
  cable.read = cable.sent - cable.lost - cable.full;
}

int open_wire(const char *interface, const char *mac, const char *pid) {
  char path[64];
  struct ifreq name = {0};
  int room = 64 << 20, one = 1;
  wire = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_IP));
  snprintf(name.ifr_name, sizeof name.ifr_name, "%s", interface);
  if (wire < 0 || ioctl(wire, SIOCGIFHWADDR, &name)) { perror(interface); exit(2); }
  memcpy(own_mac, name.ifr_hwaddr.sa_data, 6);
  if (sscanf(mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", server_mac, server_mac + 1, server_mac + 2, server_mac + 3, server_mac + 4, server_mac + 5) != 6) exit(2);
  struct sockaddr_ll here = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = (int)if_nametoindex(interface)};
  setsockopt(wire, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
  setsockopt(wire, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one);
  if (bind(wire, (void *)&here, sizeof here)) { perror("bind"); exit(2); }
  snprintf(path, sizeof path, "/proc/%s/net/snmp", pid);
  counters = open(path, O_RDONLY);
  snprintf(path, sizeof path, "/proc/%s/net/udp", pid);
  sockets = open(path, O_RDONLY);
  count();
  begun_taken = taken;
  begun_dropped = dropped;
  return wire;
}
