#include "keys/base/category.h"

static const char *const names[] = {
    "none given",
#define N_(text) text
#define CATEGORY(number, name) [number] = name,
#include "keys/base/category.def"
#undef CATEGORY
#undef N_
};

/* Categories are numbered from 1 without gaps. */
#define CATEGORY(number, name)                                                                     \
    _Static_assert((int)SK_CATEGORY_##number == (number), "a category is out of its order");
#include "keys/base/category.def"
#undef CATEGORY

const char *sk_category_name(unsigned category)
{
    return names[category <= SK_CATEGORIES ? category : SK_CATEGORY_NONE];
}
