// The boot check for UEFI: an application without any library.
// It says on the consoles that network boot works, then lets the firmware try what comes next.

#include "uefi.h"

#if defined(__x86_64__)
#define ARCHITECTURE "x64-uefi"
#elif defined(__i386__)
#define ARCHITECTURE "ia32-uefi"
#elif defined(__aarch64__)
#define ARCHITECTURE "arm64-uefi"
#endif

#define WAIT_SECONDS 30
#define LOOKS_A_SECOND 10

static const guid loaded_image_protocol = {0x5b1b31a1, 0x9562, 0x11d2, {0x8e, 0x3f, 0, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
static const guid device_path_protocol = {0x09576e91, 0x6d3f, 0x11d2, {0x8e, 0x39, 0, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
static const guid pxe_base_code_protocol = {0x03c4e603, 0xac28, 0x11d3, {0x9a, 0x2d, 0, 0x90, 0x27, 0x3f, 0xc1, 0x4d}};
static const guid serial_io_protocol = {0xbb25cf6f, 0xf1d4, 0x11d2, {0x9a, 0x0c, 0, 0x90, 0x27, 0x3f, 0xc1, 0xfd}};

// What only the server knows. It finds the mark and writes its text behind it; the size never changes.
#define MARK "BOOTLACE-TEXT-01"
static volatile const char text_block[1024] __attribute__((aligned(16))) = MARK;

// An address in the data makes a relocation: some firmware takes no image that has none.
static const char *volatile title = "\nBootlace boot check\n\n";

typedef struct {
  const u8 *hardware, *address, *server; // 0: not known
  const u8 *url;
  usize url_length;
} facts;

static system_table *firmware;
static serial_io *lines[8]; // serial lines that are nobody's console
static usize line_count;

// ---------------------------------------------------------------- output

static void put_character(char character) {
  char16 wide[2] = {(u8)character, 0};
  if (firmware->output) firmware->output->output(firmware->output, wide);
  for (usize i = 0; i < line_count; i++) {
    usize size = 1;
    lines[i]->write(lines[i], &size, &character);
  }
}

// What is neither printable ASCII nor the end of a line becomes a question mark.
static void put_printable(char character) {
  if (character == '\n') {
    put_character('\r');
    put_character('\n');
  } else {
    put_character(character >= ' ' && character <= '~' ? character : '?');
  }
}

static void put(const char *text) {
  while (*text) put_printable(*text++);
}

static void put_decimal(u8 number) {
  if (number >= 10) put_decimal(number / 10);
  put_character((char)('0' + number % 10));
}

static void put_hexadecimal(u8 octet) {
  put_character("0123456789abcdef"[octet >> 4]);
  put_character("0123456789abcdef"[octet & 15]);
}

static void put_address(const u8 *address) {
  for (int i = 0; i < 4; i++) {
    if (i) put_character('.');
    put_decimal(address[i]);
  }
}

static void put_hardware(const u8 *hardware) {
  for (int i = 0; i < 6; i++) {
    if (i) put_character(':');
    put_hexadecimal(hardware[i]);
  }
}

// ---------------------------------------------------------------- what the firmware knows

static void *protocol_of(handle of, const guid *protocol) {
  void *interface = 0;
  if (!of || firmware->boot->handle_protocol(of, protocol, &interface) != SUCCESS) return 0;
  return interface;
}

static const u8 *unless_zero(const u8 *octets, usize count) {
  for (usize i = 0; i < count; i++) {
    if (octets[i]) return octets;
  }
  return 0;
}

static void ask_pxe(facts *known, const pxe_base_code *pxe) {
  const pxe_mode *mode = pxe->mode;
  if (!mode || mode->using_ipv6) return;
  known->address = unless_zero((const u8 *)mode->station, 4);
  if (mode->ack_received) {
    known->hardware = unless_zero(mode->ack.hardware, 6);
    if (!known->address) known->address = unless_zero(mode->ack.yours, 4);
    known->server = unless_zero(mode->ack.server, 4);
  }
  // 24.3.1: the later packet is the one that named the boot file.
  if (mode->proxy_offer_received && unless_zero(mode->proxy_offer.server, 4)) known->server = mode->proxy_offer.server;
  if (mode->pxe_reply_received && unless_zero(mode->pxe_reply.server, 4)) known->server = mode->pxe_reply.server;
}

// 10.3.4: how the network card was reached, down to the URL of an HTTP boot.
static void ask_device_path(facts *known, const device_path *node) {
  while (node && node->type != PATH_END) {
    usize length = node->length[0] | (usize)node->length[1] << 8;
    if (length < 4) return;
    if (node->type == MESSAGING && node->subtype == MESSAGING_MAC && length >= 4 + 6) {
      if (!known->hardware) known->hardware = unless_zero(node->data, 6);
    } else if (node->type == MESSAGING && node->subtype == MESSAGING_IPV4 && length >= 4 + 8) {
      if (!known->address) known->address = unless_zero(node->data, 4);
      if (!known->server) known->server = unless_zero(node->data + 4, 4);
    } else if (node->type == MESSAGING && node->subtype == MESSAGING_URI && length > 4) {
      known->url = node->data;
      known->url_length = length - 4;
    }
    node = (const device_path *)((const u8 *)node + length);
  }
}

// A serial line that no driver has opened carries no console: it is written to directly.
static void find_lines(void) {
  usize count = 0;
  handle *handles = 0;
  if (firmware->boot->locate_handles(BY_PROTOCOL, &serial_io_protocol, 0, &count, &handles) != SUCCESS) return;
  for (usize i = 0; i < count && line_count < sizeof lines / sizeof *lines; i++) {
    usize opened = 0, owners = 0;
    open_entry *entries = 0;
    if (firmware->boot->open_information(handles[i], &serial_io_protocol, &entries, &opened) == SUCCESS) {
      for (usize j = 0; j < opened; j++) owners += (entries[j].attributes & OPENED_BY_DRIVER) != 0;
      firmware->boot->free_pool(entries);
    }
    serial_io *line = owners ? 0 : protocol_of(handles[i], &serial_io_protocol);
    if (line) lines[line_count++] = line;
  }
  firmware->boot->free_pool(handles);
}

// ---------------------------------------------------------------- 30 s, or a key

static int take_key(void) {
  key_stroke key;
  if (firmware->input && firmware->input->read_key(firmware->input, &key) == SUCCESS) return 1;
  for (usize i = 0; i < line_count; i++) {
    u32 bits = SERIAL_INPUT_EMPTY;
    usize size = 1;
    char character;
    if (lines[i]->get_control(lines[i], &bits) != SUCCESS || bits & SERIAL_INPUT_EMPTY) continue;
    if (lines[i]->read(lines[i], &size, &character) == SUCCESS && size == 1) return 1;
  }
  return 0;
}

// Before the text is written: a key pressed at its first letter must count.
static void drop_old_keys(void) {
  for (int i = 0; i < 64 && take_key(); i++) {
  }
}

static void wait_for_key(void) {
  event timer;
  if (firmware->boot->create_event(EVENT_TIMER, 0, 0, 0, &timer) != SUCCESS) return;
  firmware->boot->set_timer(timer, TIMER_PERIODIC, 10000000 / LOOKS_A_SECOND);
  for (int looks = 0; looks < WAIT_SECONDS * LOOKS_A_SECOND && !take_key(); looks++) {
    usize index;
    if (firmware->boot->wait_for_event(1, &timer, &index) != SUCCESS) break;
  }
  firmware->boot->close_event(timer);
}

// ---------------------------------------------------------------- what it says

static void put_facts(const facts *known) {
  put(title);
  put("Network boot works: this program came over the network and runs.\n\n  MAC address    ");
  if (known->hardware) put_hardware(known->hardware);
  else put("unknown: the firmware does not tell");
  put("\n  Address        ");
  if (known->address) put_address(known->address);
  else put("none: no DHCP server gave one");
  put("\n  Architecture   " ARCHITECTURE "\n  Boot server    ");
  if (known->url) {
    for (usize i = 0; i < known->url_length && i < 255 && known->url[i]; i++) put_printable((char)known->url[i]);
  } else if (known->server) {
    put_address(known->server);
  } else {
    put("unknown: the firmware does not tell");
  }
  put("\n\n");
}

status efi_main(handle image, system_table *system) {
  facts known = {0};
  firmware = system;
  loaded_image *self = protocol_of(image, &loaded_image_protocol);
  handle device = self ? self->device : 0;
  pxe_base_code *pxe = protocol_of(device, &pxe_base_code_protocol);
  if (pxe) ask_pxe(&known, pxe);
  ask_device_path(&known, protocol_of(device, &device_path_protocol));
  find_lines();

  put_facts(&known);
  for (usize i = sizeof MARK - 1; i < sizeof text_block && text_block[i]; i++) put_printable(text_block[i]);
  drop_old_keys();
  put("\nPress a key for the next boot device; it comes by itself in 30 s.\n");
  wait_for_key();
  put("On to the next boot device.\n");
  // After a success the firmware would stop here and show its menu (3.1.1).
  return ABORTED;
}
