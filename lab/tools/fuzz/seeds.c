// Datagrams of real clients, and what is done to them.
#include "fuzz.h"

static octets *seeds[KINDS];
static uint32_t counts[KINDS];

void load_seeds(const char *file) {
  FILE *f = fopen(file, "r");
  static char line[2 * MOST + 64];
  if (!f) { perror(file); exit(2); }
  while (fgets(line, sizeof line, f)) {
    char *hex = strchr(line, ' ');
    if (!hex) continue;
    int kind = !strncmp(line, "67 ", 3)     ? TO_DHCP
               : !strncmp(line, "4011 ", 5) ? TO_PXE
               : !strncmp(line, "69 ", 3)   ? TO_TFTP
               : !strncmp(line, "http ", 5) ? TO_HTTP
                                            : TO_TRANSFER;
    octets o = {.size = 0};
    unsigned octet;
    for (hex++; sscanf(hex, "%2x", &octet) == 1; hex += 2) put1(&o, (uint8_t)octet);
    seeds[kind] = realloc(seeds[kind], (counts[kind] + 1) * sizeof o);
    seeds[kind][counts[kind]++] = o;
  }
  fclose(f);
  for (int kind = 0; kind < KINDS; kind++) {
    if (counts[kind] == 0) { fprintf(stderr, "%s: no seed of kind %d\n", file, kind); exit(2); }
  }
}

const octets *seed_of(dice *d, int kind) { return &seeds[kind][below(d, counts[kind])]; }

static void insert(octets *o, uint32_t at, const uint8_t *from, uint32_t n) {
  if (o->size + n > MOST) return;
  memmove(o->at + at + n, o->at + at, o->size - at);
  memcpy(o->at + at, from, n);
  o->size += n;
}

static void cut(octets *o, uint32_t at, uint32_t n) {
  memmove(o->at + at, o->at + at + n, o->size - at - n);
  o->size -= n;
}

static const uint8_t STRANGE[] = {0, 1, 2, 3, 4, 5, 6, 9, 10, 13, 16, 17, 32, 43, 46, 47, 52, 53, 54, 57, 60, 61, 67, 77, 82, 92, 93, 97, 127, 128, 175, 254, 255};

static void change(dice *d, octets *o, int kind) {
  uint32_t at = o->size ? below(d, o->size) : 0, n = o->size ? 1 + below(d, o->size - at < 32 ? o->size - at : 32) : 0;
  uint8_t copy[MOST];
  switch (below(d, 11)) {
    case 0: if (o->size) o->at[at] ^= (uint8_t)(1u << below(d, 8)); break;
    case 1: if (o->size) o->at[at] = (uint8_t)roll(d); break;
    case 2: if (o->size) o->at[at] = PICK(d, STRANGE); break;
    case 3: if (o->size) o->at[at] = (uint8_t)(o->at[at] + below(d, 5) - 2); break;
    case 4: o->size = at; break;
    case 5: if (n) cut(o, at, n); break;
    case 6: if (n) { memcpy(copy, o->at + at, n); insert(o, at, copy, n); } break;
    case 7: for (uint32_t i = 0; i < n; i++) copy[i] = (uint8_t)roll(d); insert(o, at, copy, n); break;
    case 8: { // the rest of another one
      const octets *other = seed_of(d, kind);
      uint32_t from = other->size ? below(d, other->size) : 0;
      o->size = at;
      put(o, other->at + from, other->size - from);
      break;
    }
    case 9: if (o->size > at + 1) set16(o->at + at, chance(d, 50) ? 0xffff : below(d, 300)); break;
    case 10: put_noise(o, d, below(d, 64)); break;
  }
}

void mutate(dice *d, octets *o, int kind) {
  uint32_t times = 1 + below(d, chance(d, 20) ? 16 : 3);
  while (times--) change(d, o, kind);
}
