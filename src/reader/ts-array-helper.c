/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-array-helper.h"

#include "base/ts-checked.h"
#include "base/ts-cursor.h"
#include "base/ts-error.h"
#include "reader/ts-array-protocol.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* The two ends of a conversation with the array helper. It is started for the listing, and again
 * when it died since; one request at a time. */

#define LISTING_SECONDS 20
#define READ_SECONDS    120
#define MAX_NESTING     128

typedef struct
{
  gatomicrefcount ref_count;
  GMutex lock; /* held for a whole request */
  TsSource *source;
  const char *backend;
  GPid pid;           /* 0: not running, or not started by us */
  int to_fd, from_fd; /* -1: there is nobody to talk to */
  gboolean is_given;  /* the descriptors came from outside: nothing to start */
} Helper;

static void
stop_helper (Helper *self)
{
  if (self->from_fd < 0)
    return;
  close (self->to_fd);
  close (self->from_fd);
  self->to_fd = self->from_fd = -1;
  if (self->pid == 0)
    return;
  kill (self->pid, SIGKILL);
  while (waitpid (self->pid, NULL, 0) < 0 && errno == EINTR)
    ;
  g_spawn_close_pid (self->pid);
  self->pid = 0;
}

static Helper *
helper_ref (Helper *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
helper_unref (gpointer data)
{
  Helper *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  stop_helper (self);
  g_object_unref (self->source);
  g_mutex_clear (&self->lock);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Helper, helper_unref)

/* Beside the program in the build folder, or where it was installed. */
static char *
find_program (void)
{
  const char *from_environment = g_getenv ("TENSCOPE_ARRAY_HELPER");
  g_autofree char *self_path = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *installed = g_build_filename (TS_LIBEXEC_DIR, "tenscope-array-helper", NULL);

  if (from_environment != NULL)
    return g_strdup (from_environment);
  if (self_path != NULL) {
    g_autofree char *folder = g_path_get_dirname (self_path);
    static const char *const places[] = { "../helper", "../../src/helper", "../libexec" };

    for (guint i = 0; i < G_N_ELEMENTS (places); i++) {
      g_autofree char *path = g_build_filename (folder, places[i], "tenscope-array-helper", NULL);

      if (g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer (&path);
    }
  }
  return g_file_test (installed, G_FILE_TEST_IS_EXECUTABLE) ? g_steal_pointer (&installed) : NULL;
}

/* A descriptor of the whole source: the file's own, or a copy in memory. */
static int
dup_source (TsSource *source, GCancellable *cancellable, GError **error)
{
  guint64 size = ts_source_get_size (source);
  g_autofree guint8 *piece = NULL;
  int fd = ts_source_dup_fd (source);

  if (fd >= 0)
    return fd;
  fd = memfd_create ("tenscope", MFD_CLOEXEC);
  piece = g_malloc (1 << 20);
  for (guint64 at = 0; fd >= 0 && at < size;) {
    gsize n = (gsize) MIN (size - at, 1 << 20);

    if (!ts_source_read (source, at, piece, n, cancellable, error)) {
      close (fd);
      return -1;
    }
    if (write (fd, piece, n) != (ssize_t) n) {
      close (fd);
      fd = -1;
    }
    at += n;
  }
  if (fd < 0)
    g_set_error_literal (error, TS_ERROR, TS_ERROR_FAILED, _ ("No memory for a copy of the file"));
  return fd;
}

static void
set_died (Helper *self, GError **error)
{
  int status = 0;
  g_autofree char *how = NULL;

  if (self->pid != 0 && waitpid (self->pid, &status, WNOHANG) == self->pid && WIFSIGNALED (status))
    how = g_strdup_printf (" (signal %d)", WTERMSIG (status));
  g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
               _ ("The %s library failed on this file%s; nothing else is affected"),
                  strcmp (self->backend, "mat") == 0    ? "MATLAB"
                  : strcmp (self->backend, "tiff") == 0 ? "TIFF"
                                                        : "HDF5",
                  how != NULL ? how : "");
}

/* Reads what the helper says, for at most @seconds, and no longer than the user wants to wait. */
static gboolean
receive (Helper *self,
         void *out,
         gsize n_bytes,
         int seconds,
         GCancellable *cancellable,
         GError **error)
{
  gint64 deadline = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  guint8 *to = out;
  GPollFD cancel_fd;
  gboolean has_cancel = g_cancellable_make_pollfd (cancellable, &cancel_fd);
  gboolean is_received = FALSE;

  for (;;) {
    struct pollfd fds[2] = { { self->from_fd, POLLIN, 0 },
                             { has_cancel ? cancel_fd.fd : -1, POLLIN, 0 } };
    gint64 left = (deadline - g_get_monotonic_time ()) / 1000;
    ssize_t got;

    if (n_bytes == 0) {
      is_received = TRUE;
      break;
    }
    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      break;
    if (left <= 0) {
      g_set_error (error, TS_ERROR, TS_ERROR_REFUSED,
                   _ ("The library needs more than %d seconds for this; given up"), seconds);
      break;
    }
    if (poll (fds, 2, (int) left) <= 0)
      continue;
    if (fds[0].revents == 0)
      continue;
    got = read (self->from_fd, to, n_bytes);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0) {
      set_died (self, error);
      break;
    }
    to += got;
    n_bytes -= (gsize) got;
  }
  if (has_cancel)
    g_cancellable_release_fd (cancellable);
  return is_received;
}

/* The reply's payload if it is no error; %NULL stops the helper unless it spoke sense. */
static GBytes *
receive_reply (Helper *self,
               guint64 max_bytes,
               int seconds,
               GCancellable *cancellable,
               GError **error)
{
  TsArrayReply reply;
  g_autofree guint8 *payload = NULL;

  if (!receive (self, &reply, sizeof reply, seconds, cancellable, error)) {
    stop_helper (self);
    return NULL;
  }
  if (reply.magic != TS_ARRAY_MAGIC || reply.n_bytes > max_bytes) {
    stop_helper (self);
    g_set_error_literal (error, TS_ERROR, TS_ERROR_CORRUPT,
                         _ ("The helper that reads this file answered nonsense"));
    return NULL;
  }
  payload = g_malloc ((gsize) reply.n_bytes + 1);
  if (!receive (self, payload, (gsize) reply.n_bytes, seconds, cancellable, error)) {
    stop_helper (self);
    return NULL;
  }
  payload[reply.n_bytes] = '\0';
  if (reply.is_error) {
    g_autofree char *message = g_utf8_make_valid ((const char *) payload, -1);

    g_set_error_literal (error, TS_ERROR, TS_ERROR_CORRUPT, message);
    return NULL;
  }
  return g_bytes_new_take (g_steal_pointer (&payload), (gsize) reply.n_bytes);
}

/* Starts the helper and gives its listing. */
static GBytes *
start_helper (Helper *self, GCancellable *cancellable, GError **error)
{
  g_autofree char *program = find_program ();
  const char *argv[] = { program, self->backend, NULL };
  const char *const environment[] = { "LC_ALL=C", NULL };
  const int target_fd = TS_ARRAY_FILE_FD;
  int source_fd;
  gboolean is_started;

  if (self->is_given) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_FAILED,
                         _ ("The helper that reads this file ended"));
    return NULL;
  }
  if (program == NULL) {
    g_set_error_literal (
        error, TS_ERROR, TS_ERROR_UNSUPPORTED,
        _ ("The helper program that reads such files (tenscope-array-helper) is not installed"));
    return NULL;
  }
  source_fd = dup_source (self->source, cancellable, error);
  if (source_fd < 0)
    return NULL;
  is_started =
      g_spawn_async_with_pipes_and_fds (NULL, argv, environment,
                                        G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL,
                                        NULL, NULL, -1, -1, -1, &source_fd, &target_fd, 1,
                                        &self->pid, &self->to_fd, &self->from_fd, NULL, error);
  close (source_fd);
  if (!is_started) {
    self->pid = 0;
    self->to_fd = self->from_fd = -1;
    return NULL;
  }
  return receive_reply (self, TS_ARRAY_MAX_LISTING, LISTING_SECONDS, cancellable, error);
}

/* A request is smaller than a pipe's buffer: this does not block. A helper that died gives EPIPE;
 * the signal that comes with it is kept from the program by blocking it in this thread and taking
 * it. */
static gboolean
send_request (Helper *self, const TsArrayRequest *request)
{
  const struct timespec at_once = { 0, 0 };
  sigset_t pipe_signal, before;
  ssize_t put;

  sigemptyset (&pipe_signal);
  sigaddset (&pipe_signal, SIGPIPE);
  pthread_sigmask (SIG_BLOCK, &pipe_signal, &before);
  put = write (self->to_fd, request, sizeof *request);
  if (put < 0 && errno == EPIPE)
    sigtimedwait (&pipe_signal, NULL, &at_once);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  return put == (ssize_t) sizeof *request;
}

static GBytes *
request_piece (Helper *self,
               guint32 id,
               guint64 start,
               guint64 n_bytes,
               GCancellable *cancellable,
               GError **error)
{
  TsArrayRequest request = { TS_ARRAY_MAGIC, id, start, n_bytes };
  g_autoptr (GBytes) piece = NULL;

  if (self->from_fd < 0) {
    g_autoptr (GBytes) listing = start_helper (self, cancellable, error);

    if (listing == NULL)
      return NULL;
  }
  if (!send_request (self, &request)) {
    set_died (self, error);
    stop_helper (self);
    return NULL;
  }
  /* Room for a message, if that is what comes. */
  piece = receive_reply (self, MAX (n_bytes, 4096), READ_SECONDS, cancellable, error);
  if (piece != NULL && g_bytes_get_size (piece) != n_bytes) {
    stop_helper (self);
    g_set_error_literal (error, TS_ERROR, TS_ERROR_CORRUPT,
                         _ ("The helper that reads this file answered nonsense"));
    return NULL;
  }
  return g_steal_pointer (&piece);
}

/* Bytes of one dataset, asked for as they are needed. */

#define TS_TYPE_HELPER_SOURCE (ts_helper_source_get_type ())
G_DECLARE_FINAL_TYPE (TsHelperSource, ts_helper_source, TS, HELPER_SOURCE, TsSource)

struct _TsHelperSource
{
  TsSource parent_instance;

  Helper *helper;
  guint32 id;
  guint64 n_bytes;
};

G_DEFINE_FINAL_TYPE (TsHelperSource, ts_helper_source, TS_TYPE_SOURCE)

static guint64
ts_helper_source_get_size (TsSource *source)
{
  return TS_HELPER_SOURCE (source)->n_bytes;
}

static gboolean
ts_helper_source_read (TsSource *source,
                       guint64 offset,
                       void *out,
                       gsize n_bytes,
                       GCancellable *cancellable,
                       GError **error)
{
  TsHelperSource *self = TS_HELPER_SOURCE (source);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->helper->lock);
  guint8 *to = out;

  while (n_bytes > 0) {
    gsize n = MIN (n_bytes, TS_ARRAY_MAX_READ);
    g_autoptr (GBytes) piece =
                   request_piece (self->helper, self->id, offset, n, cancellable, error);

    if (piece == NULL)
      return FALSE;
    memcpy (to, g_bytes_get_data (piece, NULL), n);
    to += n;
    offset += n;
    n_bytes -= n;
  }
  return TRUE;
}

static void
ts_helper_source_finalize (GObject *object)
{
  helper_unref (TS_HELPER_SOURCE (object)->helper);
  G_OBJECT_CLASS (ts_helper_source_parent_class)->finalize (object);
}

static void
ts_helper_source_class_init (TsHelperSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ts_helper_source_finalize;
  TS_SOURCE_CLASS (klass)->get_size = ts_helper_source_get_size;
  TS_SOURCE_CLASS (klass)->read = ts_helper_source_read;
}

static void
ts_helper_source_init (TsHelperSource *self)
{
}

/* The listing, by the grammar of ts-array-protocol.h. */

static char *
take_string (TsCursor *cursor)
{
  guint32 length = 0;
  const guint8 *bytes = ts_cursor_take (cursor, sizeof length);
  g_autofree char *raw = NULL;

  if (bytes != NULL)
    memcpy (&length, bytes, sizeof length);
  bytes = ts_cursor_take (cursor, length);
  if (bytes == NULL)
    return g_strdup ("");
  raw = g_strndup ((const char *) bytes, length);
  return g_utf8_make_valid (raw, -1);
}

static guint64
take_u64 (TsCursor *cursor)
{
  return G_BYTE_ORDER == G_LITTLE_ENDIAN ? ts_cursor_u64le (cursor) : ts_cursor_u64be (cursor);
}

static guint32
take_u32 (TsCursor *cursor)
{
  return G_BYTE_ORDER == G_LITTLE_ENDIAN ? ts_cursor_u32le (cursor) : ts_cursor_u32be (cursor);
}

/* %NULL with the cursor failed, or with @error when the dataset itself is wrong. */
static TsNode *
take_dataset (Helper *self, TsCursor *cursor, const char *name)
{
  guint32 id = take_u32 (cursor);
  guint dtype = ts_cursor_u8 (cursor);
  char order = (char) ts_cursor_u8 (cursor);
  TsShape shape = { .n_dims = ts_cursor_u8 (cursor) };
  gint64 strides[TS_MAX_DIMS];
  g_autofree char *note = NULL;
  g_autoptr (TsSource) source = NULL;
  g_autoptr (TsTensor) tensor = NULL;
  g_autoptr (GError) error = NULL;
  guint64 offset, n_elements;
  gboolean is_big;
  TsNode *node;

  if (shape.n_dims > TS_MAX_DIMS || dtype >= TS_N_DTYPES) {
    cursor->failed = TRUE;
    return NULL;
  }
  for (guint i = 0; i < shape.n_dims; i++)
    shape.dims[i] = take_u64 (cursor);
  offset = take_u64 (cursor);
  is_big = ts_cursor_u8 (cursor) != 0;
  note = take_string (cursor);
  if (cursor->failed)
    return NULL;
  if (order == 'F')
    ts_shape_get_fortran_strides (&shape, strides);
  else
    ts_shape_get_c_strides (&shape, strides);
  if (!ts_shape_count (&shape, &n_elements) || n_elements > G_MAXINT64 / 16) {
    g_set_error_literal (&error, TS_ERROR, TS_ERROR_CORRUPT,
                         _ ("The shape has more elements than any file can hold"));
  } else if (offset != TS_ARRAY_NO_OFFSET) {
    tensor = ts_tensor_new (self->source, offset, (TsDtype) dtype,
                            is_big ? G_BIG_ENDIAN : G_LITTLE_ENDIAN, &shape, strides, &error);
  } else {
    TsHelperSource *bytes = g_object_new (TS_TYPE_HELPER_SOURCE, NULL);

    bytes->helper = helper_ref (self);
    bytes->id = id;
    bytes->n_bytes = n_elements * ts_dtype_get_size ((TsDtype) dtype);
    source = TS_SOURCE (bytes);
    tensor = ts_tensor_new (source, 0, (TsDtype) dtype, G_BYTE_ORDER, &shape, strides, &error);
  }
  if (tensor != NULL) {
    node = ts_node_new_tensor (name, tensor);
  } else {
    node = ts_node_new_error (name, error);
    ts_node_set_declared (node, ts_dtype_get_name ((TsDtype) dtype), &shape);
  }
  if (note[0] != '\0')
    ts_node_set_note (node, note);
  return node;
}

static TsNode *
parse_listing (Helper *self, GBytes *listing, GError **error)
{
  TsCursor cursor;
  gsize n_bytes;
  const guint8 *data = g_bytes_get_data (listing, &n_bytes);
  g_autoptr (TsNode) root = ts_node_new_container ("", "group");
  TsNode *open[MAX_NESTING] = { root };
  guint depth = 0;

  ts_cursor_init (&cursor, data, n_bytes);
  while (!cursor.failed && ts_cursor_get_remaining (&cursor) > 0) {
    char kind = (char) ts_cursor_u8 (&cursor);
    g_autofree char *name = kind != 'E' ? take_string (&cursor) : NULL;
    g_autofree char *text = strchr ("TOX", kind) != NULL ? take_string (&cursor) : NULL;
    TsNode *node = NULL;

    if (cursor.failed)
      break;
    switch (kind) {
    case 'G':
      node = ts_node_new_container (name, "group");
      break;
    case 'E':
      if (depth == 0)
        cursor.failed = TRUE;
      else
        depth--;
      break;
    case 'D':
      node = take_dataset (self, &cursor, name);
      break;
    case 'T':
      node = ts_node_new_text (name, text);
      break;
    case 'O': {
      g_autofree char *note = take_string (&cursor);

      node = ts_node_new_opaque (name, text);
      if (note[0] != '\0')
        ts_node_set_note (node, note);
      break;
    }
    case 'X': {
      g_autoptr (GError) broken = g_error_new_literal (TS_ERROR, TS_ERROR_CORRUPT, text);

      node = ts_node_new_error (name, broken);
      break;
    }
    default:
      cursor.failed = TRUE;
    }
    if (node == NULL)
      continue;
    ts_node_take_child (open[depth], node);
    if (kind == 'G') {
      if (depth + 1 >= MAX_NESTING)
        cursor.failed = TRUE;
      else
        open[++depth] = node;
    }
  }
  if (cursor.failed || depth != 0) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_CORRUPT,
                         _ ("The helper that reads this file answered nonsense"));
    return NULL;
  }
  return g_steal_pointer (&root);
}

static Helper *
helper_new (TsSource *source, const char *backend)
{
  Helper *self = g_new0 (Helper, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->source = g_object_ref (source);
  self->backend = g_intern_string (backend);
  self->to_fd = self->from_fd = -1;
  return self;
}

TsNode *
ts_array_helper_open (TsSource *source,
                      const char *backend,
                      GCancellable *cancellable,
                      GError **error)
{
  g_autoptr (Helper) self = NULL;
  g_autoptr (GBytes) listing = NULL;

  g_return_val_if_fail (TS_IS_SOURCE (source), NULL);

  self = helper_new (source, backend);
  listing = start_helper (self, cancellable, error);
  if (listing == NULL)
    return NULL;
  return parse_listing (self, listing, error);
}

TsNode *
ts_array_helper_open_pipes (TsSource *source, int to_fd, int from_fd, GError **error)
{
  g_autoptr (Helper) self = NULL;
  g_autoptr (GBytes) listing = NULL;

  g_return_val_if_fail (TS_IS_SOURCE (source), NULL);
  g_return_val_if_fail (to_fd >= 0 && from_fd >= 0, NULL);

  self = helper_new (source, "hdf5");
  self->is_given = TRUE;
  self->to_fd = to_fd;
  self->from_fd = from_fd;
  listing = receive_reply (self, TS_ARRAY_MAX_LISTING, LISTING_SECONDS, NULL, error);
  if (listing == NULL)
    return NULL;
  return parse_listing (self, listing, error);
}
