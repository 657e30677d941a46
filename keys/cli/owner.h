/* The owner of a store's folder: files that another user makes in it cannot be read by the program
 * that serves from it. */
#ifndef SK_KEYS_CLI_OWNER_H
#define SK_KEYS_CLI_OWNER_H

/* SK_EXIT_OK when the folder belongs to the effective user, or does not exist. Otherwise prints
 * whose it is and how to run `program` as that user, and returns SK_EXIT_REFUSED. */
int sk_refuse_unless_owner(const char *folder, const char *program);

#endif
