/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "reader/ts-pickle-opcodes.h"
#include "reader/ts-pickle-text.h"
#include "reader/ts-pickle-tree.h"
#include "reader/ts-pickle.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* The pickle machine: each opcode and each rule of structure on bytes made by hand. Every vector
 * runs twice, on bytes in memory and on a file that is read piece by piece. */

/* --- what came out, in words --- */

static void print (GString *out, TsPickle *pickle, const TsPickleValue *value, guint depth);

static void
print_items (GString *out, TsPickle *pickle, const TsPickleValue *value, guint depth)
{
  for (guint i = 0; i < value->n_items; i++) {
    if (i > 0)
      g_string_append_c (out, value->kind == TS_PICKLE_DICT && i % 2 == 1 ? ':' : ',');
    print (out, pickle, value->at.items[i], depth);
  }
}

static void
print_bytes (GString *out, TsPickle *pickle, const TsPickleValue *value)
{
  g_autoptr (TsSource) source = ts_pickle_open_bytes (pickle, value, -1, NULL);
  g_autoptr (GBytes) bytes = NULL;
  const guint8 *data;

  g_assert_nonnull (source);
  bytes = ts_source_read_bytes (source, 0, ts_source_get_size (source), 1 << 20, NULL, NULL);
  g_assert_nonnull (bytes);
  data = g_bytes_get_data (bytes, NULL);
  for (gsize i = 0; i < g_bytes_get_size (bytes); i++)
    g_string_append_printf (out, g_ascii_isprint (data[i]) ? "%c" : "\\x%02x", data[i]);
}

static void
print_call (GString *out, TsPickle *pickle, const TsPickleCall *call, guint depth)
{
  g_string_append (out, call->is_new ? "new " : "call ");
  print (out, pickle, call->callable, depth);
  print (out, pickle, call->args, depth);
  if (call->kwargs != NULL)
    print (out, pickle, call->kwargs, depth);
  if (call->state != NULL) {
    g_string_append_c (out, '!');
    print (out, pickle, call->state, depth);
  }
  if (call->items != NULL)
    print (out, pickle, call->items, depth);
  if (call->pairs != NULL)
    print (out, pickle, call->pairs, depth);
}

static void
print (GString *out, TsPickle *pickle, const TsPickleValue *value, guint depth)
{
  g_autofree char *text = NULL;
  gboolean was_cut;

  if (depth > 6) {
    g_string_append (out, "...");
    return;
  }
  switch ((TsPickleKind) value->kind) {
  case TS_PICKLE_NONE:
    g_string_append (out, "None");
    break;
  case TS_PICKLE_BOOL:
    g_string_append (out, value->at.integer != 0 ? "True" : "False");
    break;
  case TS_PICKLE_INT:
    g_string_append_printf (out, "%" G_GINT64_FORMAT, value->at.integer);
    break;
  case TS_PICKLE_BIGINT:
    if ((value->flags & TS_PICKLE_FLAG_DECIMAL) != 0)
      text = g_strndup ((const char *) value->at.data, value->extra);
    else
      text = ts_pickle_text_from_long (value->at.data, value->extra);
    g_string_append_printf (out, "big %s", text);
    break;
  case TS_PICKLE_FLOAT:
    g_string_append_printf (out, "%g", value->at.number);
    break;
  case TS_PICKLE_STR:
    text = ts_pickle_dup_text (pickle, value, 1000, &was_cut);
    g_string_append_printf (out, "'%s'", text);
    break;
  case TS_PICKLE_BYTES:
  case TS_PICKLE_BYTEARRAY:
    g_string_append (out, value->kind == TS_PICKLE_BYTEARRAY             ? "array'"
                          : (value->flags & TS_PICKLE_FLAG_OLD_STR) != 0 ? "old'"
                                                                         : "b'");
    print_bytes (out, pickle, value);
    g_string_append_c (out, '\'');
    break;
  case TS_PICKLE_LIST:
  case TS_PICKLE_TUPLE:
  case TS_PICKLE_DICT:
  case TS_PICKLE_SET:
  case TS_PICKLE_FROZENSET: {
    static const char *const brackets[] = { "[]", "()", "{}", "set{}", "frozen{}" };
    const char *bracket = brackets[value->kind - TS_PICKLE_LIST];

    g_string_append_len (out, bracket, (gssize) strlen (bracket) - 1);
    print_items (out, pickle, value, depth + 1);
    g_string_append_c (out, bracket[strlen (bracket) - 1]);
    break;
  }
  case TS_PICKLE_GLOBAL:
    g_string_append_printf (out, "<%s.%s>", value->at.global->module, value->at.global->name);
    break;
  case TS_PICKLE_CALL:
    print_call (out, pickle, value->at.call, depth + 1);
    break;
  case TS_PICKLE_PERSID:
    g_string_append (out, "id ");
    print (out, pickle, value->at.inner, depth + 1);
    break;
  case TS_PICKLE_EXT:
    g_string_append_printf (out, "ext %" G_GINT64_FORMAT, value->at.integer);
    break;
  default:
    g_assert_not_reached ();
  }
}

/* --- vectors --- */

#define BYTES(literal) (literal), sizeof (literal) - 1

typedef struct
{
  const char *bytes;
  gsize n_bytes;
  const char *want; /* NULL: an error */
  const char *error;
} Vector;

#define GOOD(literal, want)                                                                        \
  {                                                                                                \
    BYTES (literal), want, NULL                                                                    \
  }
#define BAD(literal, error)                                                                        \
  {                                                                                                \
    BYTES (literal), NULL, error                                                                   \
  }

/* clang-format off */
static const Vector vectors[] = {
  /* constants and integers */
  GOOD ("N.", "None"),
  GOOD ("\x80\x02\x88.", "True"),
  GOOD ("\x80\x05\x89.", "False"),
  GOOD ("K\xff.", "255"),
  GOOD ("M\x01\xff.", "65281"),
  GOOD ("J\xff\xff\xff\xff.", "-1"),
  GOOD ("J\xff\xff\xff\x7f.", "2147483647"),
  GOOD ("\x8a\x00.", "0"),
  GOOD ("\x8a\x01\x80.", "-128"),
  GOOD ("\x8a\x02\xff\x00.", "255"),
  GOOD ("\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80.", "-9223372036854775808"),
  GOOD ("\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x80\x00.", "big 9223372036854775808"),
  GOOD ("\x8a\x09\x05\x00\x00\x00\x00\x00\x00\x00\x00.", "5"),
  GOOD ("\x8a\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff.", "-1"),
  GOOD ("\x8b\x01\x00\x00\x00\x07.", "7"),
  GOOD ("\x8b\x00\x00\x00\x00.", "0"),
  BAD ("\x8b\xff\xff\xff\xff.", "the length -1"),
  BAD ("\x8b\xff\xff\xff\x7f.", "ends too early"),
  BAD ("\x8a\x05\x01.", "ends too early"),
  GOOD ("I42\n.", "42"),
  GOOD ("I-7\n.", "-7"),
  GOOD ("I01\n.", "True"),
  GOOD ("I00\n.", "False"),
  GOOD ("L5L\n.", "5"),
  GOOD ("L99999999999999999999L\n.", "big 99999999999999999999"),
  GOOD ("L-9223372036854775808L\n.", "-9223372036854775808"),
  BAD ("I12x4\n.", "not a decimal number"),
  BAD ("I\n.", "not a decimal number"),
  BAD ("I42", "ends too early"),
  /* floats */
  GOOD ("G\x3f\xf8\x00\x00\x00\x00\x00\x00.", "1.5"),
  GOOD ("F1.5\n.", "1.5"),
  GOOD ("F-inf\n.", "-inf"),
  GOOD ("Fnan\n.", "nan"),
  BAD ("F1.5x\n.", "not a number"),
  BAD ("F\n.", "not a number"),
  BAD ("G\x3f\xf8.", "ends too early"),
  /* texts and bytes */
  GOOD ("X\x02\x00\x00\x00hi.", "'hi'"),
  GOOD ("\x8c\x02hi.", "'hi'"),
  GOOD ("\x8d\x02\x00\x00\x00\x00\x00\x00\x00hi.", "'hi'"),
  GOOD ("X\x03\x00\x00\x00\xed\xa0\x80.", "'\xef\xbf\xbd'"),
  GOOD ("\x8c\x03" "a\0b.", "'a\xef\xbf\xbd" "b'"),
  BAD ("\x8c\x01\xff.", "not UTF-8"),
  BAD ("\x8c\x02\xc0\x80.", "not UTF-8"),
  BAD ("X\xff\xff\xff\xffhi.", "ends too early"),
  BAD ("\x8d\xff\xff\xff\xff\xff\xff\xff\xffhi.", "ends too early"),
  BAD ("\x8e\x00\x00\x00\x00\x00\x01\x00\x00hi.", "ends too early"),
  GOOD ("Vh\\u00e9\\U0001f600\\\\u0041\n.", "'h\xc3\xa9\xf0\x9f\x98\x80\\\\u0041'"),
  GOOD ("V\xe9\n.", "'\xc3\xa9'"),
  BAD ("V\\u12\n.", "broken escape"),
  BAD ("V\\U00110000\n.", "broken escape"),
  GOOD ("S'a\\'b\\n\\x41\\101\\q'\n.", "old'a'b\\x0aAA\\q'"),
  GOOD ("S\"x\"\n.", "old'x'"),
  BAD ("Sx\n.", "not in quotes"),
  BAD ("S'\n.", "not in quotes"),
  BAD ("S'\\x4'\n.", "broken escape"),
  BAD ("S'\\'\n.", "broken escape"),
  GOOD ("T\x02\x00\x00\x00\xff" "a.", "old'\\xffa'"),
  BAD ("T\xff\xff\xff\xffhi.", "negative length"),
  GOOD ("U\x01z.", "old'z'"),
  GOOD ("B\x02\x00\x00\x00hi.", "b'hi'"),
  GOOD ("C\x00.", "b''"),
  GOOD ("\x8e\x01\x00\x00\x00\x00\x00\x00\x00h.", "b'h'"),
  GOOD ("\x96\x01\x00\x00\x00\x00\x00\x00\x00h.", "array'h'"),
  /* containers */
  GOOD (").", "()"),
  GOOD ("(t.", "()"),
  GOOD ("(K\x01K\x02t.", "(1,2)"),
  GOOD ("K\x01\x85.", "(1)"),
  GOOD ("K\x01K\x02\x86.", "(1,2)"),
  GOOD ("K\x01K\x02K\x03\x87.", "(1,2,3)"),
  BAD ("K\x01\x86.", "where there is none"),
  BAD ("K\x01(\x85.", "where there is none"),
  GOOD ("].", "[]"),
  GOOD ("(K\x01l.", "[1]"),
  GOOD ("]K\x01" "a.", "[1]"),
  GOOD ("](K\x01K\x02" "e.", "[1,2]"),
  GOOD ("}.", "{}"),
  GOOD ("(K\x01K\x02" "d.", "{1:2}"),
  BAD ("(K\x01" "d.", "key without a value"),
  GOOD ("}K\x01K\x02s.", "{1:2}"),
  GOOD ("}(K\x01K\x02K\x01K\x03u.", "{1:2,1:3}"),
  BAD ("}(K\x01u.", "key without a value"),
  GOOD ("}]NsN\x86.", "({[]:None},None)"),
  GOOD ("\x8f.", "set{}"),
  GOOD ("\x8f(K\x01\x90.", "set{1}"),
  GOOD ("(K\x01\x91.", "frozen{1}"),
  BAD ("](K\x01\x90.", "takes none (list)"),
  BAD ("NK\x01" "a.", "takes none (None)"),
  BAD ("]K\x01K\x02s.", "takes none (list)"),
  BAD ("}(K\x01" "e.", "takes none (dict)"),
  BAD ("(K\x01" "e.", "where there is none"),
  BAD ("K\x01" "a.", "where there is none"),
  BAD ("e.", "no mark"),
  BAD ("t.", "no mark"),
  /* the stack */
  GOOD ("K\x01K\x02" "0.", "1"),
  GOOD ("K\x01(0.", "1"),
  GOOD ("K\x01(K\x02K\x03" "1.", "1"),
  BAD ("1.", "no mark"),
  GOOD ("K\x01" "2\x86.", "(1,1)"),
  BAD ("0.", "where there is none"),
  BAD ("2.", "where there is none"),
  BAD (".", "where there is none"),
  BAD ("N(.", "where there is none"),
  GOOD ("K\x01K\x02.", "2"),
  GOOD ("N.garbage", "None"),
  BAD ("", "ends too early"),
  BAD ("N", "ends too early"),
  BAD ("\xf0.", "is no opcode"),
  BAD ("\x00.", "is no opcode"),
  /* protocol and frames */
  GOOD ("\x80\x02\x80\x03N.", "None"),
  BAD ("\x80\x06N.", "after 5"),
  GOOD ("\x95\x02\x00\x00\x00\x00\x00\x00\x00N.", "None"),
  GOOD ("\x95\x01\x00\x00\x00\x00\x00\x00\x00\x95\x00\x00\x00\x00\x00\x00\x00\x00N.", "None"),
  BAD ("\x95\x09\x00\x00\x00\x00\x00\x00\x00N.", "a frame of 9 bytes"),
  BAD ("\x97.", "buffers"),
  BAD ("N\x98.", "buffers"),
  /* names and calls */
  GOOD ("cposix\nsystem\n.", "<posix.system>"),
  GOOD ("\x8c\x05posix\x8c\x06system\x93.", "<posix.system>"),
  BAD ("\x8c\x05posixN\x93.", "not a text"),
  BAD ("cposix\nsystem", "ends too early"),
  GOOD ("cposix\nsystem\nX\x02\x00\x00\x00ls\x85R.", "call <posix.system>('ls')"),
  GOOD ("K\x01)R.", "call 1()"),
  GOOD ("ca\nB\n)\x81.", "new <a.B>()"),
  GOOD ("ca\nB\n)}\x92.", "new <a.B>(){}"),
  GOOD ("(K\x01ia\nB\n.", "new <a.B>(1)"),
  BAD ("ia\nB\n.", "no mark"),
  GOOD ("(ca\nB\nK\x01o.", "new <a.B>(1)"),
  BAD ("(o.", "no class"),
  GOOD ("ca\nB\n)R}b.", "call <a.B>()!{}"),
  GOOD ("ca\nB\n)RK\x01" "a(K\x02" "e.", "call <a.B>()[1,2]"),
  GOOD ("ca\nB\n)RK\x01K\x02s.", "call <a.B>(){1:2}"),
  GOOD ("ca\nB\n)R(K\x02\x90.", "call <a.B>()[2]"),
  BAD ("}}b.", "takes none"),
  GOOD ("K\x05Q.", "id 5"),
  GOOD ("Pname\n.", "id old'name'"),
  GOOD ("\x82\x07.", "ext 7"),
  GOOD ("\x83\x07\x01.", "ext 263"),
  GOOD ("\x84\x07\x00\x00\x00)R.", "call ext 7()"),
  /* memo */
  GOOD ("K\x01q\x00" "0h\x00.", "1"),
  GOOD ("K\x01r\xff\xff\xff\xff" "0j\xff\xff\xff\xff.", "1"),
  GOOD ("K\x01p7\n0g7\n.", "1"),
  GOOD ("K\x01\x94K\x02\x94\x30\x30h\x01h\x00\x86.", "(2,1)"),
  GOOD ("K\x01q\x05K\x02\x94\x30\x30h\x01h\x05\x86.", "(2,1)"),
  GOOD ("K\x01q\x00K\x02q\x00\x30\x30h\x00.", "2"),
  BAD ("h\x00.", "slot 0"),
  BAD ("j\xff\xff\xff\xff.", "slot 4294967295"),
  BAD ("g-1\n.", "not a number"),
  BAD ("gx\n.", "not a number"),
  BAD ("q\x00.", "where there is none"),
  BAD ("K\x01q", "ends too early"),
  /* cycles */
  GOOD ("]q\x00h\x00" "a.", "[[[[[[[...]]]]]]]"),
};
/* clang-format on */

static TsSource *
make_file_source (const char *bytes, gsize n_bytes)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  int fd = g_file_open_tmp (NULL, &path, &error);
  TsSource *source;

  g_assert_no_error (error);
  g_assert_cmpint (write (fd, bytes, n_bytes), ==, (gssize) n_bytes);
  close (fd);
  source = ts_file_source_new (path, &error);
  g_assert_no_error (error);
  g_unlink (path);
  return source;
}

static TsSource *
make_memory_source (const char *bytes, gsize n_bytes)
{
  g_autoptr (GBytes) content = g_bytes_new (bytes, n_bytes);

  return ts_memory_source_new (content);
}

static void
check_vector (const Vector *vector, TsSource *source)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsPickle) pickle = ts_pickle_run (source, 0, NULL, NULL, &error);
  GString *out;

  if (vector->want == NULL) {
    g_assert_null (pickle);
    g_assert_nonnull (error);
    g_assert_true (error->domain == TS_ERROR);
    if (strstr (error->message, vector->error) == NULL)
      g_error ("\"%s\" does not contain \"%s\"", error->message, vector->error);
    return;
  }
  g_assert_no_error (error);
  out = g_string_new (NULL);
  print (out, pickle, ts_pickle_get_root (pickle), 0);
  g_assert_cmpstr (out->str, ==, vector->want);
  g_string_free (out, TRUE);
}

static void
test_vectors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++) {
    g_autoptr (TsSource) memory = make_memory_source (vectors[i].bytes, vectors[i].n_bytes);

    g_test_message ("vector %u: %s", i,
                    vectors[i].want != NULL ? vectors[i].want : vectors[i].error);
    check_vector (&vectors[i], memory);
    if (vectors[i].n_bytes > 0) {
      g_autoptr (TsSource) file = make_file_source (vectors[i].bytes, vectors[i].n_bytes);

      check_vector (&vectors[i], file);
    }
  }
}

/* Every opcode there is must stand in a vector that works (two only in ones that do not). */
static void
test_every_opcode (void)
{
  guint n_opcodes = 0;

  for (guint opcode = 0; opcode < 256; opcode++) {
    gboolean is_covered = FALSE;

    if (g_str_equal (ts_pickle_opcode_get_name ((guint8) opcode), "?"))
      continue;
    n_opcodes++;
    for (guint i = 0; i < G_N_ELEMENTS (vectors) && !is_covered; i++)
      is_covered =
          (vectors[i].want != NULL || opcode == OP_NEXT_BUFFER || opcode == OP_READONLY_BUFFER) &&
          memchr (vectors[i].bytes, (int) opcode, vectors[i].n_bytes) != NULL;
    if (!is_covered)
      g_error ("no vector has %s", ts_pickle_opcode_get_name ((guint8) opcode));
  }
  g_assert_cmpuint (n_opcodes, ==, 68);
}

/* Every vector cut off anywhere gives an error or a value, never anything else. */
static void
test_cuts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++) {
    for (gsize n_bytes = 0; n_bytes < vectors[i].n_bytes; n_bytes++) {
      g_autofree char *exact = g_memdup2 (vectors[i].bytes, n_bytes);
      g_autoptr (GBytes) content = g_bytes_new_static (exact, n_bytes);
      g_autoptr (TsSource) source = ts_memory_source_new (content);
      g_autoptr (GError) error = NULL;
      g_autoptr (TsPickle) pickle = ts_pickle_run (source, 0, NULL, NULL, &error);

      g_assert_true ((pickle == NULL) == (error != NULL));
    }
  }
}

/* --- structure --- */

static void
append_repeated (GString *to, const char *bytes, gsize n_bytes, guint n_times)
{
  for (guint i = 0; i < n_times; i++)
    g_string_append_len (to, bytes, (gssize) n_bytes);
}

static TsNode *
build_tree (GString *bytes, GError **error)
{
  g_autoptr (TsSource) source = make_memory_source (bytes->str, bytes->len);
  TsNode *node = ts_pickle_tree_build_at (source, 0, "", NULL, NULL, NULL, error);

  g_string_free (bytes, TRUE);
  return node;
}

static guint
count_nodes (TsNode *node)
{
  guint n = 1;

  for (guint i = 0; i < ts_node_get_n_children (node); i++)
    n += count_nodes (ts_node_get_child (node, i));
  return n;
}

static void
test_deep (void)
{
  GString *bytes = g_string_new (")");
  g_autoptr (GError) error = NULL;
  g_autoptr (TsNode) root = NULL;

  append_repeated (bytes, "\x85", 1, 3000000);
  g_string_append_c (bytes, '.');
  root = build_tree (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_nodes (root), ==, 257);
}

static void
test_sharing (void)
{
  GString *bytes = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsNode) root = NULL;

  /* 100 lists, each holding the one before twice: 2^100 ways to the first */
  g_string_append_len (bytes, "]q\0", 3);
  for (guint i = 0; i < 100; i++) {
    const char step[] = { '0', ']', '(', 'h', (char) i, 'h', (char) i, 'e', 'q', (char) (i + 1) };

    g_string_append_len (bytes, step, sizeof step);
  }
  g_string_append_c (bytes, '.');
  root = build_tree (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_nodes (root), <, 120000);
}

/* Two lists, each in the other. */
static void
test_cycle (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsNode) root = build_tree (g_string_new_len (BYTES ("]q\0\x5dq\1h\0aa.")), &error);
  TsNode *inner;

  g_assert_no_error (error);
  inner = ts_node_get_child (ts_node_get_child (root, 0), 0);
  g_assert_cmpint (ts_node_get_kind (inner), ==, TS_NODE_OPAQUE);
  g_assert_cmpstr (ts_node_get_note (inner), ==, "the same as the whole");
}

static void
test_limits (void)
{
  static const struct
  {
    const char *bytes;
    guint n_times;
    const char *error;
  } bombs[] = {
    { "N", 9000000, "piles up" },
    { "(", 1000001, "marks" },
    { "N0", 25000001, "opcodes" },
    { "](", 1000001, "marks" },
  };
  GString *sparse = g_string_new ("N");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bombs); i++) {
    GString *bytes = g_string_new (NULL);

    append_repeated (bytes, bombs[i].bytes, strlen (bombs[i].bytes), bombs[i].n_times);
    g_assert_null (build_tree (bytes, &error));
    g_assert_error (error, TS_ERROR, TS_ERROR_REFUSED);
    g_assert_nonnull (strstr (error->message, bombs[i].error));
    g_clear_error (&error);
  }
  /* memo slots all over the place */
  for (guint i = 0; i < 1000001; i++) {
    guint32 slot = GUINT32_TO_LE (G_MAXUINT32 - 3 * i);

    g_string_append_c (sparse, 'r');
    g_string_append_len (sparse, (const char *) &slot, 4);
  }
  g_assert_null (build_tree (sparse, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_REFUSED);
}

static void
test_memory_limit (void)
{
  GString *bytes = g_string_new ("]");
  TsPickleLimits limits = { .max_memory_bytes = 1 << 20 };
  g_autoptr (GError) error = NULL;
  g_autoptr (TsSource) source = NULL;

  append_repeated (bytes, "]a", 2, 100000);
  g_string_append_c (bytes, '.');
  source = make_memory_source (bytes->str, bytes->len);
  g_assert_null (ts_pickle_run (source, 0, &limits, NULL, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_REFUSED);
  g_clear_error (&error);
  limits.max_memory_bytes = 16 << 20;
  ts_pickle_free (ts_pickle_run (source, 0, &limits, NULL, &error));
  g_assert_no_error (error);
  g_string_free (bytes, TRUE);
}

/* Strings above 64 KiB of a file are not read; what they hold is found all the same. */
static void
test_remote (void)
{
  const gsize n_long = 5 << 20;
  GString *bytes = g_string_new ("(B");
  guint32 length = GUINT32_TO_LE ((guint32) n_long);
  TsPickleLimits limits = { .max_memory_bytes = 1 << 20 };
  g_autoptr (TsSource) source = NULL;
  g_autoptr (TsSource) content = NULL;
  g_autoptr (TsPickle) pickle = NULL;
  g_autoptr (GError) error = NULL;
  const TsPickleValue *root;
  guint8 last = 0;

  g_string_append_len (bytes, (const char *) &length, 4);
  append_repeated (bytes, "x", 1, n_long - 1);
  g_string_append_c (bytes, 'y');
  g_string_append_len (bytes, BYTES ("X\x02\0\0\0ab"
                                     "t."));
  source = make_file_source (bytes->str, bytes->len);
  g_assert_null (ts_source_peek (source));
  pickle = ts_pickle_run (source, 0, &limits, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ts_pickle_get_end (pickle), ==, bytes->len);
  root = ts_pickle_get_root (pickle);
  g_assert_cmpuint (root->n_items, ==, 2);
  g_assert_true ((root->at.items[0]->flags & TS_PICKLE_FLAG_REMOTE) != 0);
  g_assert_true (ts_pickle_value_equals (root->at.items[1], "ab"));
  content = ts_pickle_open_bytes (pickle, root->at.items[0], -1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ts_source_get_size (content), ==, n_long);
  g_assert_true (ts_source_read (content, n_long - 1, &last, 1, NULL, &error));
  g_assert_cmpuint (last, ==, 'y');
  g_string_free (bytes, TRUE);
}

/* What is longer than 4 KiB takes no memory either, however many there are of it. */
static void
test_many_remote (void)
{
  const gsize n_each = 5000, n = 600;
  GString *bytes = g_string_new ("](");
  guint32 length = GUINT32_TO_LE ((guint32) n_each);
  TsPickleLimits limits = { .max_memory_bytes = 1 << 20 };
  g_autoptr (TsSource) source = NULL;
  g_autoptr (TsPickle) pickle = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < n; i++) {
    g_string_append_c (bytes, i % 2 == 0 ? 'B' : 'X');
    g_string_append_len (bytes, (const char *) &length, 4);
    append_repeated (bytes, "x", 1, n_each);
  }
  g_string_append (bytes, "e.");
  source = make_file_source (bytes->str, bytes->len);
  pickle = ts_pickle_run (source, 0, &limits, NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < n; i++) {
    gboolean was_cut;
    g_autofree char *text =
        ts_pickle_dup_text (pickle, ts_pickle_get_root (pickle)->at.items[i], n_each, &was_cut);

    g_assert_cmpuint (strspn (text, "x"), ==, n_each);
    g_assert_false (was_cut);
  }
  g_string_free (bytes, TRUE);
}

/* A list of numbers is one node, whatever the numbers. */
static void
test_numbers (void)
{
  static const struct
  {
    const char *bytes;
    gsize n_bytes;
    TsDtype dtype;
  } lists[] = {
    { BYTES ("](K\x01J\xff\xff\xff\xff"
             "e."),
      TS_DTYPE_INT64 },
    { BYTES ("(K\x01G\x3f\xf8\0\0\0\0\0\0t."), TS_DTYPE_FLOAT64 },
    { BYTES ("](\x88\x89"
             "e."),
      TS_DTYPE_BOOL },
    { BYTES ("](K\x01\x8a\x09\0\0\0\0\0\0\0\x80\0"
             "e."),
      TS_DTYPE_UINT64 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (TsNode) root =
                   build_tree (g_string_new_len (lists[i].bytes, (gssize) lists[i].n_bytes),
                               &error);

    g_assert_no_error (error);
    g_assert_cmpint (ts_node_get_kind (root), ==, TS_NODE_VALUES);
    g_assert_cmpint (ts_tensor_get_dtype (ts_node_get_tensor (root)), ==, lists[i].dtype);
    g_assert_cmpuint (ts_tensor_get_n_elements (ts_node_get_tensor (root)), ==, 2);
  }
}

/* A dict of a million entries keeps its arrays in sight but not every number. */
static void
test_large_dict (void)
{
  GString *bytes = g_string_new ("}(");
  g_autoptr (GError) error = NULL;
  g_autoptr (TsNode) root = NULL;
  TsNode *last;

  for (guint i = 0; i < 1000000; i++) {
    guint32 key = GUINT32_TO_LE (i);

    g_string_append_c (bytes, 'J');
    g_string_append_len (bytes, (const char *) &key, 4);
    g_string_append_c (bytes, 'N');
  }
  g_string_append_len (bytes, BYTES ("X\x04\0\0\0last](K\x01K\x02"
                                     "eu."));
  root = build_tree (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ts_node_get_n_children (root), ==, 10001);
  last = ts_node_get_child (root, 10000);
  g_assert_cmpstr (ts_node_get_name (last), ==, "last");
  g_assert_cmpint (ts_node_get_kind (last), ==, TS_NODE_VALUES);
  g_assert_nonnull (strstr (ts_node_get_note (root), "990000 of 1000001"));
}

static void
test_cancelled (void)
{
  GString *bytes = g_string_new (NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TsSource) source = NULL;
  g_autoptr (GError) error = NULL;

  append_repeated (bytes, "N0", 2, 100000);
  source = make_memory_source (bytes->str, bytes->len);
  g_cancellable_cancel (cancellable);
  g_assert_null (ts_pickle_run (source, 0, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_string_free (bytes, TRUE);
}

/* --- names --- */

static void
test_names (void)
{
  static const struct
  {
    const char *module, *name;
    TsPickleMeaning meaning;
  } names[] = {
    { "collections", "OrderedDict", TS_PICKLE_MEANS_DICT },
    { "__builtin__", "set", TS_PICKLE_MEANS_SET },
    { "builtins", "eval", TS_PICKLE_MEANS_NOTHING },
    { "builtins", "getattr", TS_PICKLE_MEANS_NOTHING },
    { "torch", "FloatStorage", TS_PICKLE_MEANS_TORCH_STORAGE },
    { "torch.cuda", "HalfStorage", TS_PICKLE_MEANS_TORCH_STORAGE },
    { "torch.storage", "UntypedStorage", TS_PICKLE_MEANS_TORCH_STORAGE },
    { "posix", "FloatStorage", TS_PICKLE_MEANS_NOTHING },
    { "torch", "float8_e4m3fn", TS_PICKLE_MEANS_TORCH_DTYPE },
    { "torch", "uint3", TS_PICKLE_MEANS_TORCH_DTYPE },
    { "torch", "uint9", TS_PICKLE_MEANS_NOTHING },
    { "torch", "load", TS_PICKLE_MEANS_NOTHING },
    { "torch._utils", "_rebuild_tensor_v2", TS_PICKLE_MEANS_REBUILD },
    { "torch._utils", "_rebuild_tensor_v2.", TS_PICKLE_MEANS_NOTHING },
    { "torch", "_utils._rebuild_tensor_v2", TS_PICKLE_MEANS_NOTHING },
    { "torch._utils", "os.system", TS_PICKLE_MEANS_NOTHING },
    { "numpy._core.multiarray", "_reconstruct", TS_PICKLE_MEANS_NUMPY_RECONSTRUCT },
    { "types", "SimpleNamespace", TS_PICKLE_MEANS_NAMESPACE },
    { "", "", TS_PICKLE_MEANS_NOTHING },
  };
  gint argument;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpint (ts_pickle_find_meaning (names[i].module, names[i].name, &argument), ==,
                     names[i].meaning);
  ts_pickle_find_meaning ("torch", "HalfStorage", &argument);
  g_assert_cmpint (argument, ==, TS_TORCH_FLOAT16);
}

/* The table is searched by halving: every entry must be found. */
static void
test_names_sorted (void)
{
  g_assert_true (ts_pickle_names_are_sorted ());
}

static void
test_probe (void)
{
  static const struct
  {
    const char *bytes;
    gsize n_bytes;
    gboolean is_pickle;
  } heads[] = {
    { BYTES ("\x80\x02]q\0."), TRUE },
    { BYTES ("(dp0\nS'a'\np1\nI1\ns."), TRUE },
    { BYTES ("cposix\nsystem\n(S'ls'\ntR."), TRUE },
    { BYTES ("N."), TRUE },
    { BYTES ("."), FALSE },
    { BYTES ("Hello world, this is no pickle at all.\n"), FALSE },
    { BYTES ("{\"json\": 1}"), FALSE },
    { BYTES ("\x93NUMPY\x01\x00"), FALSE },
    { BYTES (""), FALSE },
    { BYTES ("\x00\x00\x00\x00"), FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    g_assert_cmpint (ts_pickle_probe ((const guint8 *) heads[i].bytes, heads[i].n_bytes,
                                      heads[i].n_bytes) > 0,
                     ==, heads[i].is_pickle);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pickle/vectors", test_vectors);
  g_test_add_func ("/pickle/every-opcode", test_every_opcode);
  g_test_add_func ("/pickle/cuts", test_cuts);
  g_test_add_func ("/pickle/deep", test_deep);
  g_test_add_func ("/pickle/sharing", test_sharing);
  g_test_add_func ("/pickle/cycle", test_cycle);
  g_test_add_func ("/pickle/limits", test_limits);
  g_test_add_func ("/pickle/memory-limit", test_memory_limit);
  g_test_add_func ("/pickle/remote", test_remote);
  g_test_add_func ("/pickle/many-remote", test_many_remote);
  g_test_add_func ("/pickle/numbers", test_numbers);
  g_test_add_func ("/pickle/large-dict", test_large_dict);
  g_test_add_func ("/pickle/cancelled", test_cancelled);
  g_test_add_func ("/pickle/names", test_names);
  g_test_add_func ("/pickle/names-sorted", test_names_sorted);
  g_test_add_func ("/pickle/probe", test_probe);
  return g_test_run ();
}
