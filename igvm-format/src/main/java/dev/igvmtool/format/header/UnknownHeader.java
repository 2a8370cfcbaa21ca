package dev.igvmtool.format.header;

import dev.igvmtool.abi.binary.Bytes;

/** A header of a type that this version does not know, with the bit that allows a loader to pass over it. */
public sealed interface UnknownHeader permits UnknownPlatformHeader, UnknownInitializationHeader, UnknownDirective {
    /** The bit of a type that allows a loader to pass over the header if it does not know the type. */
    int OPTIONAL = 0x8000_0000;

    /** Type with the {@link #OPTIONAL} bit. */
    int type();

    /** Payload, without padding. */
    Bytes content();
}
