// What the appliance may send: octets of its files, as they are or as netascii, and nothing else.
#include "fuzz.h"

typedef struct { char *name; uint8_t *bytes; uint64_t size; } file;
static file *files;
static uint32_t count, plain;

static void add(const char *name, uint8_t *bytes, uint64_t size) {
  files = realloc(files, (count + 1) * sizeof *files);
  files[count++] = (file){strdup(name), bytes, size};
}

// RFC 1350: netascii. LF becomes CR LF, CR becomes CR NUL.
static void add_netascii(file from) {
  uint8_t *to = malloc(2 * from.size + 1);
  uint64_t n = 0;
  for (uint64_t i = 0; i < from.size; i++) {
    if (from.bytes[i] == '\n') to[n++] = '\r';
    to[n++] = from.bytes[i];
    if (from.bytes[i] == '\r') to[n++] = 0;
  }
  add(from.name, to, n);
}

// Lines of NAME, TAB, PATH.
void load_files(const char *list) {
  FILE *f = fopen(list, "r");
  char line[4096];
  if (!f) { perror(list); exit(2); }
  while (fgets(line, sizeof line, f)) {
    line[strcspn(line, "\n")] = 0;
    char *path = strchr(line, '\t');
    if (!path) continue;
    *path++ = 0;
    FILE *g = fopen(path, "r");
    if (!g) { perror(path); exit(2); }
    fseek(g, 0, SEEK_END);
    long size = ftell(g);
    rewind(g);
    uint8_t *bytes = malloc((size_t)size + 1);
    if (fread(bytes, 1, (size_t)size, g) != (size_t)size) exit(2);
    fclose(g);
    add(line, bytes, (uint64_t)size);
  }
  fclose(f);
  plain = count;
  for (uint32_t i = 0; i < plain; i++) add_netascii(files[i]);
}

const char *file_name(dice *d) { return files[below(d, plain)].name; }

bool is_file_part(const uint8_t *bytes, uint64_t size, uint64_t from) {
  for (uint32_t i = 0; i < plain; i++) {
    if (from <= files[i].size && size <= files[i].size - from && !memcmp(files[i].bytes + from, bytes, size)) return true;
  }
  return false;
}

// The payload of a DATA packet: a whole block has its size as block size; the last one is the end of its file.
bool is_block(const uint8_t *bytes, uint32_t size, uint16_t number) {
  for (uint32_t i = 0; i < count; i++) {
    for (uint64_t block = number; block <= files[i].size / 8 + 1; block += 65536) {
      if (block == 0) continue;
      uint64_t from = (block - 1) * size;
      if (from + size <= files[i].size && size > 0 && !memcmp(files[i].bytes + from, bytes, size)) return true;
      if (size > files[i].size) continue;
      uint64_t before = files[i].size - size;
      bool fits = block == 1 ? before == 0 : before % (block - 1) == 0 && before / (block - 1) > size;
      if (fits && !memcmp(files[i].bytes + before, bytes, size)) return true;
    }
  }
  return false;
}

bool is_secret(const uint8_t *bytes, uint32_t size) {
  return memmem(bytes, size, "outside-the-root", 16) || memmem(bytes, size, "root:x:0:0", 10);
}
