/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "reader/ts-reader-private.h"
#include "reader/ts-torch-env.h"

G_BEGIN_DECLS

/* The document of what @env holds; @warnings are texts about the file. */
TsDocument *ts_torch_make_document (TsTorchEnv *env,
                                    TsSource *source,
                                    const char *name,
                                    const char *format_id,
                                    TsOrigin origin,
                                    GPtrArray *warnings) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
