/*
 * Runs a command with a file system that hangs: hang FOLDER FLAG COMMAND …. It has one folder with the files a0 to a9 of five bytes
 * each, and answers like any other while the file FLAG does not exist. From then on it reads each request and answers none, as NFS
 * whose server is gone. It ends with the command. Speaks the protocol of /dev/fuse itself (linux/fuse.h): no library is needed.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FIRST = 2, FILES = 10 };
static const char contents[] = "hello";

static int answer(int device, __u64 unique, int error, const void *data, size_t size) {
  struct fuse_out_header head = {.len = sizeof head + size, .error = error, .unique = unique};
  struct iovec parts[] = {{&head, sizeof head}, {(void *)data, size}};
  return writev(device, parts, size == 0 ? 1 : 2) < 0 ? -1 : 0;
}

static void describe(__u64 node, struct fuse_attr *attr) {
  memset(attr, 0, sizeof *attr);
  attr->ino = node;
  attr->nlink = 1;
  attr->mode = node == 1 ? S_IFDIR | 0755 : S_IFREG | 0644;
  attr->size = node == 1 ? 0 : sizeof contents - 1;
  attr->mtime = attr->ctime = 1000000000;
}

static int list(int device, __u64 unique, __u64 from) {
  char out[4096];
  size_t size = 0;
  for (__u64 at = from; at < FILES; at++) {
    struct fuse_dirent *entry = (struct fuse_dirent *)(out + size);
    memset(entry, 0, FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET + 2));
    entry->ino = FIRST + at;
    entry->off = at + 1;
    entry->namelen = 2;
    entry->type = S_IFREG >> 12;
    entry->name[0] = 'a';
    entry->name[1] = (char)('0' + at);
    size += FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET + 2);
  }
  return answer(device, unique, 0, out, size);
}

static int serve(int device, const struct fuse_in_header *in, const void *body) {
  const char *name = body;
  struct fuse_entry_out entry = {0};
  struct fuse_attr_out attr = {0};
  struct fuse_open_out opened = {.open_flags = FOPEN_DIRECT_IO};
  const struct fuse_read_in *read_in = body;
  struct fuse_init_out init = {.major = FUSE_KERNEL_VERSION, .minor = 31, .max_readahead = 65536, .max_write = 65536};
  switch (in->opcode) {
    case FUSE_INIT:
      return answer(device, in->unique, 0, &init, sizeof init);
    case FUSE_LOOKUP:
      if (strlen(name) != 2 || name[0] != 'a' || name[1] < '0' || name[1] > '9')
        return answer(device, in->unique, -ENOENT, NULL, 0);
      entry.nodeid = FIRST + (__u64)(name[1] - '0');
      describe(entry.nodeid, &entry.attr);
      return answer(device, in->unique, 0, &entry, sizeof entry);
    case FUSE_GETATTR:
      describe(in->nodeid, &attr.attr);
      return answer(device, in->unique, 0, &attr, sizeof attr);
    case FUSE_OPEN:
    case FUSE_OPENDIR:
      return answer(device, in->unique, 0, &opened, sizeof opened);
    case FUSE_READ:
      if (read_in->offset >= sizeof contents - 1) return answer(device, in->unique, 0, NULL, 0);
      return answer(device, in->unique, 0, contents + read_in->offset, sizeof contents - 1 - read_in->offset);
    case FUSE_READDIR:
      return list(device, in->unique, read_in->offset);
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT:
      return 0;
    case FUSE_RELEASE:
    case FUSE_RELEASEDIR:
    case FUSE_FLUSH:
      return answer(device, in->unique, 0, NULL, 0);
    default:
      return answer(device, in->unique, -ENOSYS, NULL, 0);
  }
}

static int serve_all(int device, const char *flag) {
  static char request[1 << 20];
  for (;;) {
    ssize_t size = read(device, request, sizeof request);
    if (size < 0 && (errno == EINTR || errno == ENOENT)) continue;
    if (size < 0) return errno == ENODEV ? 0 : 1;
    if (access(flag, F_OK) == 0) continue;
    const struct fuse_in_header *in = (const struct fuse_in_header *)request;
    if (serve(device, in, request + sizeof *in) != 0 && errno != ENOENT) return perror("answer"), 1;
  }
}

int main(int count, char **words) {
  char options[128];
  if (count < 4) return 2;
  int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  if (device < 0) return perror("/dev/fuse"), 1;
  snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", device);
  if (mount("hang", words[1], "fuse", MS_NOSUID | MS_NODEV, options) != 0) return perror(words[1]), 1;
  pid_t child = fork();
  if (child < 0) return perror("fork"), 1;
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    return serve_all(device, words[2]);
  }
  execvp(words[3], words + 3);
  return perror(words[3]), 1;
}
