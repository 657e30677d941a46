/*
 * Every way in which a library function of this project can refuse.
 *
 * A function that can fail returns enum sk_error, SK_OK being 0, and leaves its outputs
 * untouched on failure unless its contract says otherwise. Libraries never print: a program
 * turns the value into its one line with sk_error_text().
 */
#ifndef SK_KEYS_BASE_ERROR_H
#define SK_KEYS_BASE_ERROR_H

/* X(name, what went wrong and what to do about it) */
#define SK_ERRORS(X)                                                                               \
    X(OK, "no error")                                                                              \
    /* the machine */                                                                              \
    X(MEMORY, "out of memory")                                                                     \
    X(IO, "reading or writing failed; see the system's message and check the disk")                \
    X(FULL, "no space left; free some, then try again")                                            \
    X(NOT_FOUND, "there is no such thing here")                                                    \
    X(EXISTS, "it exists already; nothing was overwritten")                                        \
    X(LOCKED, "another program is using it; wait until that has finished")                         \
    X(CORRUPT, "the stored data is damaged; restore it from a backup")                             \
    X(TOO_LARGE, "it is larger than this program accepts")                                         \
    X(USAGE, "the call does not fit its contract")                                                 \
    X(TEXT, "not plain UTF-8 text; save it as UTF-8")                                              \
    /* envelope, FORMAT section 1 */                                                               \
    X(ENVELOPE_LENGTH, "the length fits no sealed report: the file was cut or extended")           \
    X(ENVELOPE_SUITE, "sealed with a suite that this version does not know")                       \
    X(ENVELOPE_RESERVED, "reserved bytes of the envelope are not zero")                            \
    X(ENVELOPE_EPOCH, "sealed for a week or month whose key is not in use")                        \
    X(ENVELOPE_NOT_OURS, "no slot opens with the keys of that epoch: it is not for this desk")     \
    X(ENVELOPE_COMMITMENT, "the commitment does not match: the header was altered")                \
    X(CHUNK_FORGED, "a chunk does not authenticate: altered, swapped, cut or foreign")             \
    X(CHUNK_LENGTH, "a chunk announces more bytes than it can hold")                               \
    X(CHUNK_PADDING, "the padding of a chunk is not zero")                                         \
    X(CHUNK_ORDER, "a chunk has content after the content ended")                                  \
    X(CONTENT_CLASS, "the content does not need the size class that it is sealed in")              \
    X(CONTENT_SHORT, "the content is too short to hold a prelude and a signature")                 \
    X(RECIPIENTS_COUNT, "a report has one to eight recipients")                                    \
    X(RECIPIENTS_REPEATED, "the same recipient key is given twice")                                \
    X(RECIPIENTS_SLOTS, "the slots are not the ones that the file key produces")                   \
    X(KEY_LOW_ORDER, "a public key is of low order")                                               \
    X(KEY_REPEATED, "a public key appears twice")                                                  \
    /* armour, FORMAT section 10 */                                                                \
    X(ARMOUR_BEGIN, "the line with which a sealed text begins is missing")                         \
    X(ARMOUR_SYMBOL, "the sealed text holds a sign that it cannot have; copy it again")            \
    X(ARMOUR_END, "the line with which a sealed text ends is missing; copy all of it")             \
    /* content, FORMAT section 2 */                                                                \
    X(CONTENT_VERSION, "the content has a version that this program does not know")                \
    X(CONTENT_SEALER, "the field 'sealed by' has an unknown value")                                \
    X(CONTENT_FLAGS, "unknown flags are set in the content")                                       \
    X(CONTENT_BODY_TYPE, "the body has an unknown type")                                           \
    X(CONTENT_RESERVED, "reserved bytes of the prelude are not zero")                              \
    X(CONTENT_BOUNDARY, "the multipart boundary is empty, too long or malformed")                  \
    X(CONTENT_KEYS, "the keys in the report are not those it was sealed with: rewritten")          \
    X(CONTENT_SIGNATURE, "the writer's signature does not verify: rewritten after sealing")        \
    /* the body, a form, FORMAT section 2 */                                                       \
    X(FORM_NONE, "this is no form: no part was found in it")                                       \
    X(FORM_HEAD, "the head of a part of the form has no end")                                      \
    X(FORM_NAME, "the name of a file or field is too long; give it a shorter one")                 \
    X(FORM_PARTS, "the form has too many fields and files; send it as several")                    \
    X(FORM_CUT, "the form was cut off: its closing boundary is missing; send it again")            \
    X(FORM_ESCAPE, "the form holds a per cent sign without two digits behind it")                  \
    /* receipt code, FORMAT section 3 */                                                           \
    X(CODE_LENGTH, "a code has 25 letters and digits; some are missing or too many")               \
    X(CODE_SYMBOL, "the code holds a sign that no code has")                                       \
    X(CODE_CHECK, "the code has a typing error; compare it with the paper letter by letter")       \
    /* key sheet, FORMAT section 4 */                                                              \
    X(SHEET_LENGTH, "the file is not a whole key sheet")                                           \
    X(SHEET_MAGIC, "the file is not a key sheet")                                                  \
    X(SHEET_SUITE, "the key sheet is of a suite that this version does not know")                  \
    X(SHEET_RESERVED, "reserved bytes of the key sheet are not zero")                              \
    X(SHEET_COUNTS, "the key sheet announces an impossible number of keys")                        \
    X(SHEET_SIGNATURE, "the signature on the key sheet does not verify")                           \
    X(SHEET_PIN, "the key sheet is signed by another identity than the pinned fingerprint")        \
    X(SHEET_SERIAL, "the key sheet is older than one already seen")                                \
    X(SHEET_FUTURE, "the key sheet was issued in a future week; check the clocks")                 \
    X(SHEET_UNCOVERED, "the key sheet has no key for this week; ask the desk for a new one")       \
    X(SHEET_REVOKED, "the key sheet revokes this organisation's keys")                             \
    /* board, FORMAT section 5 */                                                                  \
    X(BOARD_LENGTH, "the file is not a whole board")                                               \
    X(BOARD_MAGIC, "the file is not a board")                                                      \
    X(BOARD_RESERVED, "reserved bytes of the board are not zero")                                  \
    X(BOARD_COUNTS, "the board announces an impossible number of buckets or records")              \
    X(BOARD_SIGNATURE, "the signature on the board does not verify")                               \
    X(BOARD_IDENTITY, "the board belongs to another organisation")                                 \
    X(BOARD_BUCKET, "a bucket of the board does not match its digest")                             \
    X(BOARD_ORDER, "the records of a bucket are not sorted, or are in the wrong bucket")           \
    X(BOARD_COUNTER, "the board is not newer than the last one")                                   \
    X(BOARD_FLOOR, "the board's counter is below the floor that the key sheet sets")               \
    X(BOARD_OVERFLOW, "more records than a board can hold")                                        \
    X(ANSWER_FORGED, "a record with this code's tag does not open")                                \
    X(ANSWER_FORMAT, "an answer opened but is malformed")                                          \
    X(ANSWER_PARTS, "parts of an answer are missing")                                              \
    X(ANSWER_LENGTH, "an answer has at most 3,584 bytes")                                          \
    /* carry bundle, FORMAT section 6 */                                                           \
    X(CARRY_LENGTH, "the file is not a whole carry bundle: copy it again")                         \
    X(CARRY_MAGIC, "the file is not a carry bundle")                                               \
    X(CARRY_COUNTS, "the carry bundle announces impossible counts, days or sizes")                 \
    X(CARRY_RESERVED, "reserved bytes of the carry bundle are not zero")                           \
    X(CARRY_SIGNATURE, "the signature on the carry bundle does not verify")                        \
    X(CARRY_GATEWAY, "the carry bundle comes from another gateway than the earlier ones")          \
    X(CARRY_CHAIN, "the carry bundle does not follow the last one; a bundle is missing")           \
    X(CARRY_DIGEST, "an envelope in the carry bundle does not match its digest")                   \
    /* keyring, FORMAT section 7 */                                                                \
    X(KEYRING_LENGTH, "the file is not a whole keyring")                                           \
    X(KEYRING_MAGIC, "the file is not a keyring")                                                  \
    X(KEYRING_COST, "the keyring asks for an Argon2 cost outside the accepted range")              \
    X(KEYRING_RESERVED, "reserved bytes of the keyring are not zero")                              \
    X(KEYRING_TOKEN, "the keyring needs its token file, or has none and one was given")            \
    X(KEYRING_PASSPHRASE, "wrong passphrase (or wrong token file)")                                \
    X(KEYRING_FORGED, "the keyring does not authenticate: it was altered or is damaged")           \
    X(KEYRING_RECORD, "a record of the keyring is malformed")                                      \
    /* store */                                                                                    \
    X(STORE_RESERVE, "the store is too full for a large report; text reports still fit")           \
    X(STORE_AWAY,                                                                                  \
      "the store was replaced by files that cannot be opened here; see whose they are")            \
    X(STORE_UNKNOWN, "it is not known whether this was stored; check the disk, then look again")   \
    X(STORE_ORDER, "pieces of an upload did not come in order")                                    \
    X(STORE_NAME, "a name has 1 to 64 bytes of text without control characters")                   \
    X(STORE_CLOSED, "no organisation has a key for this week: intake is closed")                   \
    /* parsing what a resident wrote, on the desk */                                               \
    X(PARSE_START,                                                                                 \
      "the parser ended before it read the report, and nothing was recorded; look for what the "   \
      "machine lacks, then run the command again")                                                 \
    X(PARSE_FAILED, "the body could not be parsed; the sealed original is kept")

enum sk_error {
#define X(name, text) SK_ERR_##name,
    SK_ERRORS(X)
#undef X
        SK_ERR_COUNT,
    SK_OK = SK_ERR_OK
};

/* One line in English: what went wrong and what to do. Never NULL; static. */
const char *sk_error_text(enum sk_error e);

/* The symbolic name ("CODE_CHECK"), for tests and for scripts. Never NULL; static. */
const char *sk_error_name(enum sk_error e);

#endif
