/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The program where there is nothing: no display, no session bus, no settings, no locale, an empty
 * environment, a home that cannot be written and a user without any rights. */

#include "config.h"

#include "cli.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

static const char *const commands[] = {
  "info %T/in/cells.pt %T/in/masks-labels.npz",
  "info --json --digest %T/in/latent-walk.safetensors",
  "stats --per-channel %T/in/cells.pt",
  "export %T/in/cells.pt -o %T/open/NAME/export --index 0-3 --latents-npz",
  "export %T/in/cells.pt -o %T/open/NAME/part --shard 1/2 --quiet",
  "export %T/in/cells.pt -o %T/open/NAME/part --shard 2/2 --quiet",
  "merge %T/open/NAME/part",
  "replay %T/open/NAME/export/export.json -o %T/open/NAME/replayed",
  "sheet %T/in/cells.pt -o %T/open/NAME/sheet.png",
#ifdef HAVE_FIGURES
  "figure %T/in/cells.pt -o %T/open/NAME/figure.pdf --title Cells",
#endif
  "thumbnail %T/in/cells.pt -o %T/open/NAME/thumbnail.png",
  "diff %T/in/cells.pt %T/in/cells.pt --all",
};

/* The programs and dumps in folders that anybody may read; a home that nobody may write. */
static void
prepare (void)
{
  g_auto (Result) copied =
              cli_run_shell ("chmod 755 . && mkdir -p bin in home open && chmod 1777 open && "
                             "cp %C bin/ && d=$(dirname %C) && { [ ! -e $d/tenscope-figure ] || cp "
                             "$d/tenscope-figure bin/; } && "
                             "cp %S/cells.pt %S/masks-labels.npz %S/latent-walk.safetensors in/ && "
                             "chmod -R a+rX bin in && chmod 555 home");

  if (copied.status != 0)
    g_error ("%s", copied.err);
}

typedef struct
{
  guint uid; /* 0: leave it */
} Setup;

static void
drop_rights_cb (gpointer data)
{
  const Setup *setup = data;

  if (setup->uid == 0)
    return;
  if (setgroups (0, NULL) != 0 || setgid (setup->uid) != 0 || setuid (setup->uid) != 0)
    _exit (99);
}

/* In the home folder, with nothing but HOME and a PATH in the environment. */
static Result
run_alone (const char *command, const char *name, guint uid)
{
  g_autoptr (GString) own = g_string_new (command);
  g_autofree char *line = NULL;
  g_autofree char *whole = NULL;
  g_autofree char *home = g_build_filename (cli_root, "home", NULL);
  g_autofree char *home_variable = g_strconcat ("HOME=", home, NULL);
  char *envp[] = { home_variable, (char *) "PATH=/usr/bin:/bin", NULL };
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  Setup setup = { .uid = uid };
  Result result = { 0 };

  g_string_replace (own, "NAME", name, 0);
  line = cli_expand (own->str);
  whole = g_strconcat (cli_root, "/bin/tenscope-cli ", line, NULL);
  g_assert_true (g_shell_parse_argv (whole, NULL, &argv, NULL));
  g_spawn_sync (home, argv, envp, G_SPAWN_DEFAULT, drop_rights_cb, &setup, &result.out, &result.err,
                &result.status, &error);
  g_assert_no_error (error);
  g_assert_true (WIFEXITED (result.status));
  result.status = WEXITSTATUS (result.status);
  return result;
}

static void
run_all (const char *name, guint uid)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++) {
    g_auto (Result) result = run_alone (commands[i], name, uid);

    if (result.status != 0 || result.err[0] != '\0')
      g_error ("“%s” gave %d: %s", commands[i], result.status, result.err);
  }
}

/* Somebody without rights: this user, or one whom root becomes. */
static guint
get_nobody (void)
{
  return geteuid () == 0 ? NOBODY : 0;
}

static void
assert_home_is_empty (void)
{
  g_auto (Result) found = cli_run_shell ("find home -mindepth 1");

  g_assert_cmpstr (found.out, ==, "");
}

static void
test_nothing (void)
{
  prepare ();
  run_all ("me", 0);
  assert_home_is_empty ();
}

static void
test_unprivileged (void)
{
  prepare ();
  run_all ("nobody", get_nobody ());
  assert_home_is_empty ();

  g_autofree char *image =
      g_build_filename (cli_root, "open/nobody/export/images/cells_00.png", NULL);
  struct stat info;

  g_assert_cmpint (g_stat (image, &info), ==, 0);
  g_assert_cmpuint (info.st_uid, ==, geteuid () == 0 ? NOBODY : geteuid ());

  /* the same bytes as with all rights */
  g_auto (Result) same = cli_run_shell ("for f in open/me/export/images/*.png; do cmp $f "
                                        "open/nobody/export/images/${f##*/} || exit 1; "
                                        "done");

  g_assert_cmpint (same.status, ==, 0);
}

/* Where it may not write, one sentence. */
static void
test_read_only (void)
{
  static const char *const refused[] = {
    "export %T/in/cells.pt -o %T/home/x",
    "sheet %T/in/cells.pt -o %T/home/x.png",
    "thumbnail %T/in/cells.pt -o %T/home/x.png",
  };

  prepare ();
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_auto (Result) result = run_alone (refused[i], "", get_nobody ());

    g_assert_cmpint (result.status, ==, 1);
    g_assert_true (g_str_has_prefix (result.err, "tenscope-cli: "));
    g_assert_nonnull (strstr (result.err, "ermission denied"));
    g_assert_cmpuint (strlen (strchr (result.err, '\n')), ==, 1);
  }
  assert_home_is_empty ();
}

/* German numbers and words change nothing that is printed, to a program or to a person. */
static void
test_locale (void)
{
  static const char *const lines[] = {
    "stats --json %S/cells.pt",
    "info --json %S/cells.pt",
    "diff --json %S/cells.pt %S/cells.pt",
    "stats %S/cells.pt",
    "export %S/cells.pt --on-collision overwrite -o %T/locale",
    "info --no-such-option",
    "info %S/no-such-file.pt",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_autofree char *english = g_strdup_printf ("LC_ALL=C.UTF-8 %%C %s", lines[i]);
    g_autofree char *german = g_strdup_printf ("LC_ALL=de_DE.UTF-8 LANGUAGE=de %%C %s", lines[i]);
    g_auto (Result) one = cli_run_shell (english);
    g_auto (Result) two = cli_run_shell (german);

    g_assert_cmpint (one.status, ==, two.status);
    g_assert_cmpstr (one.out, ==, two.out);
    g_assert_cmpstr (one.err, ==, two.err);
  }
}

int
main (int argc, char **argv)
{
  cli_init (&argc, &argv);
  g_test_add_func ("/alone/nothing", test_nothing);
  g_test_add_func ("/alone/unprivileged", test_unprivileged);
  g_test_add_func ("/alone/read-only", test_read_only);
  g_test_add_func ("/alone/locale", test_locale);
  return cli_finish (g_test_run ());
}
