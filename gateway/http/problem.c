#include "gateway/http/problem.h"

static const struct {
    unsigned status;
    const char *line;
} problems[] = {
#define PROBLEM(name, status, text, next, typed, line) {status, line},
#define FAILURE(error, problem, file)
#include "gateway/http/problem.def"
#undef PROBLEM
#undef FAILURE
};

unsigned sk_problem_status(enum sk_problem problem)
{
    return problems[problem].status;
}

const char *sk_problem_line(enum sk_problem problem)
{
    return problems[problem].line;
}

enum sk_problem sk_problem_of_error(enum sk_error e)
{
    switch (e) {
#define PROBLEM(name, status, text, next, typed, line)
#define FAILURE(error, problem, file)                                                              \
    case SK_ERR_##error:                                                                           \
        return SK_PROBLEM_##problem;
#include "gateway/http/problem.def"
#undef PROBLEM
#undef FAILURE
    default:
        return SK_PROBLEM_BUSY;
    }
}
