package dev.igvmtool.builder.manifest;

/** {@code guest_arch}: the processor architecture of an image. */
public enum GuestArch {
    /** x86-64, IGVM format 1. */
    X64,
    /** Arm, 64 bit, IGVM format 2. */
    AARCH64
}
