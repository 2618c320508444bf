/*
 * note.h - signed notes and checkpoints of the log, as others read them.
 *
 * The formats are those of C2SP: signed-note, tlog-checkpoint, tlog-cosignature. A note is a text,
 * an empty line and signature lines: "— <name> base64(key id || signature)". The key id is the
 * beginning of SHA-256(name || "\n" || type || public key), where the type is
 *   01                              Ed25519 over the text
 *   04                              Ed25519 of a witness over "cosignature/v1\ntime <s>\n" || text;
 *                                   before the signature stand the seconds, 8 bytes
 *   ff "pledged sm2-sm3"            SM2 with SM3 over the text (GB/T 32918.2, the identifier of
 *                                   signing.h), DER; the public key is the point 04 || x || y.
 *                                   signed-note leaves ff, followed by a longer name, to types that
 *                                   it does not know
 * A key is told as "<name>+<key id>+base64(type || public key)", its vkey.
 */
#ifndef PLEDGED_NOTE_H
#define PLEDGED_NOTE_H
#include "merkle.h"
#include "signing.h"

enum note_kind { NOTE_ED25519, NOTE_SM2, NOTE_COSIGNATURE, NOTE_KIND_COUNT };

struct note_key {
    struct str name;
    enum note_kind kind;
    uint32_t id;
    const struct signing_key *key;
};

enum { NOTE_LINES_MAX = 64, NOTE_BYTES_MAX = 1 << 20 };
struct note_line {
    struct str name;
    uint32_t id;
    struct str signature; /* bytes behind the key id */
    struct str text;      /* the whole line, with its end */
};
struct note {
    struct str text; /* with its last line end */
    int n;
    struct note_line line[NOTE_LINES_MAX];
};

/* Not empty, no spaces of any kind, no '+', no line break. */
bool note_name_fits(struct str name);
struct note_key note_key_of(
    struct arena *a, struct str name, enum note_kind kind, const struct signing_key *key);
struct str note_vkey(struct arena *a, const struct note_key *k);
/* *key is the caller's to free. false: not a vkey of a kind that is known here. */
MUST_USE bool note_vkey_read(
    struct arena *a, struct str text, struct note_key *out, struct signing_key **key);

MUST_USE bool note_read(struct arena *a, struct str bytes, struct note *out);
/* The note at the beginning of *rest, of several with empty lines between; their texts have none.
 * false: none ends there. */
MUST_USE bool note_next(struct arena *a, struct str *rest, struct str *note);
/* Signature lines alone, as a witness answers. */
MUST_USE bool note_lines_read(struct arena *a, struct str bytes, struct note *out);
/* A line of this private key, with its end. */
struct str note_sign(struct arena *a, struct str text, const struct note_key *k);

enum note_found { NOTE_UNSIGNED, NOTE_GOOD, NOTE_BAD };
/* Is it signed by this key? Signatures of other keys are nothing; a wrong one of this key spoils
 * the note. */
enum note_found note_check(struct arena *a, const struct note *n, const struct note_key *k);

struct checkpoint {
    struct str origin;
    uint64_t size;
    hash root;
};
struct str checkpoint_text(struct arena *a, const struct checkpoint *c);
/* Of a note's text; lines behind the third are nobody's business. */
MUST_USE bool checkpoint_read(struct arena *a, struct str text, struct checkpoint *out);

/* Decimal without zeros in front, below 2^63. */
MUST_USE bool note_number(struct str s, uint64_t *out);
struct str hash_base64(struct arena *a, hash h);
MUST_USE bool hash_base64_read(struct arena *a, struct str text, hash *out);
/* The line at the beginning of *rest, without its end; *rest goes on behind it. false: none ends.
 */
MUST_USE bool line_next(struct str *rest, struct str *line);
#endif
