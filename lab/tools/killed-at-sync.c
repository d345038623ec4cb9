// A kill in the middle of a file, at the same place each time: cc -shared -fPIC -o killed-at-sync.so killed-at-sync.c
//
// LD_PRELOAD=./killed-at-sync.so KILLED_AT_SYNC=N PROGRAM. The program ends by SIGKILL when it calls fsync() for the Nth time:
// what it wrote to that file is there, and whatever it does after writing is not.
#define _GNU_SOURCE
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_int calls;

int fsync(int file) {
  const char *last = getenv("KILLED_AT_SYNC");
  if (last && atomic_fetch_add(&calls, 1) + 1 == atoi(last)) kill(getpid(), SIGKILL);
  return (int)syscall(SYS_fsync, file);
}
