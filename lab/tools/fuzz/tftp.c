// Requests for the TFTP port, and packets for the ports of its transfers (RFC 1350, 2347, 2348, 2349, 7440).
#include "fuzz.h"

static const char *const TRICKS[] = {
    "../secret.txt", "a/../../secret.txt", "..", "/..", "..\\secret.txt", "\\..\\secret.txt", "C:\\secret.txt", "//secret.txt",
    "./hello", "%2e%2e/secret.txt", "a/\xc0\xae\xc0\xae/secret.txt", "pxelinux/", "/etc/passwd", "outside", "passwd", "away/secret.txt",
    "fifo", "pxelinux", "con", "new\nline", "\33[31mred\33[0m", "", ".", "/", "hello\xff", "HELLO", "pxelinux//pxelinux.0",
    "\xe2\x80\xaegnp.exe", "....//secret.txt", "/proc/self/environ", "/dev/zero", "dev/zero", "hello\xff\xff", "boot.ipxe",
    "ipxe-script/52:54:00:12:34:56/boot.ipxe", "bootlace-check.efi", "builtin:check"};
static const char *const MODES[] = {"octet", "octet", "octet", "octet", "OCTET", "netascii", "NetAscii", "mail", "", "octet ", "binary"};
static const char *const NAMES[] = {"blksize", "tsize", "timeout", "windowsize", "BlkSize", "TSIZE", "multicast", "rollover", "", "x", "blksize2", "utimeout", "__proto__", "constructor"};
static const char *const VALUES[] = {"0", "1", "7", "8", "512", "1408", "1432", "1468", "65464", "65465", "4", "16", "255", "256", "65535", "65536", "-1", "1e30", "08", " 512", "", "99999999999999999999", "0x10", "1.5", "\xb2"};

static void string(octets *o, const char *text) { put(o, text, (uint32_t)strlen(text) + 1); }

void make_tftp(dice *d, octets *o) {
  o->size = 0;
  put1(o, 0);
  put1(o, chance(d, 92) ? 1 : (uint8_t)PICK(d, ((uint8_t[]){0, 2, 2, 3, 4, 5, 6, 7, 8, 255})));
  switch (below(d, 8)) {
    case 0: string(o, PICK(d, TRICKS)); break;
    case 1: {
      uint32_t n = PICK(d, ((uint16_t[]){1, 20, 120, 254, 255, 256, 400, 490}));
      while (n--) put1(o, chance(d, 90) ? 'a' + (uint8_t)below(d, 26) : (uint8_t)roll(d));
      put1(o, 0);
      break;
    }
    default: string(o, file_name(d));
  }
  string(o, PICK(d, MODES));
  for (uint32_t n = chance(d, 2) ? 60 : below(d, 5); n > 0; n--) {
    string(o, PICK(d, NAMES));
    string(o, PICK(d, VALUES));
  }
  if (chance(d, 5) && o->size > 2) o->size -= 1 + below(d, o->size - 1 < 4 ? o->size - 1 : 4);
  if (chance(d, 5)) put_noise(o, d, below(d, 30));
}

void make_transfer(dice *d, octets *o, uint16_t block) {
  o->size = 4;
  set16(o->at, 4);
  set16(o->at + 2, block);
  switch (below(d, 20)) {
    case 0: set16(o->at + 2, (uint32_t)roll(d)); break;
    case 1: set16(o->at + 2, block - 1u); break;
    case 2: set16(o->at + 2, block + 1u); break;
    case 3: set16(o->at + 2, 0); break;
    case 4: o->at[1] = 5; set16(o->at + 2, below(d, 10)); put(o, "stop", 1 + below(d, 5)); break;
    case 5: o->at[1] = 3; put_noise(o, d, below(d, 600)); break;
    case 6: o->at[1] = (uint8_t)below(d, 9); o->size = below(d, 5); break;
    case 7: make_tftp(d, o); break;
    case 8: put_noise(o, d, below(d, 100)); break;
    case 9: set16(o->at, 0xffff); break;
  }
}
