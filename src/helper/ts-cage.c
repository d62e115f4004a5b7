/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "helper/ts-helper.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* Reading descriptors that are open, memory, time, and the end: all that parsing a file needs.
 * Anything else answers EPERM, which the libraries report like any failed call. */
#ifdef ARCHITECTURE
static const int allowed[] = {
  SYS_read,        SYS_pread64,      SYS_readv,          SYS_write,
  SYS_lseek,       SYS_fstat,        SYS_newfstatat,     SYS_close,
  SYS_dup,         SYS_fcntl,        SYS_mmap,           SYS_munmap,
  SYS_mremap,      SYS_mprotect,     SYS_madvise,        SYS_brk,
  SYS_futex,       SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn,
  SYS_exit,        SYS_exit_group,   SYS_clock_gettime,  SYS_gettimeofday,
  SYS_getpid,      SYS_gettid,       SYS_getrandom,      SYS_restart_syscall,
  SYS_sched_yield, SYS_getrusage,    SYS_tgkill,         SYS_sigaltstack,
#ifdef SYS_time
  SYS_time,
#endif
#ifdef SYS_stat
  SYS_stat,
#endif
};
#endif

/* The address sanitizer's own memory alone is terabytes of address space. */
#ifdef __SANITIZE_ADDRESS__
#define WITH_SHADOW_MEMORY
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define WITH_SHADOW_MEMORY
#endif
#endif

static void
set_limit (int resource, rlim_t most)
{
  struct rlimit limit = { most, most };

  setrlimit (resource, &limit);
}

gboolean
ts_cage_enter (void)
{
#ifndef WITH_SHADOW_MEMORY
  set_limit (RLIMIT_AS, (rlim_t) 3 << 30);
#endif
  set_limit (RLIMIT_CPU, 600);
  set_limit (RLIMIT_FSIZE, 0);
  set_limit (RLIMIT_CORE, 0);
  set_limit (RLIMIT_NPROC, 0);
  set_limit (RLIMIT_NOFILE, 32);
#ifdef ARCHITECTURE
  {
    struct sock_filter filter[4 + 2 * G_N_ELEMENTS (allowed) + 1];
    struct sock_fprog program = { 0, filter };
    gushort n = 0;

    filter[n++] = (struct sock_filter) BPF_STMT (BPF_LD | BPF_W | BPF_ABS,
                                                 offsetof (struct seccomp_data, arch));
    filter[n++] = (struct sock_filter) BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
    filter[n++] = (struct sock_filter) BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    filter[n++] = (struct sock_filter) BPF_STMT (BPF_LD | BPF_W | BPF_ABS,
                                                 offsetof (struct seccomp_data, nr));
    for (guint i = 0; i < G_N_ELEMENTS (allowed); i++) {
      filter[n++] =
          (struct sock_filter) BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, (guint32) allowed[i], 0, 1);
      filter[n++] = (struct sock_filter) BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    }
    filter[n++] =
        (struct sock_filter) BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (EPERM & 0xffff));
    program.len = n;
    return prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
  }
#else
  return FALSE;
#endif
}
