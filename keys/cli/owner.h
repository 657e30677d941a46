/* Whose folder it is: files made in a shared folder by whoever happens to run a command are files
 * that the program which serves from it cannot read. */
#ifndef SK_KEYS_CLI_OWNER_H
#define SK_KEYS_CLI_OWNER_H

/* SK_EXIT_OK when the folder belongs to the effective user, or is not there. Otherwise says on
 * stderr whose it is and how to run `program` as that user, and returns SK_EXIT_REFUSED. */
int sk_refuse_unless_owner(const char *folder, const char *program);

#endif
