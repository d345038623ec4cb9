// Requests for the DHCP port and the PXE port, by the grammar of RFC 2131, 2132 and PXE 2.1 and all that breaks it.
#include "fuzz.h"

static void option(octets *o, uint8_t code, const void *value, uint32_t n) {
  put1(o, code);
  put1(o, (uint8_t)n);
  put(o, value, n & 255);
}
static void text(octets *o, uint8_t code, const char *value) { option(o, code, value, (uint32_t)strlen(value)); }
static void noise(octets *o, dice *d, uint8_t code, uint32_t n) {
  uint8_t value[256];
  for (uint32_t i = 0; i < n; i++) value[i] = (uint8_t)roll(d);
  option(o, code, value, n);
}

static const char *const CLASSES[] = {
    "PXEClient:Arch:00000:UNDI:002001", "PXEClient:Arch:00007:UNDI:003016", "PXEClient:Arch:00000:UNDI:002001",
    "PXEClient:Arch:00011:UNDI:003000", "HTTPClient:Arch:00016:UNDI:003001", "PXEClient", "HTTPClient"};
static const char *const STRANGERS[] = {"pxeclient", "PXEServer", "PXEClien", "MSFT 5.0", "", " PXEClient", "udhcp 1.35.0"};
static const uint16_t ARCHES[] = {0, 0, 0, 6, 7, 7, 9, 10, 11, 15, 16, 16, 18, 19, 22, 27, 31, 39, 41, 1, 2, 999, 65535};
static const uint8_t SIZES[] = {0, 1, 2, 3, 4, 16, 17, 18, 32, 64, 128, 254, 255};
static const uint32_t ADDRESSES[] = {0, 0xffffffff, 0x7f000001, 0xe0000001, 0xc0a80b01, 0xc0a80bff, 0x08080808, 1};

static uint32_t address(dice *d) {
  switch (below(d, 4)) {
    case 0: return server;
    case 1: return relay;
    case 2: return ROUTED + below(d, 65536);
    default: return PICK(d, ADDRESSES);
  }
}

static void vendor_specific(octets *o, dice *d) {
  octets v = {.size = 0};
  uint8_t item[4];
  set16(item, chance(d, 60) ? 0x8000 + below(d, 4) : below(d, 65536));
  set16(item + 2, chance(d, 80) ? 0 : below(d, 65536));
  if (chance(d, 80)) option(&v, 71, item, chance(d, 90) ? 4 : below(d, 8));
  while (chance(d, 40)) noise(&v, d, (uint8_t)PICK(d, ((uint8_t[]){6, 7, 8, 9, 10, 12, 71, 128, 0, 255})), below(d, 20));
  if (chance(d, 60)) put1(&v, 255);
  if (chance(d, 15)) put1(&v, (uint8_t)(1 + below(d, 254)));
  option(o, 43, v.at, v.size > 255 ? 255 : v.size);
}

static void user_class(octets *o, dice *d) {
  static const char *const FORMS[] = {"iPXE", "\4iPXE", "\4iPXE\3lab", "\xffgarbage", "", "\1", "gPXE", "\33[2J\33[31m"};
  text(o, 77, PICK(d, FORMS));
}

static void etherboot(octets *o, dice *d) {
  octets v = {.size = 0};
  do noise(&v, d, (uint8_t)PICK(d, ((uint8_t[]){0x13, 0x24, 0x21, 0xb1, 0xeb, 0x01, 0xff})), below(d, 6)); while (chance(d, 70));
  option(o, 175, v.at, chance(d, 90) ? v.size & 255 : below(d, 256));
}

static void machine(octets *o, dice *d) {
  uint8_t value[256] = {0};
  for (int i = 1; i < 17; i++) value[i] = chance(d, 50) ? 0x44 : (uint8_t)roll(d);
  if (chance(d, 20)) memcpy(value + 1, "RPi4", 4);
  if (chance(d, 10)) value[0] = (uint8_t)roll(d);
  option(o, 97, value, chance(d, 80) ? 17 : PICK(d, SIZES));
}

static void architectures(octets *o, dice *d) {
  uint8_t value[256];
  uint32_t n = chance(d, 80) ? 1 : below(d, 120);
  for (uint32_t i = 0; i < n; i++) set16(value + 2 * i, PICK(d, ARCHES));
  option(o, 93, value, chance(d, 93) ? 2 * n : 2 * n + 1);
}

static void one_more(octets *o, dice *d) {
  uint8_t v[4];
  switch (below(d, 17)) {
    case 0: user_class(o, d); break;
    case 1: etherboot(o, d); break;
    case 2: vendor_specific(o, d); break;
    case 3: machine(o, d); break;
    case 4: set16(v, PICK(d, ((uint16_t[]){0, 1, 575, 576, 1260, 1472, 1500, 65535}))); option(o, 57, v, 2); break;
    case 5: set32(v, address(d)); option(o, 54, v, chance(d, 90) ? 4 : below(d, 5)); break;
    case 6: set32(v, address(d)); option(o, 50, v, 4); break;
    case 7: noise(o, d, 61, PICK(d, SIZES)); break;
    case 8: noise(o, d, 82, PICK(d, SIZES)); break;
    case 9: noise(o, d, 94, chance(d, 70) ? 3 : below(d, 9)); break;
    case 10: noise(o, d, 12, below(d, 64)); break;
    case 11: noise(o, d, PICK(d, ((uint8_t[]){124, 125, 43, 77, 175})), PICK(d, SIZES)); break;
    case 12: noise(o, d, (uint8_t)roll(d), PICK(d, SIZES)); break;
    case 13: for (uint32_t n = below(d, 20); n > 0; n--) put1(o, 0); break;
    case 14: v[0] = (uint8_t)below(d, 5); option(o, 52, v, chance(d, 90) ? 1 : below(d, 4)); break;
    case 15: text(o, 60, PICK(d, CLASSES)); break;
    case 16: v[0] = (uint8_t)below(d, 20); option(o, 53, v, 1); break;
  }
}

static void header(octets *o, dice *d) {
  static const uint8_t cookie[4] = {0x63, 0x82, 0x53, 0x63};
  memset(o->at, 0, 240);
  o->size = 240;
  o->at[0] = chance(d, 97) ? 1 : (uint8_t)below(d, 4);
  o->at[1] = chance(d, 94) ? 1 : (uint8_t)PICK(d, ((uint8_t[]){0, 6, 32, 255}));
  o->at[2] = chance(d, 94) ? 6 : (uint8_t)below(d, 20);
  if (chance(d, 5)) o->at[3] = (uint8_t)roll(d);
  set32(o->at + 4, (uint32_t)roll(d));
  set16(o->at + 8, below(d, 70));
  set16(o->at + 10, chance(d, 60) ? 0x8000 : chance(d, 50) ? 0 : (uint32_t)roll(d));
  if (chance(d, 12)) set32(o->at + 12, address(d));
  if (chance(d, 3)) set32(o->at + 16, address(d));
  if (chance(d, 6)) set32(o->at + 24, address(d));
  // A few machines that ask all the time, and many that ask once.
  uint32_t mac = chance(d, 20) ? below(d, 8) : (uint32_t)roll(d);
  static const uint32_t makers[] = {0x525400, 0xb827eb, 0xdca632, 0x001122};
  set32(o->at + 28, PICK(d, makers) << 8 | mac >> 24);
  set16(o->at + 32, mac);
  memcpy(o->at + 236, cookie, 4);
}

static void overload(octets *o, dice *d) {
  octets field = {.size = 0};
  while (chance(d, 60)) one_more(&field, d);
  if (chance(d, 80)) put1(&field, 255);
  memcpy(o->at + (chance(d, 50) ? 108 : 44), field.at, field.size < 64 ? field.size : 64);
}

void make_dhcp(dice *d, octets *o, int kind) {
  header(o, d);
  uint8_t type = kind == TO_DHCP ? 1 : 3;
  if (chance(d, 12)) type = (uint8_t)PICK(d, ((uint8_t[]){0, 1, 3, 3, 8, 8, 4, 7, 10, 255}));
  if (chance(d, 97)) option(o, 53, &type, 1);
  if (chance(d, 94)) text(o, 60, chance(d, 92) ? PICK(d, CLASSES) : PICK(d, STRANGERS));
  if (chance(d, 94)) architectures(o, d);
  if (type == 3 && chance(d, 50)) vendor_specific(o, d);
  while (chance(d, 55)) one_more(o, d);
  if (chance(d, 8)) overload(o, d);
  if (chance(d, 92)) put1(o, 255);
  if (chance(d, 30)) while (o->size < 300) put1(o, 0);
}
