/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The libraries want to open files by name. There are no names in the helper: whatever they ask for
 * is the one descriptor it was given. The dynamic linker prefers these definitions to those of the
 * C library, and the system call filter stands behind them.
 *
 * Plain and 64-bit names are both defined here, so the C library must not map one to the other. */
#undef _FILE_OFFSET_BITS
#undef _GNU_SOURCE
#define _LARGEFILE64_SOURCE

#include "reader/ts-array-protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
open (const char *path, int flags, ...)
{
  if ((flags & O_ACCMODE) != O_RDONLY) {
    errno = EROFS;
    return -1;
  }
  return dup (TS_ARRAY_FILE_FD);
}

int
open64 (const char *path, int flags, ...)
{
  return open (path, flags);
}

FILE *
fopen (const char *path, const char *mode)
{
  int fd = mode[0] == 'r' && strchr (mode, '+') == NULL ? dup (TS_ARRAY_FILE_FD) : -1;

  if (fd < 0)
    return NULL;
  lseek (fd, 0, SEEK_SET);
  return fdopen (fd, "rb");
}

FILE *
fopen64 (const char *path, const char *mode)
{
  return fopen (path, mode);
}
