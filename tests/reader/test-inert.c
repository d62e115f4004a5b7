/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-reader.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

/* Opening a dump runs nothing: the hostile files are opened by a child to which the kernel forbids
 * starting programs and threads, opening files and sockets, and changing anything on disk. Only the
 * dumps themselves are open, before the doors close. Breaking the rule kills the child. */

#if defined(__linux__) && defined(SECCOMP_RET_KILL_PROCESS)

#define REFUSE(call)                                                                               \
  BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, __NR_##call, 0, 1),                                         \
      BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)

static gboolean
close_doors (void)
{
  static struct sock_filter filter[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    REFUSE (execve),
    REFUSE (execveat),
    REFUSE (clone),
#ifdef __NR_clone3
    REFUSE (clone3),
#endif
#ifdef __NR_fork
    REFUSE (fork),
#endif
#ifdef __NR_vfork
    REFUSE (vfork),
#endif
#ifdef __NR_open
    REFUSE (open),
#endif
#ifdef __NR_creat
    REFUSE (creat),
#endif
    REFUSE (openat),
#ifdef __NR_openat2
    REFUSE (openat2),
#endif
    REFUSE (socket),
    REFUSE (socketpair),
    REFUSE (connect),
    REFUSE (bind),
    REFUSE (ptrace),
    REFUSE (memfd_create),
    REFUSE (unlinkat),
    REFUSE (mkdirat),
    REFUSE (renameat2),
    REFUSE (truncate),
#ifdef __NR_unlink
    REFUSE (unlink),
#endif
#ifdef __NR_mkdir
    REFUSE (mkdir),
#endif
#ifdef __NR_rename
    REFUSE (rename),
#endif
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = { .len = G_N_ELEMENTS (filter), .filter = filter };

  return prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void
look_at_all (TsNode *node)
{
  TsTensor *tensor = ts_node_get_tensor (node);

  ts_node_get_summary (node);
  if (tensor != NULL && ts_tensor_has_data (tensor) && ts_tensor_get_n_elements (tensor) < 100000) {
    g_autofree char *digest = ts_tensor_digest (tensor, NULL, NULL);
  }
  for (guint i = 0; i < ts_node_get_n_children (node); i++)
    look_at_all (ts_node_get_child (node, i));
}

enum {
  EXIT_OPENED = 0,
  EXIT_NOT_OPENED = 1,
  EXIT_NOT_PERMITTED = 77,
};

static void
open_behind_closed_doors (GPtrArray *sources, GPtrArray *names)
{
  guint n_opened = 0;

  if (!close_doors ())
    _exit (EXIT_NOT_PERMITTED);
  for (guint i = 0; i < sources->len; i++) {
    g_autoptr (TsDocument) document =
                   ts_reader_open_source (g_ptr_array_index (sources, i),
                                          g_ptr_array_index (names, i), NULL, NULL);

    if (document != NULL) {
      look_at_all (ts_document_get_root (document));
      n_opened++;
    }
  }
  _exit (n_opened == sources->len ? EXIT_OPENED : EXIT_NOT_OPENED);
}

static int
wait_for (pid_t child)
{
  int status = 0;

  while (waitpid (child, &status, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  return status;
}

static void
test_nothing_runs (void)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "reader", "torch", NULL);
  g_autoptr (GPtrArray) sources = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  const char *name;
  pid_t child;
  int status;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    if (!g_str_has_prefix (name, "hostile-"))
      continue;
    g_ptr_array_add (sources, ts_file_source_new (path, &error));
    g_assert_no_error (error);
    g_ptr_array_add (names, g_strdup (name));
  }
  g_assert_cmpuint (sources->len, >, 50);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    open_behind_closed_doors (sources, names);
  status = wait_for (child);
  if (WIFEXITED (status) && WEXITSTATUS (status) == EXIT_NOT_PERMITTED) {
    g_test_skip ("the kernel does not let a process restrict itself here");
    return;
  }
  if (WIFSIGNALED (status))
    g_error ("opening a hostile file was stopped by signal %d", WTERMSIG (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, EXIT_OPENED);
  g_assert_false (g_file_test ("tenscope-was-here", G_FILE_TEST_EXISTS));
}

/* The doors are really closed: what the test above would catch, it does catch. */
static void
test_doors_close (void)
{
  for (guint i = 0; i < 3; i++) {
    pid_t child = fork ();
    int status;

    g_assert_cmpint (child, >=, 0);
    if (child == 0) {
      if (!close_doors ())
        _exit (EXIT_NOT_PERMITTED);
      if (i == 0 && fopen ("/etc/passwd", "r") != NULL)
        _exit (EXIT_OPENED);
      if (i == 1 && fork () >= 0)
        _exit (EXIT_OPENED);
      if (i == 2)
        execl ("/bin/true", "true", NULL);
      _exit (EXIT_OPENED);
    }
    status = wait_for (child);
    if (WIFEXITED (status) && WEXITSTATUS (status) == EXIT_NOT_PERMITTED) {
      g_test_skip ("the kernel does not let a process restrict itself here");
      return;
    }
    g_assert_true (WIFSIGNALED (status));
    g_assert_cmpint (WTERMSIG (status), ==, SIGSYS);
  }
}

#else

static void
test_nothing_runs (void)
{
  g_test_skip ("needs seccomp of Linux");
}

static void
test_doors_close (void)
{
  g_test_skip ("needs seccomp of Linux");
}

#endif

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/inert/doors-close", test_doors_close);
  g_test_add_func ("/inert/nothing-runs", test_nothing_runs);
  return g_test_run ();
}
