// bad-wire: joins two Ethernet interfaces as a cable that loses, delays, doubles and reorders IPv4 packets.
//   bad-wire IF IF SEED LOSS% DELAY_MS JITTER_MS DUPLICATE% REORDER%
// As tc-netem(8) means them: a reordered packet is sent at once while the others wait. Not every kernel has netem, and
// this draws from a seed. ARP passes unharmed: one lost question costs a second of silence that tells nothing.
// Prints "joined", and on SIGTERM what it did.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

// Checksums of a virtual cable are not computed until a packet leaves it: this header carries what is still to do.
#define VNET_HEADER 10
#define FRAME (VNET_HEADER + 14 + 65536)
#define QUEUE 8192

struct packet {
  uint64_t due;
  int out;
  int length;
  unsigned char *bytes;
};

static struct packet queue[QUEUE];
static int queued;
static volatile sig_atomic_t ended;
static uint64_t state;
static unsigned long seen, lost, doubled, reordered;

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static double draw(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (double)(state >> 11) / 9007199254740992.0;
}

static void end(int number) {
  (void)number;
  ended = 1;
}

static int open_end(const char *name) {
  int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
  int on = 1;
  struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
  address.sll_ifindex = (int)if_nametoindex(name);
  if (fd < 0 || address.sll_ifindex == 0 || setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) < 0 ||
      bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
    perror(name);
    exit(1);
  }
  int size = 8 << 20;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  return fd;
}

static void forward(int fd, const unsigned char *bytes, int length) {
  if (send(fd, bytes, (size_t)length, 0) < 0) perror("send");
}

static void enqueue(uint64_t due, int out, const unsigned char *bytes, int length) {
  if (queued == QUEUE) return;
  int at = queued++;
  for (; at > 0 && queue[at - 1].due > due; at--) queue[at] = queue[at - 1];
  unsigned char *copy = malloc((size_t)length);
  memcpy(copy, bytes, (size_t)length);
  queue[at] = (struct packet){due, out, length, copy};
}

static void send_due(void) {
  uint64_t t = now();
  int sent = 0;
  while (sent < queued && queue[sent].due <= t) {
    forward(queue[sent].out, queue[sent].bytes, queue[sent].length);
    free(queue[sent].bytes);
    sent++;
  }
  queued -= sent;
  memmove(queue, queue + sent, sizeof queue[0] * (size_t)queued);
}

int main(int argc, char **argv) {
  if (argc != 9) {
    fprintf(stderr, "usage: bad-wire IF IF SEED LOSS%% DELAY_MS JITTER_MS DUPLICATE%% REORDER%%\n");
    return 2;
  }
  int fds[2] = {open_end(argv[1]), open_end(argv[2])};
  state = (strtoull(argv[3], NULL, 10) + 1) * 0x9E3779B97F4A7C15u;
  double loss = atof(argv[4]) / 100, delay = atof(argv[5]) * 1e6, jitter = atof(argv[6]) * 1e6;
  double duplicate = atof(argv[7]) / 100, reorder = atof(argv[8]) / 100;
  static unsigned char frame[FRAME];
  signal(SIGTERM, end);
  printf("joined\n");
  fflush(stdout);
  while (!ended) {
    struct pollfd polled[2] = {{fds[0], POLLIN, 0}, {fds[1], POLLIN, 0}};
    struct timespec wait = {1, 0};
    if (queued > 0) {
      uint64_t t = now(), left = queue[0].due > t ? queue[0].due - t : 0;
      wait = (struct timespec){(time_t)(left / 1000000000u), (long)(left % 1000000000u)};
    }
    if (ppoll(polled, 2, &wait, NULL) < 0 && errno != EINTR) return 1;
    for (int side = 0; side < 2; side++) {
      if (!(polled[side].revents & POLLIN)) continue;
      struct sockaddr_ll from;
      socklen_t size = sizeof from;
      int length = (int)recvfrom(fds[side], frame, sizeof frame, MSG_DONTWAIT, (struct sockaddr *)&from, &size);
      // What we put on the interface ourselves is shown to us as well.
      if (length < VNET_HEADER + 14 || from.sll_pkttype == PACKET_OUTGOING) continue;
      int out = fds[1 - side];
      if (from.sll_protocol != htons(ETH_P_IP)) {
        forward(out, frame, length);
        continue;
      }
      seen++;
      if (draw() < loss) {
        lost++;
        continue;
      }
      int copies = draw() < duplicate ? 2 : 1;
      doubled += (unsigned long)copies - 1;
      for (int copy = 0; copy < copies; copy++) {
        double wanted = delay + jitter * (2 * draw() - 1);
        if (wanted > 0 && draw() < reorder) {
          reordered++;
          wanted = 0;
        }
        if (wanted <= 0) forward(out, frame, length);
        else enqueue(now() + (uint64_t)wanted, out, frame, length);
      }
    }
    send_due();
  }
  printf("seen %lu lost %lu doubled %lu reordered %lu\n", seen, lost, doubled, reordered);
  return 0;
}
