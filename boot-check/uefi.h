// The part of UEFI that the boot check uses, written from the UEFI specification 2.10. Section numbers are its.
// What is never called stands here only to keep its place.

#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef __SIZE_TYPE__ usize;
typedef u16 char16;
typedef usize status; // the highest bit is set in errors
typedef void *handle;
typedef void *event;

#define ERROR(code) ((status)1 << (sizeof(status) * 8 - 1) | (code)) // appendix D
#define SUCCESS ((status)0)
#define ABORTED ERROR(21)

typedef struct {
  u32 a;
  u16 b, c;
  u8 d[8];
} guid;

typedef void (*unused)(void);

// 12.3 and 12.4
typedef struct {
  u16 scan;
  char16 character;
} key_stroke;

typedef struct text_input {
  unused reset;
  status (*read_key)(struct text_input *self, key_stroke *key);
  event wait_for_key;
} text_input;

typedef struct text_output {
  unused reset;
  status (*output)(struct text_output *self, const char16 *text);
} text_output;

// 12.8
typedef struct serial_io {
  u32 revision;
  unused reset, set_attributes, set_control;
  status (*get_control)(struct serial_io *self, u32 *bits);
  status (*write)(struct serial_io *self, usize *size, const void *bytes);
  status (*read)(struct serial_io *self, usize *size, void *bytes);
} serial_io;

#define SERIAL_INPUT_EMPTY 0x100

typedef struct {
  u64 signature;
  u32 revision, size, crc, reserved;
} table_header; // 4.2

#define EVENT_TIMER 0x80000000
#define TIMER_PERIODIC 1
#define BY_PROTOCOL 2
#define OPENED_BY_DRIVER 0x10

// 7.3.13
typedef struct {
  handle agent, controller;
  u32 attributes, count;
} open_entry;

// 4.4
typedef struct {
  table_header header;
  unused raise_tpl, restore_tpl;
  unused allocate_pages, free_pages, get_memory_map, allocate_pool;
  status (*free_pool)(void *memory);
  status (*create_event)(u32 type, usize level, unused notify, void *context, event *made);
  status (*set_timer)(event timer, u32 kind, u64 hundred_nanoseconds);
  status (*wait_for_event)(usize count, event *events, usize *index);
  unused signal_event;
  status (*close_event)(event which);
  unused check_event;
  unused install_protocol, reinstall_protocol, uninstall_protocol;
  status (*handle_protocol)(handle of, const guid *protocol, void **interface);
  void *reserved;
  unused register_notify, locate_handle, locate_device_path, install_table;
  unused load_image, start_image, exit, unload_image, exit_boot_services;
  unused get_next_count, stall, set_watchdog;
  unused connect_controller, disconnect_controller;
  unused open_protocol, close_protocol;
  status (*open_information)(handle of, const guid *protocol, open_entry **entries, usize *count);
  unused protocols_per_handle;
  status (*locate_handles)(u32 search, const guid *protocol, void *key, usize *count, handle **handles);
} boot_services;

// 4.3
typedef struct {
  table_header header;
  char16 *vendor;
  u32 revision;
  handle input_handle;
  text_input *input;
  handle output_handle;
  text_output *output;
  handle error_handle;
  text_output *error;
  void *runtime;
  boot_services *boot;
} system_table;

// 9.1.1
typedef struct {
  u32 revision;
  handle parent;
  system_table *system;
  handle device;
} loaded_image;

// 10.2
typedef struct {
  u8 type, subtype;
  u8 length[2];
  u8 data[];
} device_path;

#define MESSAGING 3
#define MESSAGING_MAC 11
#define MESSAGING_IPV4 12
#define MESSAGING_URI 24
#define PATH_END 0x7f

// 24.3.2. A packet is what came by UDP; only the fields of RFC 2131 up to the options are looked at.
typedef struct {
  u8 op, hardware_type, hardware_length, hops;
  u32 transaction;
  u16 seconds, flags;
  u8 client[4], yours[4], server[4], relay[4];
  u8 hardware[16];
  u8 rest[1472 - 44];
} dhcp_packet;

typedef struct {
  u8 started, ipv6_available, ipv6_supported, using_ipv6, bis_supported, bis_detected, auto_arp, send_guid;
  u8 discover_valid, ack_received, proxy_offer_received, pxe_discover_valid, pxe_reply_received;
  u8 bis_reply_received, icmp_error, tftp_error, make_callbacks;
  u8 ttl, tos;
  u32 station[4], mask[4];
  dhcp_packet discover, ack, proxy_offer, pxe_discover, pxe_reply;
} pxe_mode;

typedef struct {
  u64 revision;
  unused start, stop, dhcp, discover, mtftp, udp_write, udp_read, set_filter, arp, set_parameters, set_station, set_packets;
  pxe_mode *mode;
} pxe_base_code;
