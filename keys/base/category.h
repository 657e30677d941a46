/* The categories of reports (category.def). */
#ifndef SK_KEYS_BASE_CATEGORY_H
#define SK_KEYS_BASE_CATEGORY_H

enum sk_category {
    SK_CATEGORY_NONE,
#define CATEGORY(number, name) SK_CATEGORY_##number,
#include "keys/base/category.def"
#undef CATEGORY
    SK_CATEGORY_END
};

#define SK_CATEGORIES ((unsigned)SK_CATEGORY_END - 1) /* they are 1 to SK_CATEGORIES */

/* In English; "none given" for 0 and for what is no category. */
const char *sk_category_name(unsigned category);

#endif
