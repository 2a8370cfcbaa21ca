package dev.igvmtool.measurement.cbor;

/** Major types, in the order of their numbers. */
enum CborType {
    UNSIGNED,
    NEGATIVE,
    BYTES,
    TEXT,
    ARRAY,
    MAP,
    TAG,
    SIMPLE
}
