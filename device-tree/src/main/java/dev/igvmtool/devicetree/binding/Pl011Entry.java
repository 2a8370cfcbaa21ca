package dev.igvmtool.devicetree.binding;

/** Serial port of an aarch64 machine. */
public record Pl011Entry(long base, long interrupt, long currentSpeed) {}
