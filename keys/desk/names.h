/* Safe file names for attachments, from the names in a report. */
#ifndef SK_KEYS_DESK_NAMES_H
#define SK_KEYS_DESK_NAMES_H

#define SK_SAFE_NAME_MAX 96 /* with the NUL */

/*
 * "01-photo.jpg" for attachment 1 claimed to be "../../Photo.JPG.exe\n/photo.jpg": the number
 * makes it unique, the rest is the last path part with only letters, digits, '-', '_' and '.' of
 * ASCII (Cyrillic and Crimean Tatar letters become plain Latin ones), never starting or ending with
 * a dot, at most 80 bytes with its ending kept.
 */
void sk_safe_name(char out[SK_SAFE_NAME_MAX], unsigned number, const char *claimed);

#endif
