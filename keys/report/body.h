/*
 * The body of a report as multipart/form-data (RFC 7578), as a browser's form would send it,
 * sealed while it is built: an attachment of any size passes through in pieces.
 */
#ifndef SK_KEYS_REPORT_BODY_H
#define SK_KEYS_REPORT_BODY_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/file.h"
#include "keys/cli/progress.h"
#include "keys/seal/report.h"

/* Errors are sticky: after the first one nothing more is written, and every call returns it. */
struct sk_body_writer;

/* Draws the boundary, sets address->boundary and writes the envelope's header. The caller keeps
 * writer. */
enum sk_error sk_body_begin(struct sk_body_writer **out, struct sk_file_writer *writer,
                            struct sk_address *address);

/* A field. name: of ASCII letters. Ends of lines become CR LF, as a browser sends them. text NULL:
 * nothing is written. */
enum sk_error sk_body_field(struct sk_body_writer *body, const char *name, const char *text,
                            size_t len);

/* A file part of all bytes of fd, named by the last component of path. IO: reading failed. */
enum sk_error sk_body_file(struct sk_body_writer *body, const char *path, int fd,
                           struct sk_progress *progress);

/* The closing boundary, the signature and the padding. */
enum sk_error sk_body_end(struct sk_body_writer *body);

void sk_body_free(struct sk_body_writer *body); /* NULL is a no-op; wipes */

#endif
