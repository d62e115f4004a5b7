/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-application.h"

#include <glib/gi18n.h>
#include <locale.h>

int
main (int argc, char *argv[])
{
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, TS_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_application_name (_ ("Tenscope"));

  g_autoptr (TsApplication) application = ts_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
