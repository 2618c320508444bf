/*
 * schema.h - fields and records described as data; everything about them is made from the rows.
 *
 * From a record's row come: decoding of JSON and CSV with all problems at once, the canonical bytes
 * that are hashed, stored and returned, the OpenAPI schema, the CSV template. A decoded record is
 * an array of struct value in the order of its fields.
 */
#ifndef PLEDGED_SCHEMA_H
#define PLEDGED_SCHEMA_H
#include "day.h"
#include "err.h"
#include "ident.h"
#include "json.h"
#include "money.h"
#include "shape.h"
#include "sql_names.h"

enum field_kind {
    F_TEXT, /* min, max: length in characters */
    F_INT,  /* min, max */
    F_BOOL,
    F_ENUM,  /* choices */
    F_MONEY, /* min, max in fen */
    F_RATE,  /* min, max in ppm */
    F_DAY,
    F_IDENT,  /* ident: checks and gives the canonical form */
    F_OBJECT, /* of: its fields; JSON only */
    F_LIST,   /* of: the fields of an element; min, max: elements */
    F_WORDS,  /* choices, each at most once; n: a bit a choice */
    F_JSON,   /* any JSON; its inside is the business of the record's check; JSON only */
};

struct choice {
    const char *name, *zh;
};

struct field {
    const char *name; /* snake_case */
    const char *zh;   /* title: CSV header, console, OpenAPI */
    enum field_kind kind;
    bool need;
    bool party;        /* an organisation named here may read the record */
    int64_t min, max;  /* by kind; 0,0 = none for numbers */
    bool past;         /* F_DAY: not after today (Shanghai) */
    const char *after; /* F_DAY: not earlier than this earlier field */
    ident_fn *ident;
    const struct choice *choices; /* ends with {NULL} */
    const struct field *of;       /* ends with {NULL} */
    const char *example;          /* as it stands in JSON text, without quotes */
};

struct value {
    bool present;
    int64_t n;               /* INT, BOOL, ENUM (index), WORDS, MONEY (fen), RATE (ppm), DAY */
    struct str s;            /* TEXT, IDENT */
    const struct json *json; /* JSON */
    struct value *row;       /* LIST: count elements of (number of fields of `of`) values each */
    int count;
};

enum { RECORD_FIELDS_MAX = 48, NO_FIELD = -1 };

struct record {
    const char *name; /* "loan": the type in the database, the stem of its SQL */
    const char *path; /* "/v1/loans" */
    const char *zh;
    const struct field *fields; /* ends with {NULL} */
    /* Envelope: indexes of the fields that every record type has in some form. on: a day, or a text
     * whose derive puts the day into n; NO_FIELD: the type's trigger sets the day of recording. */
    int key, subject, on;
    int key_also;        /* a day that is part of the key as well; 0: none */
    int district;        /* NO_FIELD: that of the record it belongs to */
    enum sql_id write;   /* SQL that stores and judges: record_write, record_decide */
    enum sql_id peek;    /* the same for a dry run */
    enum sql_id project; /* SQL that writes the typed rows; none when `write` does */
    bool proposed;       /* takes effect when a second person has approved it: 202 */
    bool decided;        /* the answer to a POST carries what was decided (record_decided) */
    int weight;          /* of one in a flight of the write lane, a loan's being 1; 0: 1 */
    int asks_cover;      /* a field that, when present, asks for cover; 0: none */
    int confirmed; /* the F_WORDS that names codes confirmed in spite of their check digit; or 0 */
    bool tokens;   /* tokens are looked up anew after it */
    bool subsidy;  /* what is kept of policies and budgets is asked for anew after it */
    bool by_key;   /* its address holds the key, not the id */
    const char *const *states; /* of ?state=, ends with NULL; or NULL */
    int verb;                  /* an enum field that the address's last part fixes; 0: none */
    /* A field that the address fixes ({id} of the record it belongs to); or NO_FIELD. */
    int parent;
    /* Fill defaults and derived fields, after all fields were decoded without a problem. */
    void (*derive)(struct arena *a, struct value *v);
    /* Cross-field rules. */
    void (*check)(const struct value *v, struct err *e);
    /* Read-only members of the answer that follow from the values, in JSON: `"size":"small"`. */
    void (*answer)(const struct value *v, struct buf *out);
    /* Members that other records change later, as they are while there are none. */
    void (*fresh)(const struct value *v, day as_of, struct buf *out);
    /* A member that follows from other records, told with titles of what it names; false, and
     * nothing written: it is told as it is. Or NULL. */
    bool (*told)(const struct json *m, struct buf *out);
    /* What an answer carries beside the fields: its names are taken and ignored on input, so that
     * what a GET gave can be sent again. Ends with {NULL}. */
    const struct member *read_only;
};

extern const struct record *const records[];
extern const int record_count;
/* Requests that are described by fields and not stored; ends with NULL. */
extern const struct record *const request_records[];

int field_count(const struct field *f);
int field_index(const struct field *f, struct str name); /* -1 when there is none */
/* Levenshtein distance over bytes of names of at most 40 bytes; 99 for longer ones. */
int name_distance(struct str a, const char *b);

/* A value of any kind that travels as text (all but INT, BOOL and LIST). Adds its problems. */
MUST_USE bool field_from_text(struct arena *a, const struct field *f, struct str text,
    struct str pointer, struct value *v, struct err *e);
/* All problems of the record are in e; on true the values are complete, derived and checked.
 * v has field_count(record->fields) elements. */
MUST_USE bool schema_decode(
    struct arena *a, const struct record *r, const struct json *in, struct value *v, struct err *e);
/* An object, or one value, as it stands in a canonical text. */
void schema_object(const struct field *fields, const struct value *v, struct buf *out);
void schema_value(const struct field *f, const struct value *v, struct buf *out);
/* {"contract_no":…} : order of the fields, no white space, absent fields left out. */
void schema_canonical(const struct record *r, const struct value *v, struct buf *out);
/* Pointers of the members that differ between two canonical texts, comma separated. */
struct str schema_diff(struct arena *a, struct str before, struct str after);

/* What a header row of a spreadsheet means: for each column the field and its unit. */
struct csv_column {
    int field;    /* -1: ignored (a column without a title, or one that begins with '#') */
    int scale;    /* F_MONEY: the power of ten, 4 for (万元) */
    bool percent; /* F_RATE: (%) */
    bool untitled;
};
struct csv_map {
    int n;
    struct csv_column column[200];
};
struct sheet_row;
/* given: a field that needs no column, because the address has it; NO_FIELD when there is none. */
MUST_USE bool schema_csv_header(const struct record *r, const struct sheet_row *row, int given,
    struct csv_map *map, struct err *e);
/* Of a row that is refused the key is in v all the same, when it could be read. */
MUST_USE bool schema_csv_row(struct arena *a, const struct record *r, const struct csv_map *map,
    const struct sheet_row *row, struct value *v, struct err *e);
/* Name the fields of problems, and what stands there in a text of the record: JSON, or NULL. */
void schema_tell(const struct record *r, const struct json *in, struct err *e);
/* Whether a spreadsheet can hold the field in one cell. */
bool schema_has_column(const struct field *f);
/* Is an element of this list more than its first field? Its parts stand between "|" in a cell. */
bool schema_is_packed(const struct field *f);
/* The title of its column: of a packed list with what its parts are. */
struct str schema_column_title(struct arena *a, const struct field *f);
/* The header row with Chinese titles, CRLF ended. */
void schema_csv_template(const struct record *r, struct buf *out);

/* Object schemas (OpenAPI 3.1 / JSON Schema 2020-12). given: the address says what it belongs to;
 * correction: with the reason beside the fields. */
void schema_openapi_body(const struct record *r, bool given, bool correction, struct buf *out);
void schema_openapi_answer(const struct record *r, struct buf *out);
/* The members of an object of fields; its braces and type are the caller's. */
void fields_openapi(const struct field *f, struct buf *out);
/* "<name>":{…}, one after the other. */
void field_properties(const struct field *f, struct buf *out);
/* The names that are needed, one after the other, but those of two that the address gives. */
void fields_needed(const struct field *f, int but, int and_but, struct buf *out);
/* In `correction`, and beside the versions of a history. */
extern const struct field reason_field;
/* What the service adds to every record: id, version, …, receipt. */
extern const struct member envelope_members[], warning_members[], receipt_members[];
#endif
